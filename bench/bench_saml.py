# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a log-in costs: processor time to verify a Response and to sign a request.

The Response has two RSA-3072 signatures and 18 attributes. Ours and the peers verify the same
documents, interleaved, in one process; the time of child processes counts.
"""

import base64
import os
import resource
import shutil
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from bench.result import Result

ROUNDS = 41
ATTRIBUTES = {
    "spidCode": "DEMO0000000001",
    "name": "Elena",
    "familyName": "Ferri",
    "placeOfBirth": "H501",
    "countyOfBirth": "RM",
    "dateOfBirth": "1975-04-12",
    "gender": "F",
    "companyName": "Ministero del Lavoro e delle Politiche Sociali",
    "registeredOffice": "Via Veneto 56, 00187 Roma RM",
    "fiscalNumber": "TINIT-FRRLNE75D52H501C",
    "ivaCode": "VATIT-80237250586",
    "idCard": "cartaIdentità CA00000AA comuneRoma 2020-01-01 2030-01-01",
    "mobilePhone": "+390600000001",
    "email": "elena.ferri@example.org",
    "address": "Via Veneto 56, 00187 Roma RM",
    "expirationDate": "2030-01-01",
    "digitalAddress": "elena.ferri@pec.example.org",
    "companyFiscalNumber": "80237250586",
}
REQUEST = "_0123456789abcdef0123456789abcdef"
US = "https://accessi.example/spid/metadata/"
ACS = "https://accessi.example/spid/acs/"
IDP = "https://idp.example"


def measure() -> Iterable[Result]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    with tempfile.TemporaryDirectory(prefix="iam-bench-") as folder:
        yield from _responses(Path(folder))
        yield from _requests(Path(folder))


def _responses(folder: Path) -> Iterable[Result]:
    from demo.idp.keys import new_signer
    from demo.idp.responses import Answer, build

    signer = new_signer(bits=3072)
    now = datetime.now(UTC)
    answer = Answer(
        request_id=REQUEST,
        destination=ACS,
        service_provider=US,
        identity_provider=IDP,
        at=now,
        attributes=ATTRIBUTES,
    )
    document = build(answer, signer)
    ways: dict[str, Callable[[], object]] = {
        "nostro": ours(document, signer.certificate, now),
        "signxml, sola firma": with_signxml(document, signer.certificate),
    }
    if shutil.which("xmlsec1"):
        ways["pysaml2 con xmlsec1"] = stock_pysaml2(document, signer, folder)
    times = interleaved(ways)
    for name, milliseconds in times.items():
        yield Result(
            name=f"Response SPID, {name}",
            value=milliseconds,
            unit="ms CPU",
            at_most=10 if name == "nostro" else None,
        )
    if "pysaml2 con xmlsec1" in times:
        yield Result(
            name="Response SPID, quante volte meno di pysaml2",
            value=times["pysaml2 con xmlsec1"] / times["nostro"],
            unit="volte",
            at_least=8,
        )


def interleaved(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median processor time of each way, in milliseconds, children included."""
    for way in ways.values():
        way()
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            before = processor_seconds()
            way()
            taken[name].append((processor_seconds() - before) * 1000)
    return {name: median(values) for name, values in taken.items()}


def processor_seconds() -> float:
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def ours(document: bytes, certificate: bytes, now: datetime) -> Callable[[], object]:
    """Everything from the form field to the identity, the database apart."""
    from iam.saml.response.verification import verify
    from iam.saml.types import Asked, Comparison, Scheme
    from iam.saml.xml.reading import decoded, parsed

    field = base64.b64encode(document).decode()
    asked = Asked(
        scheme=Scheme.SPID,
        request_id=REQUEST,
        issued_at=now,
        address=ACS,
        service_provider=US,
        identity_provider=IDP,
        certificates=(certificate,),
        level=2,
        comparison=Comparison.MINIMUM,
        required_attributes=frozenset({"name", "familyName", "fiscalNumber"}),
    )
    return lambda: verify(parsed(decoded(field)), asked, now=now)


def with_signxml(document: bytes, certificate: bytes) -> Callable[[], object]:
    """Both signatures and nothing else: no schema, no check."""
    from cryptography.x509 import load_der_x509_certificate
    from lxml import etree
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    x509 = load_der_x509_certificate(certificate)
    expected = SignatureConfiguration(location="./")

    def verify() -> None:
        root = etree.fromstring(document)
        assertion = root.find("{*}Assertion")
        for node in (root, assertion):
            XMLVerifier().verify(node, x509_cert=x509, expect_config=expected)

    return verify


def stock_pysaml2(document: bytes, signer: Any, folder: Path) -> Callable[[], object]:
    """pysaml2 as it comes, with the xmlsec1 program."""
    from saml2 import BINDING_HTTP_POST
    from saml2.client import Saml2Client
    from saml2.config import SPConfig

    from demo.idp.metadata import provider_metadata

    key, certificate = folder / "key.pem", folder / "certificate.pem"
    key.write_bytes(signer.private_pem)
    text = base64.encodebytes(signer.certificate).decode()
    certificate.write_text(f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n")
    client = Saml2Client(
        SPConfig().load(
            {
                "entityid": US,
                "xmlsec_binary": shutil.which("xmlsec1"),
                "key_file": str(key),
                "cert_file": str(certificate),
                "allow_unknown_attributes": True,
                "metadata": {"inline": [provider_metadata(IDP, [signer]).decode()]},
                "service": {
                    "sp": {
                        "endpoints": {"assertion_consumer_service": [(ACS, BINDING_HTTP_POST)]},
                        "want_assertions_signed": True,
                        "want_response_signed": True,
                    }
                },
            }
        )
    )
    field = base64.b64encode(document).decode()

    def verify() -> object:
        return client.parse_authn_request_response(field, BINDING_HTTP_POST, {REQUEST: "/"})

    return verify


def _requests(folder: Path) -> Iterable[Result]:
    import django
    from django.conf import settings

    django.setup()
    from iam.saml.federation.certificate import make_certificate
    from iam.saml.federation.service import service_provider
    from iam.saml.messages.authn_request import NewRequest, signed_authn_request
    from iam.saml.messages.common import new_id
    from iam.saml.types import Comparison

    settings.SAML = settings.SAML | {"KEY": folder / "k", "CERTIFICATE": folder / "c"}
    now = datetime.now(UTC)
    us = service_provider()
    key = make_certificate(us, at=now)

    def sign() -> bytes:
        request = NewRequest(
            id=new_id(),
            destination=f"{IDP}/sso",
            level=2,
            comparison=Comparison.MINIMUM,
            at=now,
        )
        return signed_authn_request(request, provider=us, key=key)

    yield Result(
        name="AuthnRequest SPID, fatta e firmata (RSA-3072)",
        value=interleaved({"nostro": sign})["nostro"],
        unit="ms CPU",
        at_most=2,
    )
