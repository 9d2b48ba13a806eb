# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The signature of the document. Source: RT, metadata; SAML 2.0 Metadata, 3."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from cryptography import x509
from lxml import etree

from iam.saml.errors import ResponseRefused
from iam.saml.metadata.lint.document import Metadata
from iam.saml.signing.verifying import signature_of, verified
from iam.saml.xml.names import ds
from iam.saml.xml.reading import value_of

WHY = {
    "spid-firma-assente": "i metadata non sono firmati",
    "spid-firma-non-valida": "la firma non è di una chiave pubblicata, o il documento è cambiato "
    "dopo la firma",
    "spid-algoritmo-non-ammesso": "l'algoritmo non è ammesso: servono RSA e almeno SHA-256",
}


def of_the_document(metadata: Metadata) -> Iterator[str]:
    certificates = [der for _, der in published(metadata.descriptor) if _is_certificate(der)]
    try:
        if signature_of(metadata.root) is None:
            yield "Firma: i metadata non sono firmati."
            return
        verified(metadata.root, certificates)
    except ResponseRefused as refusal:
        yield f"Firma: {WHY.get(refusal.code, refusal.code)}."


def published(descriptor: etree._Element | None) -> Iterator[tuple[etree._Element, bytes]]:
    """Yield each X509Certificate of a descriptor with its bytes (DER), none if it is not base64."""
    if descriptor is None:
        return
    for node in descriptor.iter(ds("X509Certificate")):
        try:
            yield node, base64.b64decode("".join(value_of(node).split()), validate=True)
        except (binascii.Error, ValueError):
            yield node, b""


def _is_certificate(der: bytes) -> bool:
    try:
        x509.load_der_x509_certificate(der)
    except ValueError:
        return False
    return True
