# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The signature of the Redirect binding: over the query, not inside the message.

Source: SAML 2.0 Bindings, 3.4.4.1. The exact octets of the query are signed, so the raw
query string is verified, never one that was decoded and encoded again.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterable
from urllib.parse import quote_plus, unquote_plus

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm

from iam.saml.errors import AlgorithmForbidden, SignatureInvalid, SignatureMissing
from iam.saml.signing.algorithms import RSA_SHA256
from iam.saml.signing.key import SigningKey, rsa_public_key

HASHES: dict[str, HashAlgorithm] = {
    RSA_SHA256: SHA256(),
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384": SHA384(),
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512": SHA512(),
}


def signed_query(name: str, document: bytes, *, relay_state: str, key: SigningKey) -> str:
    """Return the query string that carries `document` as parameter `name`."""
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    content = deflate.compress(document) + deflate.flush()
    parts = [(name, base64.b64encode(content).decode())]
    if relay_state:
        parts.append(("RelayState", relay_state))
    parts.append(("SigAlg", RSA_SHA256))
    query = "&".join(f"{label}={quote_plus(value)}" for label, value in parts)
    signature = key.rsa.sign(query.encode(), PKCS1v15(), SHA256())
    return f"{query}&Signature={quote_plus(base64.b64encode(signature).decode())}"


def verified_query(name: str, query: str, *, certificates: Iterable[bytes]) -> tuple[str, str]:
    """Return the message field and RelayState of the raw `query`, signed by one of `certificates`.

    The values come from the octets that were verified: a second parameter with an encoded
    name, which a form parser would prefer, is never looked at. `certificates` are DER.

    Raises `SignatureMissing`, `AlgorithmForbidden` or `SignatureInvalid`.
    """
    raw = dict(part.partition("=")[::2] for part in query.split("&"))
    if "Signature" not in raw or "SigAlg" not in raw:
        raise SignatureMissing()
    algorithm = HASHES.get(unquote_plus(raw["SigAlg"]))
    if algorithm is None:
        raise AlgorithmForbidden()
    ordered = [part for part in (name, "RelayState", "SigAlg") if part in raw]
    content = "&".join(f"{part}={raw[part]}" for part in ordered).encode()
    try:
        signature = base64.b64decode(unquote_plus(raw["Signature"]), validate=True)
    except (binascii.Error, ValueError):
        raise SignatureInvalid() from None
    for certificate in certificates:
        try:
            rsa_public_key(certificate).verify(signature, content, PKCS1v15(), algorithm)
        except (InvalidSignature, ValueError):
            continue
        return unquote_plus(raw.get(name, "")), unquote_plus(raw.get("RelayState", ""))
    raise SignatureInvalid()
