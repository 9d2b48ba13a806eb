# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What AgID would send back: for each rule, metadata that break it, and the reason in Italian.

The good document is ours. Each test spoils one thing, signs it again, and reads the answer.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from django.core.management import CommandError, call_command
from django.test import override_settings
from lxml import etree

from iam.saml.federation.certificate import make_certificate, store
from iam.saml.federation.service import service_provider
from iam.saml.metadata.lint.checking import faults_in
from iam.saml.metadata.service_provider import signed_metadata
from iam.saml.signing.enveloped import sign
from iam.saml.signing.key import SigningKey
from iam.saml.types import Scheme
from iam.saml.xml.names import CIE, SPID, ds, md

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
Spoil = Callable[[etree._Element], None]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Scheme, bytes]]:
    """Our metadata as they would go to AgID, for both schemes, and the key in `KEY`."""
    from django.conf import settings

    folder = tmp_path_factory.mktemp("lint")
    told = settings.SAML | {
        "KEY": str(folder / "k"),
        "CERTIFICATE": str(folder / "c"),
        "EMAIL": "accessi@lavoro.gov.it",
    }
    with override_settings(SAML=told, BASE_URL="https://accessi.lavoro.gov.it"):
        KEY["ours"] = make_certificate(service_provider(), at=AT - timedelta(days=1))
        store(KEY["ours"], service_provider())
        yield {
            scheme: signed_metadata(service_provider(scheme))
            for scheme in (Scheme.SPID, Scheme.CIE)
        }


KEY: dict[str, SigningKey] = {}


def spoiled(document: bytes, spoil: Spoil, *, signed: bool = True) -> bytes:
    """Return `document` with one thing changed, signed again as if it were right."""
    root = etree.fromstring(document)
    spoil(root)
    if not signed:
        return etree.tostring(root)
    signature = root.find(ds("Signature"))
    if signature is not None:
        root.remove(signature)
    return sign(root, KEY["ours"])


def faults(document: bytes, scheme: Scheme = Scheme.SPID) -> str:
    return "\n".join(faults_in(document, scheme=scheme, at=AT))


@pytest.mark.norma("SPID RT", "metadata SP", "metadata senza difetti")
def test_our_own_metadata_have_no_fault(good: dict[Scheme, bytes]) -> None:
    assert {scheme: faults(document, scheme) for scheme, document in good.items()} == {
        Scheme.SPID: "",
        Scheme.CIE: "",
    }


def test_signing_again_what_was_not_spoiled_has_no_fault(good: dict[Scheme, bytes]) -> None:
    assert faults(spoiled(good[Scheme.SPID], lambda root: None)) == ""


# --- ways to spoil


def find(root: etree._Element, path: str) -> etree._Element:
    found = root.find(
        path,
        {
            "md": "urn:oasis:names:tc:SAML:2.0:metadata",
            "ds": "http://www.w3.org/2000/09/xmldsig#",
            "spid": SPID,
            "cie": CIE,
        },
    )
    assert found is not None, path
    return found


def without(path: str) -> Spoil:
    def spoil(root: etree._Element) -> None:
        node = find(root, path)
        parent = node.getparent()
        assert parent is not None
        parent.remove(node)

    return spoil


def twice(path: str, **attributes: str) -> Spoil:
    def spoil(root: etree._Element) -> None:
        node = find(root, path)
        other = deepcopy(node)
        for name, value in attributes.items():
            other.set(name, value)
        node.addnext(other)

    return spoil


def having(path: str, **attributes: str | None) -> Spoil:
    def spoil(root: etree._Element) -> None:
        node = find(root, path) if path else root
        for name, value in attributes.items():
            if value is None:
                node.attrib.pop(LANG if name == "lang" else name)
            else:
                node.set(LANG if name == "lang" else name, value)

    return spoil


def saying(path: str, text: str | None) -> Spoil:
    def spoil(root: etree._Element) -> None:
        find(root, path).text = text

    return spoil


def adding(path: str, tag: str, text: str = "", **attributes: str) -> Spoil:
    def spoil(root: etree._Element) -> None:
        parent = find(root, path) if path else root
        etree.SubElement(parent, tag, attributes).text = text or None

    return spoil


