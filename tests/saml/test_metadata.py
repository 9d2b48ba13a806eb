# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Our metadata, our certificate, and what we accept of others'."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from django.core.management import CommandError, call_command
from django.test import Client
from lxml import etree
from pytest_django import Settings

from demo.idp.keys import new_signer
from demo.idp.metadata import provider_metadata
from iam.saml.checks import (
    no_extra_providers_in_production,
    no_simulated_provider_in_production,
)
from iam.saml.errors import MetadataUnusable
from iam.saml.federation.certificate import (
    make_certificate,
    published_certificates,
    signing_key,
    store,
)
from iam.saml.federation.service import service_provider
from iam.saml.metadata.identity_provider import read_provider_metadata
from iam.saml.selectors import identity_providers
from iam.saml.signing.verifying import verified
from iam.saml.types import Scheme
from iam.saml.xml.names import PREFIXES
from iam.saml.xml.reading import parsed
from iam.saml.xml.schema import check_schema
from tests.saml.browsing import events
from tests.saml.forging import IDP, signer


def shown() -> etree._Element:
    answer = Client().get("/spid/metadata/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/samlmetadata+xml"
    root = parsed(answer.content)
    check_schema(root, kind="metadata")
    return verified(root, [signing_key(service_provider()).certificate])


@pytest.mark.norma("SPID RT", "metadata SP", "metadata firmato del service provider pubblico")
def test_our_metadata_say_what_agid_asks(federation: None) -> None:
    root = shown()
    descriptor = root.find("md:SPSSODescriptor", PREFIXES)
    assert descriptor is not None
    acs = descriptor.findall("md:AssertionConsumerService", PREFIXES)
    slo = descriptor.findall("md:SingleLogoutService", PREFIXES)
    asked = descriptor.findall("md:AttributeConsumingService/md:RequestedAttribute", PREFIXES)

    assert root.get("entityID") == service_provider().entity_id
    assert descriptor.get("AuthnRequestsSigned") == "true"
    assert descriptor.get("WantAssertionsSigned") == "true"
    assert [(a.get("index"), a.get("isDefault")) for a in acs] == [("0", "true")]
    assert {s.get("Binding", "").rpartition(":")[2] for s in slo} == {"HTTP-POST", "HTTP-Redirect"}
    assert [a.get("Name") for a in asked] == [
        *("spidCode", "name", "familyName", "fiscalNumber", "email")
    ]


@pytest.mark.norma("Avviso 29", "v3", "contatti del soggetto pubblico")
def test_the_contact_is_an_office_of_a_public_body(federation: None) -> None:
    (contact,) = shown().findall("md:ContactPerson", PREFIXES)
    extensions = contact.find("md:Extensions", PREFIXES)
    assert extensions is not None
    public = extensions.find("spid:Public", PREFIXES)
    assert public is not None

    assert contact.get("contactType") == "other"
    assert (public.text, len(public)) == (None, 0)
    assert extensions.findtext("spid:IPACode", "", PREFIXES) == "m_lps"
    assert contact.findtext("md:TelephoneNumber", "", PREFIXES).startswith("+39")
    assert "@" in contact.findtext("md:EmailAddress", "", PREFIXES)


@pytest.mark.norma("Avviso 29", "v3", "certificato autofirmato del soggetto pubblico")
def test_the_certificate_has_the_names_policies_and_usages_of_the_notice(
    federation: None,
) -> None:
    provider = service_provider()
    certificate = x509.load_der_x509_certificate(signing_key(provider).certificate)
    names = {attribute.oid: attribute.value for attribute in certificate.subject}
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value

    assert names[NameOID.ORGANIZATION_NAME] == provider.organisation
    assert names[NameOID.COMMON_NAME] == provider.display_name
    assert names[NameOID.ORGANIZATION_IDENTIFIER] == "PA:IT-m_lps"
    assert names[x509.ObjectIdentifier("2.5.4.83")] == provider.entity_id
    assert usage.critical
    assert usage.value.digital_signature
    assert usage.value.content_commitment
    assert {p.policy_identifier.dotted_string for p in policies} == {
        *("1.3.76.16.6", "1.3.76.16.4.2.1")
    }


@pytest.mark.norma("SPID RT", "metadata SP", "due chiavi durante il cambio")
def test_during_a_change_of_key_both_are_shown(
    federation: None, settings: Settings, tmp_path: Path
) -> None:
    following = settings.SAML | {
        "KEY": str(tmp_path / "next.key"),
        "CERTIFICATE": str(tmp_path / "next.pem"),
    }
    current = settings.SAML
    settings.SAML = following
    store(make_certificate(service_provider(), at=datetime.now(UTC)), service_provider())
    settings.SAML = current | {"NEXT_CERTIFICATES": [str(tmp_path / "next.pem")]}

    keys = shown().findall("md:SPSSODescriptor/md:KeyDescriptor", PREFIXES)

    assert len(keys) == 2
    assert len(set(published_certificates(service_provider()))) == 2


def test_the_certificate_command_makes_a_private_key_once(
    settings: Settings, tmp_path: Path
) -> None:
    key, certificate = tmp_path / "keys" / "spid.key", tmp_path / "keys" / "spid.pem"
    settings.SAML = settings.SAML | {"KEY": str(key), "CERTIFICATE": str(certificate)}

    call_command("spid_certificate", stdout=StringIO())
    first = certificate.read_bytes()
    call_command("spid_certificate", "--if-missing", stdout=StringIO())

    assert key.stat().st_mode & 0o777 == 0o600
    assert certificate.read_bytes() == first
    with pytest.raises(CommandError, match="esiste già"):
        call_command("spid_certificate", stdout=StringIO())


# --- what we accept of others'


def test_metadata_of_a_provider_are_taken_over(federation: None, tmp_path: Path) -> None:
    document = provider_metadata("https://terzo.example", [signer(), signer("new")], name="Terzo")
    (tmp_path / "terzo.xml").write_bytes(document)

    call_command("spid_idp_load", str(tmp_path), stdout=StringIO())

    assert "https://terzo.example" in [p.entity_id for p in identity_providers()]
    assert len(events("saml.provider.loaded")) == 3


def test_loading_only_a_folder_removes_the_others(federation: None, tmp_path: Path) -> None:
    (tmp_path / "idp.xml").write_bytes(provider_metadata(IDP, [signer()]))

    call_command("spid_idp_load", str(tmp_path), "--only", stdout=StringIO())

    assert [p.entity_id for p in identity_providers()] == [IDP]
    assert len(events("saml.provider.removed")) == 1


def test_an_expired_certificate_is_kept_and_an_encryption_key_is_not() -> None:
    """Half of the federation's published certificates are expired: the metadata vouch."""
    old = new_signer(bits=2048, at=datetime.now(UTC) - timedelta(days=2000))
    root = etree.fromstring(provider_metadata(IDP, [old, signer()]))
    keys = root.findall(".//md:KeyDescriptor", PREFIXES)
    keys[1].set("use", "encryption")

    metadata = read_provider_metadata(etree.tostring(root), source="prova")

    assert metadata.certificates == (old.certificate,)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"<a/>", "spid-schema"),
        (b"<!DOCTYPE a><a/>", "spid-doctype"),
        (b"no", "spid-messaggio-non-xml"),
    ],
)
def test_unusable_metadata_are_refused_with_the_reason(document: bytes, why: str) -> None:
    with pytest.raises(MetadataUnusable) as refused:
        read_provider_metadata(document, source="prova.xml")

    assert why in refused.value.sentence


