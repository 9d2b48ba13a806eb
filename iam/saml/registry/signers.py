# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may sign a registry, and whose key everybody has.

A certificate is told by the SHA-256 of its bytes, as AgID publishes it. A key that is public is
told by the SHA-256 of the key itself: another certificate for it is worth as little.
"""

from __future__ import annotations

import re
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PUBLIC_PRIVATE_KEYS: dict[str, str] = {
    "e2f808c704ef57cdf90ec7a6b7c00d10f6be50609b4d9bfe925f06fdfcea40d0": (
        "AgID TEST, distribuita con lo strumento spid-sp-test; firmava il registro nel 2023"
    ),
    "d8e2f9b83f451fab0780cae09644f15b94b2dc2448ec6eaee68943b4e7f16b96": (
        "chiave di prova distribuita con lo strumento spid-sp-test"
    ),
    "b95837d044353b5926f00534d9915eb25a4e07bbb0fd535b02976a1e0e68ea9b": (
        "validator.spid.gov.it, distribuita con lo strumento spid-saml-check"
    ),
}
"""Keys whose private half anyone may download, by the SHA-256 of their SubjectPublicKeyInfo."""


def fingerprint(certificate: bytes) -> str:
    """Return the SHA-256 of a certificate (DER), in hexadecimal."""
    return sha256(certificate).hexdigest()


def is_public(certificate: bytes) -> bool:
    """Return whether everybody may have the private key of `certificate` (DER)."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    information = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return sha256(information).hexdigest() in PUBLIC_PRIVATE_KEYS


def spoken(digest: str) -> str:
    """Return a fingerprint in groups of four, as one reads it aloud."""
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4)).upper()


def typed(text: str) -> str:
    """Return a fingerprint as it was typed or pasted, without blanks, colons and case."""
    return re.sub(r"[\s:.-]", "", text).lower()
