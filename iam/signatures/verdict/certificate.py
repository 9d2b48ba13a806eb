# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a certificate says of the person who signed. The codice fiscale decides, never the name."""

from __future__ import annotations

import re

from asn1crypto import x509

CODICE_FISCALE = re.compile(r"(?:TINIT-|IT:)([A-Z0-9]{16})")
"""`TINIT-` is today's form (EN 319 412-1, 5.1.3); `IT:` that of certificates up to 2019."""

CNS_NAME = re.compile(r"[A-Z0-9]{16}/\d+\.")


def codice_fiscale(certificate: x509.Certificate) -> str:
    """Return the codice fiscale in the subject's serialNumber; empty when there is not one."""
    value = certificate.subject.native.get("serial_number")
    if not isinstance(value, str):
        return ""
    found = CODICE_FISCALE.fullmatch(value.strip().upper())
    return found[1] if found else ""


def person_name(certificate: x509.Certificate) -> str:
    """Return the name to show, as the certificate writes it; for a seal, the body's."""
    subject = certificate.subject.native
    given, family = subject.get("given_name"), subject.get("surname")
    if isinstance(given, str) and isinstance(family, str):
        return f"{given} {family}".title()
    name = subject.get("common_name") or subject.get("organization_name") or ""
    return name if isinstance(name, str) else " ".join(name)


def provider_name(certificate: x509.Certificate) -> str:
    issuer = certificate.issuer.native
    name = issuer.get("organization_name") or issuer.get("common_name") or ""
    return name if isinstance(name, str) else " ".join(name)


def is_for_authentication(certificate: x509.Certificate) -> bool:
    """Tell a card's authentication certificate (CNS, CIE) from one for signatures."""
    usage = certificate.key_usage_value
    if usage is not None and "non_repudiation" in usage.native:
        return False
    name = certificate.subject.native.get("common_name")
    return usage is not None or (isinstance(name, str) and bool(CNS_NAME.match(name)))