def locations(address: str) -> Spoil:
    def spoil(root: etree._Element) -> None:
        find(root, "md:SPSSODescriptor/md:SingleLogoutService").set("Location", address)

    return spoil


SP = "md:SPSSODescriptor"
SLO, ACS = f"{SP}/md:SingleLogoutService", f"{SP}/md:AssertionConsumerService"
SET = f"{SP}/md:AttributeConsumingService"
ORG, CONTACT = "md:Organization", "md:ContactPerson"
NAME, EXT = f"{ORG}/md:OrganizationName", f"{CONTACT}/md:Extensions"

RULES: list[tuple[str, Spoil, str]] = [
    ("no-entity-id", having("", entityID=""), "entityID"),
    ("long-entity-id", having("", entityID="https://a.gov.it/" + "a" * 1024), "1024"),
    ("entity-id-http", having("", entityID="http://accessi.lavoro.gov.it/"), "https"),
    ("entity-id-port", having("", entityID="https://accessi.lavoro.gov.it:8443/"), "porta"),
    ("entity-id-query", having("", entityID="https://accessi.lavoro.gov.it/?a"), "«#»"),
    ("not-public", locations("https://localhost/slo"), "non è pubblico"),
    ("not-an-address", locations("https://[x/"), "non si legge"),
    ("two-roles", twice(SP), "SPSSODescriptor deve esserci una volta"),
    ("no-role", without(SP), "SPSSODescriptor deve esserci una volta: ce ne sono 0"),
    ("not-saml-2", having(SP, protocolSupportEnumeration="urn:x"), "SAML 2.0"),
    ("unsigned-requests", having(SP, AuthnRequestsSigned="false"), "AuthnRequestsSigned"),
    ("unsigned-assertions", having(SP, WantAssertionsSigned=None), "WantAssertionsSigned"),
    ("no-key", without(f"{SP}/md:KeyDescriptor"), "Manca la chiave di firma"),
    ("key-without-use", having(f"{SP}/md:KeyDescriptor", use=None), "a che cosa serve"),
    (
        "key-without-certificate",
        without(f"{SP}/md:KeyDescriptor/ds:KeyInfo/ds:X509Data/ds:X509Certificate"),
        "non contiene il certificato",
    ),
    ("no-logout-binding", having(SLO, Binding="urn:x"), "SingleLogoutService: binding"),
    ("no-logout-address", having(SLO, Location=""), "SingleLogoutService: manca"),
    ("name-id", saying(f"{SP}/md:NameIDFormat", "urn:x"), "transient"),
    ("no-acs", without(ACS), "Manca l'indirizzo a cui arrivano le risposte"),
    ("acs-binding", having(ACS, Binding="urn:x"), "AssertionConsumerService: binding"),
    ("acs-address", having(ACS, Location=""), "AssertionConsumerService: manca"),
    ("acs-index", having(ACS, index="uno"), "deve essere un numero"),
    ("acs-repeated", twice(ACS), "AssertionConsumerService: l'index 0 compare 2 volte"),
    ("acs-no-default", having(ACS, isDefault="false"), "isDefault"),
    ("acs-default-not-0", having(ACS, index="1"), "isDefault"),
    ("no-set", without(SET), "Manca l'insieme degli attributi"),
    ("set-repeated", twice(SET), "AttributeConsumingService: l'index 0 compare 2 volte"),
    ("no-service-name", without(f"{SET}/md:ServiceName"), "manca il nome del servizio"),
    ("service-name-lang", having(f"{SET}/md:ServiceName", lang="en"), "in italiano"),
    (
        "unknown-attribute",
        having(f"{SET}/md:RequestedAttribute", Name="reddito"),
        "«reddito» non esiste",
    ),
    ("attribute-twice", twice(f"{SET}/md:RequestedAttribute"), "è chiesto 2 volte"),
    ("no-organisation", without(ORG), "Organization deve esserci una volta"),
    ("no-language", having(NAME, lang=None), "xml:lang"),
    ("no-italian", having(NAME, lang="en"), "manca in italiano"),
    ("empty-name", saying(NAME, None), "OrganizationName è vuoto"),
    ("one-language-more", twice(NAME), "stesse lingue"),
    ("no-web-address", saying(f"{ORG}/md:OrganizationURL", "il sito"), "indirizzo web"),
    ("no-contact", without(CONTACT), "contatto «other» deve esserci una volta: ce ne sono 0"),
    ("two-contacts", twice(CONTACT), "ce ne sono 2"),
    ("billing", twice(CONTACT, contactType="billing"), "fatturazione"),
    ("no-extensions", without(EXT), "estensioni"),
    ("no-public", without(f"{EXT}/spid:Public"), "manca l'elemento Public"),
    ("public-not-empty", saying(f"{EXT}/spid:Public", "sì"), "Public deve essere vuoto"),
    ("private", adding(EXT, f"{{{SPID}}}Private"), "Private"),
    ("no-ipa", without(f"{EXT}/spid:IPACode"), "codice IPA"),
    ("bad-ipa", saying(f"{EXT}/spid:IPACode", "un codice"), "codice IPA"),
    ("fiscal-code", saying(f"{EXT}/spid:FiscalCode", "123"), "FiscalCode non è valido"),
    ("vat", adding(EXT, f"{{{SPID}}}VATNumber", "123"), "VATNumber non è valido"),
    ("no-email", without(f"{CONTACT}/md:EmailAddress"), "e-mail valida"),
    ("bad-email", saying(f"{CONTACT}/md:EmailAddress", "accessi"), "e-mail valida"),
    ("false-email", saying(f"{CONTACT}/md:EmailAddress", "a@lavoro.example"), "casella vera"),
    ("own-email", saying(f"{CONTACT}/md:EmailAddress", "mario.rossi@lavoro.gov.it"), "persona"),
    ("free-email", saying(f"{CONTACT}/md:EmailAddress", "accessi@gmail.com"), "persona"),
    ("telephone", saying(f"{CONTACT}/md:TelephoneNumber", "06 1234567"), r"+39"),
    ("person", adding(CONTACT, md("SurName"), "Rossi"), "non una persona"),
]


