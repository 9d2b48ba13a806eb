# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every rule over one document, ours or any other file.

Source: RT, metadata of the service provider; Avviso 29 v3; CIE, federation of service providers.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from iam.saml.errors import ResponseRefused
from iam.saml.metadata.lint import certificates, contacts, descriptor, signature
from iam.saml.metadata.lint.document import Metadata, addresses, organisation, root_element
from iam.saml.types import Scheme
from iam.saml.xml.reading import parsed
from iam.saml.xml.schema import schema_faults

RULES = (
    root_element,
    addresses,
    organisation,
    signature.of_the_document,
    descriptor.role,
    descriptor.keys,
    descriptor.single_logout,
    descriptor.name_id_format,
    descriptor.assertion_consumers,
    descriptor.attribute_sets,
    contacts.of_the_body,
    certificates.of_each_key,
)


def faults_in(document: bytes, *, scheme: Scheme, at: datetime) -> Iterator[str]:
    """Yield each reason, in Italian, for which `document` would be refused. `at` is UTC."""
    if not document.startswith(b"<"):
        yield "Il documento deve cominciare con «<», senza righe vuote o spazi davanti."
    try:
        root = parsed(document.lstrip())
    except ResponseRefused as refusal:
        yield f"Il documento non si legge: {refusal.code}."
        return
    for line, message in schema_faults(root, kind="metadata"):
        yield f"Riga {line}: non rispetta lo schema SAML dei metadata ({message})."
    metadata = Metadata(root=root, scheme=scheme, at=at)
    for rule in RULES:
        yield from rule(metadata)
