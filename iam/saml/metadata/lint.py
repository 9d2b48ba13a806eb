# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What AgID would send back at onboarding, found offline.

Source: RT, metadata of the service provider; Avviso 29 v3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import NameOID

from iam.saml.federation.certificate import (
    AGID_CERTIFICATE,
    PUBLIC_SERVICE_PROVIDER,
    URI,
    published_certificates,
)
from iam.saml.federation.service import ServiceProvider
from iam.saml.signing.key import rsa_public_key
from iam.saml.types import Scheme

NOT_PUBLIC = {"localhost", "127.0.0.1", "::1"}
RESERVED = (".example", ".example.org", ".example.com", ".invalid", ".test", ".local")
SOON = timedelta(days=60)


def faults_of(provider: ServiceProvider, *, at: datetime) -> Iterator[str]:
    """Yield each reason, in Italian, for which the metadata would be refused. `at` is UTC."""
    yield from _addresses(provider)
    yield from _contacts(provider)
    for certificate in published_certificates(provider):
        yield from _certificate(x509.load_der_x509_certificate(certificate), provider, at=at)
        try:
            rsa_public_key(certificate)
        except ValueError as fault:
            yield f"Certificato: {fault}."


def _addresses(provider: ServiceProvider) -> Iterator[str]:
    parts = urlsplit(provider.base_url)
    if parts.scheme != "https":
        yield f"Gli indirizzi devono essere https: {provider.base_url}."
    if parts.hostname in NOT_PUBLIC or (parts.hostname or "").endswith(RESERVED):
        yield f"L'indirizzo non è pubblico: {provider.base_url}."
    if parts.port is not None:
        yield f"L'indirizzo non deve contenere la porta: {provider.base_url}."


def _contacts(provider: ServiceProvider) -> Iterator[str]:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,16}", provider.ipa_code):
        yield "Il codice IPA manca o non è valido."
    if not re.fullmatch(r"\+39\d{5,12}", provider.telephone):
        yield "Il telefono deve cominciare con +39 e non avere spazi."
    domain = provider.email.partition("@")[2]
    if not domain or f".{domain}".endswith(RESERVED):
        yield f"L'e-mail di contatto non è una casella vera: {provider.email}."
    if provider.scheme is Scheme.CIE and not re.fullmatch(r"[A-Z]\d{3}", provider.municipality):
        yield "Il Comune della sede va indicato con il codice catastale."


def _certificate(
    certificate: x509.Certificate, provider: ServiceProvider, *, at: datetime
) -> Iterator[str]:
    names = {attribute.oid: str(attribute.value) for attribute in certificate.subject}
    for oid, expected, what in (
        (NameOID.ORGANIZATION_NAME, provider.organisation, "l'organizzazione (O)"),
        (NameOID.COMMON_NAME, provider.display_name, "il nome breve (CN)"),
        (URI, provider.entity_id, "l'entityID (uri)"),
        (NameOID.ORGANIZATION_IDENTIFIER, f"PA:IT-{provider.ipa_code}", "il codice IPA"),
        (NameOID.COUNTRY_NAME, "IT", "il paese (C)"),
        (NameOID.LOCALITY_NAME, provider.locality, "la località (L)"),
    ):
        # CIE has no rule on the names: the certificate made for SPID serves both entities.
        if provider.scheme is Scheme.SPID and names.get(oid) != expected:
            yield f"Nel certificato {what} è «{names.get(oid, '')}», nei metadata «{expected}»."
    policies = _policies_of(certificate)
    if provider.scheme is Scheme.SPID and not policies >= {
        AGID_CERTIFICATE,
        PUBLIC_SERVICE_PROVIDER,
    }:
        yield "Al certificato mancano le policy di AgID per i soggetti pubblici."
    if certificate.not_valid_after_utc <= at:
        yield f"Il certificato è scaduto il {certificate.not_valid_after_utc:%d/%m/%Y}."
    elif certificate.not_valid_after_utc <= at + SOON:
        yield f"Il certificato scade il {certificate.not_valid_after_utc:%d/%m/%Y}: fanne un altro."


def _policies_of(certificate: x509.Certificate) -> set[x509.ObjectIdentifier]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.CertificatePolicies)
    except x509.ExtensionNotFound:
        return set()
    return {policy.policy_identifier for policy in found.value}