@pytest.mark.norma("SPID RT", "metadata SP", "difetti rifiutati da AgID")
@pytest.mark.parametrize(
    ("spoil", "reason"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES]
)
def test_a_broken_rule_is_named(good: dict[Scheme, bytes], spoil: Spoil, reason: str) -> None:
    assert reason in faults(spoiled(good[Scheme.SPID], spoil))


CIE_RULES: list[tuple[str, Spoil, str]] = [
    ("no-municipality", without(f"{EXT}/cie:Municipality"), "codice catastale"),
    ("bad-municipality", saying(f"{EXT}/cie:Municipality", "Roma"), "codice catastale"),
    ("other-company", saying(f"{CONTACT}/md:Company", "Altro"), "Company"),
    ("no-ipa", without(f"{EXT}/cie:IPACode"), "codice IPA"),
    ("no-public", without(f"{EXT}/cie:Public"), "manca l'elemento Public"),
    ("spid-contact", having(CONTACT, contactType="other"), "administrative"),
    ("too-many", having(f"{SET}/md:RequestedAttribute", Name="email"), "non esiste in CIE"),
    ("no-redirect", without(f"{SLO}[2]"), "HTTP-Redirect"),
]


@pytest.mark.norma("CIE", "federazione", "difetti rifiutati dal Ministero dell'Interno")
@pytest.mark.parametrize(
    ("spoil", "reason"), [rule[1:] for rule in CIE_RULES], ids=[rule[0] for rule in CIE_RULES]
)
def test_a_broken_rule_of_cie_is_named(
    good: dict[Scheme, bytes], spoil: Spoil, reason: str
) -> None:
    assert reason in faults(spoiled(good[Scheme.CIE], spoil), Scheme.CIE)


# --- the document and its signature


def test_blank_lines_before_the_document_are_named(good: dict[Scheme, bytes]) -> None:
    assert "cominciare con «<»" in faults(b"\n" + good[Scheme.SPID])


@pytest.mark.parametrize("document", [b"", b"non XML", b"<!DOCTYPE a><a/>"])
def test_what_is_not_metadata_is_named(document: bytes) -> None:
    assert "non si legge" in faults(document)


