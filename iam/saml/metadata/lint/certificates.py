# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The certificate of a public service provider. Source: AgID, Avviso 29 v3, for SPID only.

CIE has no rule on names and policies: the certificate made for SPID serves both entities.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import NameOID
from lxml import etree

from iam.saml.federation.certificate import AGID_CERTIFICATE, PUBLIC_SERVICE_PROVIDER, URI
from iam.saml.metadata.lint.document import Metadata
from iam.saml.metadata.lint.signature import published
from iam.saml.signing.algorithms import MINIMUM_RSA_BITS
from iam.saml.types import Scheme
from iam.saml.xml.names import CIE, SPID, md
from iam.saml.xml.reading import value_of

SOON = timedelta(days=60)

OF_PERSONS = {
    NameOID.GIVEN_NAME: "nome di persona",
    NameOID.SURNAME: "cognome",
    NameOID.INITIALS: "iniziali",
    NameOID.PSEUDONYM: "pseudonimo",
    x509.ObjectIdentifier("2.5.4.41"): "nome",
}
IDENTIFIER = re.compile(r"PA:IT-\S{1,16}")
USAGES = ("digital_signature", "content_commitment")
NO_USAGES = (
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
)


def of_each_key(metadata: Metadata) -> Iterator[str]:
    for _, der in published(metadata.descriptor):
        try:
            certificate = x509.load_der_x509_certificate(der)
        except ValueError:
            yield "Un certificato non si legge."
            continue
        yield from _key(certificate)
        yield from _dates(certificate, metadata)
        if metadata.scheme is Scheme.SPID:
            yield from _names(certificate, metadata)
            yield from _extensions(certificate)


def _key(certificate: x509.Certificate) -> Iterator[str]:
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        yield "Certificato: la chiave non è RSA."
    elif key.key_size < MINIMUM_RSA_BITS:
        yield f"Certificato: la chiave ha {key.key_size} bit, ne servono {MINIMUM_RSA_BITS}."
    used = certificate.signature_hash_algorithm
    if used is None or used.name not in {"sha256", "sha384", "sha512"}:
        yield "Certificato: è firmato con un'impronta debole, serve almeno SHA-256."


def _dates(certificate: x509.Certificate, metadata: Metadata) -> Iterator[str]:
    end = certificate.not_valid_after_utc
    if end <= metadata.at:
        yield f"Il certificato è scaduto il {end:%d/%m/%Y}."
    elif end <= metadata.at + SOON:
        yield f"Il certificato scade il {end:%d/%m/%Y}: fanne un altro."
    if certificate.not_valid_before_utc > metadata.at:
        yield f"Il certificato vale solo dal {certificate.not_valid_before_utc:%d/%m/%Y}."


def _names(certificate: x509.Certificate, metadata: Metadata) -> Iterator[str]:
    names = {attribute.oid: str(attribute.value) for attribute in certificate.subject}
    ipa = next((f"PA:IT-{value_of(n)}" for n in _every(metadata, "IPACode")), "")
    for oid, expected, what in (
        (NameOID.ORGANIZATION_NAME, metadata.said("OrganizationName"), "l'organizzazione (O)"),
        (NameOID.COMMON_NAME, metadata.said("OrganizationDisplayName"), "il nome breve (CN)"),
        (URI, metadata.entity_id, "l'entityID (uri)"),
        (NameOID.ORGANIZATION_IDENTIFIER, ipa, "il codice IPA"),
        (NameOID.COUNTRY_NAME, "IT", "il paese (C)"),
    ):
        if names.get(oid) != expected:
            yield f"Nel certificato {what} è «{names.get(oid, '')}», nei metadata «{expected}»."
    if not names.get(NameOID.LOCALITY_NAME):
        yield "Nel certificato manca la località (L)."
    if not IDENTIFIER.fullmatch(names.get(NameOID.ORGANIZATION_IDENTIFIER, "")):
        yield "Nel certificato organizationIdentifier deve essere «PA:IT-» e il codice IPA."
    for oid, what in OF_PERSONS.items():
        if oid in names:
            yield f"Il certificato non deve contenere dati di persone: {what}."


def _every(metadata: Metadata, name: str) -> Iterator[etree._Element]:
    for contact in metadata.root.findall(md("ContactPerson")):
        for namespace in (SPID, CIE):
            yield from contact.iter(f"{{{namespace}}}{name}")


def _extensions(certificate: x509.Certificate) -> Iterator[str]:
    usage = _extension(certificate, x509.KeyUsage)
    if usage is None or not usage.critical:
        yield "Certificato: keyUsage manca o non è critica."
    elif not all(getattr(usage.value, name) for name in USAGES) or any(
        getattr(usage.value, name) for name in NO_USAGES
    ):
        yield "Certificato: keyUsage deve avere solo digitalSignature e nonRepudiation."
    basic = _extension(certificate, x509.BasicConstraints)
    if basic is None or basic.critical or basic.value.ca:
        yield "Certificato: basicConstraints deve esserci, non critica, con CA:FALSE."
    policies = _extension(certificate, x509.CertificatePolicies)
    held = {p.policy_identifier for p in policies.value} if policies else set()
    if not held >= {AGID_CERTIFICATE, PUBLIC_SERVICE_PROVIDER}:
        yield "Al certificato mancano le policy di AgID per i soggetti pubblici."
    elif policies is not None and policies.critical:
        yield "Certificato: certificatePolicies non deve essere critica."


def _extension(certificate: x509.Certificate, kind: type[x509.ExtensionType]) -> Any:
    try:
        return certificate.extensions.get_extension_for_class(kind)
    except (x509.ExtensionNotFound, ValueError):
        return None