def test_a_weak_key_is_refused() -> None:
    weak = new_signer(bits=1024)

    with pytest.raises(MetadataUnusable, match="spid-metadata"):
        read_provider_metadata(provider_metadata(IDP, [weak]), source="prova.xml")


# --- production


def test_production_refuses_the_simulated_provider(federation: None, settings: Settings) -> None:
    settings.IAM_DEMO = True
    settings.SAML = settings.SAML | {"FURTHER_PROVIDERS": False, "IDP_METADATA_DIR": "/altrove"}

    found = [message.id for message in no_extra_providers_in_production()]

    assert found == ["saml.E001", "saml.E002"]
    with pytest.raises(CommandError, match="registro"):
        call_command("spid_idp_load", "/altrove", stdout=StringIO())


def test_production_refuses_a_database_that_knows_a_simulated_provider(
    federation: None, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "idp.xml").write_bytes(provider_metadata("http://localhost:8001", [signer()]))
    call_command("spid_idp_load", str(tmp_path), stdout=StringIO())
    assert not list(no_simulated_provider_in_production(["default"]))

    settings.SAML = settings.SAML | {"FURTHER_PROVIDERS": False}

    found = {str(message.id) for message in no_simulated_provider_in_production(["default"])}
    assert found == {"saml.E003", "saml.E006"}