def test_a_list_of_entities_is_named(good: dict[Scheme, bytes]) -> None:
    several = etree.Element(md("EntitiesDescriptor"))
    several.append(etree.fromstring(good[Scheme.SPID]))

    assert "non un elenco" in faults(etree.tostring(several))


def test_a_fault_of_the_schema_has_its_line(good: dict[Scheme, bytes]) -> None:
    spoil = adding(SP, md("Invented"))

    assert "Riga " in faults(spoiled(good[Scheme.SPID], spoil))


def test_a_missing_a_broken_and_a_foreign_signature_are_named(
    good: dict[Scheme, bytes],
) -> None:
    document = good[Scheme.SPID]

    assert "non sono firmati" in faults(spoiled(document, without("ds:Signature"), signed=False))
    assert "cambiato" in faults(document.replace(b"lavoro.gov.it/spid/slo", b"x.gov.it/slo"))
    root = etree.fromstring(document)
    root.remove(find(root, "ds:Signature"))
    with override_settings(BASE_URL="https://accessi.lavoro.gov.it"):
        foreign = make_certificate(service_provider(), at=AT)
    assert "non è di una chiave pubblicata" in faults(sign(root, foreign))


def test_a_weak_algorithm_is_named(good: dict[Scheme, bytes]) -> None:
    weak = good[Scheme.SPID].replace(
        b"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        b"http://www.w3.org/2000/09/xmldsig#rsa-sha1",
    )

    assert "algoritmo" in faults(weak)


# --- the certificate


@cache
def rsa_key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def certificate(**changes: Any) -> x509.Certificate:
    """Return ours, made again with `changes`: a name, an extension, a date, a key."""
    ours = x509.load_der_x509_certificate(KEY["ours"].certificate)
    key = changes.get("key") or rsa_key(2048)
    names = {attribute.oid: attribute.value for attribute in ours.subject}
    names |= changes.get("names", {})
    subject = x509.Name([x509.NameAttribute(oid, value) for oid, value in names.items() if value])
    builder = x509.CertificateBuilder(
        subject,
        subject,
        key.public_key(),
        1,
        changes.get("since", AT - timedelta(days=1)),
        changes.get("until", AT + timedelta(days=700)),
    )
    for extension in ours.extensions:
        value, critical = extension.value, extension.critical
        if extension.oid == changes.get("without"):
            continue
        if (other := changes.get("extension")) and other[0].oid == extension.oid:
            value, critical = other
        builder = builder.add_extension(value, critical)
    made: x509.Certificate = builder.sign(key, SHA256())
    return made


def usage(**changes: bool) -> x509.KeyUsage:
    every = {
        "digital_signature": True,
        "content_commitment": True,
        "key_encipherment": False,
        "data_encipherment": False,
        "key_agreement": False,
        "key_cert_sign": False,
        "crl_sign": False,
        "encipher_only": False,
        "decipher_only": False,
    }
    return x509.KeyUsage(**(every | changes))


def policies(*identifiers: str) -> x509.CertificatePolicies:
    return x509.CertificatePolicies(
        [x509.PolicyInformation(x509.ObjectIdentifier(one), None) for one in identifiers]
    )


AGID = ("1.3.76.16.6", "1.3.76.16.4.2.1")

