# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The signed trust list of the simulated scheme operator: ETSI TS 119 612 with XAdES. SIMULATO."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from lxml import etree
from lxml.builder import ElementMaker
from signxml import DigestAlgorithm, SignatureConstructionMethod
from signxml.xades import XAdESSigner

from demo.trust.pki import Pki, as_pem

TSL = "http://uri.etsi.org/02231/v2#"
EXTENSIONS = "http://uri.etsi.org/02231/v2/additionaltypes#"
TRUST_SERVICES = "http://uri.etsi.org/TrstSvc"
CA_QC = f"{TRUST_SERVICES}/Svctype/CA/QC"
QTST = f"{TRUST_SERVICES}/Svctype/TSA/QTST"
GRANTED = f"{TRUST_SERVICES}/TrustedList/Svcstatus/granted"
WITHDRAWN = f"{TRUST_SERVICES}/TrustedList/Svcstatus/withdrawn"
FOR_SIGNATURES = f"{TRUST_SERVICES}/TrustedList/SvcInfoExt/ForeSignatures"
FOR_SEALS = f"{TRUST_SERVICES}/TrustedList/SvcInfoExt/ForeSeals"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
E = ElementMaker(namespace=TSL, nsmap={None: TSL, "tslx": EXTENSIONS})
SIX_MONTHS = timedelta(days=180)
NAME = "Prestatore fiduciario SIMULATO"


@dataclass(frozen=True)
class Service:
    """One line of the list."""

    kind: str
    certificate: x509.Certificate
    name: str
    status: str = GRANTED
    since: datetime = field(default=datetime(2017, 1, 1, tzinfo=UTC))
    uses: tuple[str, ...] = ()
    taken_over: bool = False


def services(pki: Pki) -> tuple[Service, ...]:
    """The services of the demonstration: certificates for signatures and seals, timestamps."""
    return (
        Service(CA_QC, pki.certificate("ca"), NAME, uses=(FOR_SIGNATURES, FOR_SEALS)),
        Service(QTST, pki.certificate("tsa-ca"), f"{NAME}: marche temporali"),
    )


def make_trust_list(
    pki: Pki,
    *,
    at: datetime,
    sequence: int | None = None,
    next_update: datetime | None = None,
    listed: Iterable[Service] | None = None,
    signer: str = "tlso",
) -> bytes:
    """Return the signed list. Its number is the minute of issue, so that it always grows."""
    root = E.TrustServiceStatusList(
        _scheme(at, sequence or int(at.timestamp()) // 60, next_update or at + SIX_MONTHS),
        _providers(tuple(listed) if listed is not None else services(pki)),
        TSLTag="http://uri.etsi.org/19612/TSLTag",
    )
    key = serialization.load_pem_private_key(pki.key_path(signer).read_bytes(), password=None)
    assert isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey)
    certificate = pki.certificate(signer)
    algorithm = "rsa-sha256" if certificate.public_key.algorithm == "rsa" else "ecdsa-sha256"
    made = XAdESSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=algorithm,
        digest_algorithm=DigestAlgorithm.SHA256,
    ).sign(root, key=key, cert=as_pem(certificate).decode())
    xml: bytes = etree.tostring(made, xml_declaration=True, encoding="UTF-8")
    return xml


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _named(tag: str, text: str, part: str = "Name") -> Any:
    return E(tag, *(E(part, text, {XML_LANG: lang}) for lang in ("en", "it")))


def _uris(tag: str, uri: str) -> Any:
    return E(tag, *(E.URI(uri, {XML_LANG: lang}) for lang in ("en", "it")))


def _address(tag: str) -> Any:
    postal = (
        E.PostalAddress(
            E.StreetAddress("Via Simulata 1"),
            E.Locality("Roma"),
            E.PostalCode("00100"),
            E.CountryName("IT"),
            {XML_LANG: lang},
        )
        for lang in ("en", "it")
    )
    electronic = E.URI("mailto:simulato@example.org", {XML_LANG: "en"})
    return E(tag, E.PostalAddresses(*postal), E.ElectronicAddress(electronic))


def _scheme(at: datetime, sequence: int, next_update: datetime) -> Any:
    page = "https://example.org/simulato"
    return E.SchemeInformation(
        E.TSLVersionIdentifier("5"),
        E.TSLSequenceNumber(str(sequence)),
        E.TSLType(f"{TRUST_SERVICES}/TrustedList/TSLType/EUgeneric"),
        _named("SchemeOperatorName", "Gestore SIMULATO dell'elenco di fiducia"),
        _address("SchemeOperatorAddress"),
        _named("SchemeName", "IT:Elenco di fiducia SIMULATO"),
        _uris("SchemeInformationURI", page),
        E.StatusDeterminationApproach(f"{TRUST_SERVICES}/TrustedList/StatusDetn/EUappropriate"),
        _uris("SchemeTypeCommunityRules", page),
        E.SchemeTerritory("IT"),
        E.PolicyOrLegalNotice(
            *(
                E.TSLLegalNotice("SIMULATO: senza valore.", {XML_LANG: lang})
                for lang in ("en", "it")
            )
        ),
        E.HistoricalInformationPeriod("65535"),
        E.ListIssueDateTime(_instant(at)),
        E.NextUpdate(E.dateTime(_instant(next_update))),
    )


def _providers(listed: tuple[Service, ...]) -> Any:
    return E.TrustServiceProviderList(
        E.TrustServiceProvider(
            E.TSPInformation(
                _named("TSPName", NAME),
                _named("TSPTradeName", NAME),
                _address("TSPAddress"),
                _uris("TSPInformationURI", "https://example.org/simulato"),
            ),
            E.TSPServices(*(_service(service) for service in listed)),
        )
    )


def _service(service: Service) -> Any:
    certificate = b64encode(service.certificate.dump()).decode()
    parts = [
        E.ServiceTypeIdentifier(service.kind),
        _named("ServiceName", service.name),
        E.ServiceDigitalIdentity(E.DigitalId(E.X509Certificate(certificate))),
        E.ServiceStatus(service.status),
        E.StatusStartingTime(_instant(service.since)),
    ]
    extensions = [
        E.Extension(
            E.AdditionalServiceInformation(E.URI(use, {XML_LANG: "en"})), {"Critical": "false"}
        )
        for use in service.uses
    ]
    if service.taken_over:
        extensions.append(_taken_over())
    if extensions:
        parts.append(E.ServiceInformationExtensions(*extensions))
    return E.TSPService(E.ServiceInformation(*parts))


def _taken_over() -> Any:
    """The critical extension that Italian lists put on services that changed hands."""
    x = ElementMaker(namespace=EXTENSIONS)
    return E.Extension(
        x.TakenOverBy(
            _uris("URI", "https://example.org/simulato")[0],
            _named("TSPName", "Altro prestatore SIMULATO"),
            _named("SchemeOperatorName", "Gestore SIMULATO dell'elenco di fiducia"),
            E.SchemeTerritory("IT"),
        ),
        {"Critical": "true"},
    )