# --- CIE: the same four addresses, another entity


@pytest.mark.norma("CIE", "federazione", "metadata del service provider pubblico")
def test_cie_has_metadata_of_its_own(federation: None) -> None:
    answer = Client().get("/cie/metadata/")
    root = parsed(answer.content)
    check_schema(root, kind="metadata")
    verified(root, [signing_key(service_provider(Scheme.CIE)).certificate])
    (contact,) = root.findall("md:ContactPerson", PREFIXES)
    asked = root.findall(".//md:RequestedAttribute", PREFIXES)
    organisation = root.findtext("md:Organization/md:OrganizationName", "", PREFIXES)

    assert root.get("entityID") == service_provider(Scheme.CIE).entity_id
    assert root.get("entityID") != service_provider(Scheme.SPID).entity_id
    assert contact.get("contactType") == "administrative"
    assert contact.findtext("md:Company", "", PREFIXES) == organisation
    assert contact.findtext("md:Extensions/cie:Municipality", "", PREFIXES) == "H501"
    assert contact.findtext("md:Extensions/cie:IPACode", "", PREFIXES) == "m_lps"
    assert contact.find("md:Extensions/cie:Public", PREFIXES) is not None
    assert [a.get("Name") for a in asked] == ["name", "familyName", "dateOfBirth", "fiscalNumber"]


# --- what AgID would send back


def ready(settings: Settings, folder: Path, **changes: str) -> None:
    """Set the service up as for production, with a certificate made for it, then change it."""
    settings.BASE_URL = "https://accessi.lavoro.gov.it"
    good = {
        "KEY": str(folder / "k"),
        "CERTIFICATE": str(folder / "c"),
        "EMAIL": "accessi@lavoro.gov.it",
    }
    settings.SAML = settings.SAML | good
    store(make_certificate(service_provider(), at=datetime.now(UTC)), service_provider())
    settings.SAML = settings.SAML | changes


@pytest.mark.parametrize("scheme", ["spid", "cie"])
def test_metadata_ready_for_onboarding_have_no_fault(
    settings: Settings, tmp_path: Path, scheme: str
) -> None:
    ready(settings, tmp_path)
    out = StringIO()

    call_command("spid_metadata", "--check", "--scheme", scheme, stdout=out)

    assert "Nessun difetto" in out.getvalue()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"TELEPHONE": "06 1234567"}, "telefono"),
        ({"IPA_CODE": ""}, "codice IPA"),
        ({"EMAIL": "accessi@lavoro.example"}, "e-mail"),
        ({"ORGANISATION": "Altro ente"}, r"organizzazione \(O\)"),
        ({"DISPLAY_NAME": "Altro"}, r"nome breve \(CN\)"),
    ],
)
def test_each_defect_is_named_before_agid_finds_it(
    settings: Settings, tmp_path: Path, changes: dict[str, str], reason: str
) -> None:
    ready(settings, tmp_path, **changes)

    with pytest.raises(CommandError, match=reason):
        call_command("spid_metadata", "--check", stdout=StringIO())


def test_an_address_that_is_not_public_is_named(settings: Settings, tmp_path: Path) -> None:
    ready(settings, tmp_path)
    settings.BASE_URL = "http://localhost:8000"

    with pytest.raises(CommandError) as refused:
        call_command("spid_metadata", "--check", stdout=StringIO())

    for reason in ("https", "non è pubblico", "porta", "entityID"):
        assert reason in str(refused.value)


def test_a_certificate_near_its_end_is_named(settings: Settings, tmp_path: Path) -> None:
    ready(settings, tmp_path)
    provider = service_provider()
    store(make_certificate(provider, at=datetime.now(UTC) - timedelta(days=1060)), provider)

    with pytest.raises(CommandError, match="scade il"):
        call_command("spid_metadata", "--check", stdout=StringIO())