CERTIFICATES: list[tuple[str, dict[str, Any], str]] = [
    ("other-body", {"names": {NameOID.ORGANIZATION_NAME: "Altro"}}, "organizzazione (O)"),
    ("other-name", {"names": {NameOID.COMMON_NAME: "Altro"}}, "nome breve (CN)"),
    ("no-uri", {"names": {x509.ObjectIdentifier("2.5.4.83"): ""}}, "entityID (uri)"),
    (
        "other-ipa",
        {"names": {NameOID.ORGANIZATION_IDENTIFIER: "PA:IT-altro"}},
        "codice IPA è «PA:IT-altro»",
    ),
    ("no-ipa", {"names": {NameOID.ORGANIZATION_IDENTIFIER: ""}}, "organizationIdentifier"),
    ("abroad", {"names": {NameOID.COUNTRY_NAME: "FR"}}, "paese (C)"),
    ("no-locality", {"names": {NameOID.LOCALITY_NAME: ""}}, "località"),
    ("a-person", {"names": {NameOID.SURNAME: "Rossi"}}, "cognome"),
    ("a-given-name", {"names": {NameOID.GIVEN_NAME: "Mario"}}, "nome di persona"),
    ("no-usage", {"without": x509.KeyUsage.oid}, "keyUsage manca"),
    ("usage-not-critical", {"extension": (usage(), False)}, "non è critica"),
    ("usage-more", {"extension": (usage(key_encipherment=True), True)}, "keyUsage deve"),
    ("usage-less", {"extension": (usage(content_commitment=False), True)}, "keyUsage deve"),
    ("no-constraints", {"without": x509.BasicConstraints.oid}, "basicConstraints"),
    (
        "an-authority",
        {"extension": (x509.BasicConstraints(ca=True, path_length=None), False)},
        "CA:FALSE",
    ),
    ("no-policies", {"without": x509.CertificatePolicies.oid}, "policy di AgID"),
    ("one-policy", {"extension": (policies(AGID[0]), False)}, "policy di AgID"),
    ("critical-policies", {"extension": (policies(*AGID), True)}, "certificatePolicies"),
    ("expired", {"until": AT - timedelta(hours=1)}, "è scaduto"),
    ("soon", {"until": AT + timedelta(days=20)}, "scade il"),
    ("not-yet", {"since": AT + timedelta(days=2)}, "vale solo dal"),
    ("weak", {"bits": 1024}, "1024 bit"),
    ("not-rsa", {"curve": True}, "non è RSA"),
]


@pytest.mark.norma("Avviso 29", "v3", "difetti del certificato")
@pytest.mark.parametrize(
    ("changes", "reason"),
    [rule[1:] for rule in CERTIFICATES],
    ids=[rule[0] for rule in CERTIFICATES],
)
def test_a_fault_of_the_certificate_is_named(
    good: dict[Scheme, bytes], changes: dict[str, Any], reason: str
) -> None:
    made = dict(changes)
    if bits := made.pop("bits", 0):
        made["key"] = rsa_key(bits)
    if made.pop("curve", False):
        made["key"] = ec.generate_private_key(ec.SECP256R1())
    der = certificate(**made).public_bytes(serialization.Encoding.DER)
    path = f"{SP}/md:KeyDescriptor/ds:KeyInfo/ds:X509Data/ds:X509Certificate"

    found = faults(
        spoiled(good[Scheme.SPID], saying(path, base64.b64encode(der).decode())),
    )

    assert reason in found


def test_a_certificate_as_agid_wants_it_has_no_fault_of_its_own(
    good: dict[Scheme, bytes],
) -> None:
    der = certificate().public_bytes(serialization.Encoding.DER)
    path = f"{SP}/md:KeyDescriptor/ds:KeyInfo/ds:X509Data/ds:X509Certificate"

    found = faults(spoiled(good[Scheme.SPID], saying(path, base64.b64encode(der).decode())))

    assert found.splitlines() == [
        "Firma: la firma non è di una chiave pubblicata, o il documento è cambiato dopo la firma."
    ]


def test_a_certificate_that_cannot_be_read_is_named(good: dict[Scheme, bytes]) -> None:
    path = f"{SP}/md:KeyDescriptor/ds:KeyInfo/ds:X509Data/ds:X509Certificate"

    assert "Un certificato non si legge" in faults(spoiled(good[Scheme.SPID], saying(path, "AAAA")))


# --- the command


def test_the_command_examines_any_file(good: dict[Scheme, bytes], tmp_path: Path) -> None:
    right, wrong = tmp_path / "giusti.xml", tmp_path / "sbagliati.xml"
    right.write_bytes(good[Scheme.SPID])
    wrong.write_bytes(spoiled(good[Scheme.SPID], without(EXT)))
    out = StringIO()

    call_command("spid_metadata", "--check", "--file", str(right), stdout=out)

    assert "Nessun difetto" in out.getvalue()
    with pytest.raises(CommandError, match="estensioni"):
        call_command("spid_metadata", "--check", "--file", str(wrong), stdout=StringIO())
    with pytest.raises(CommandError, match="non si legge"):
        call_command("spid_metadata", "--check", "--file", str(tmp_path / "no"), stdout=out)
