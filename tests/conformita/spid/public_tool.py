# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""spid-sp-test 1.2.18, the public conformance tool, against the whole service.

Its pins are old, so it has an environment of its own; the program xmlsec1 that it calls is the
stand-in beside this file. The key of its built-in provider is public and expired: it gets another.
A family of its checks that crashes is silently skipped, so the numbers are asserted too, and an
answer 5xx, which it takes for a refusal, is a failure here.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from demo.idp.keys import new_signer
from iam.saml.actions import load_provider
from iam.saml.federation.certificate import make_certificate, store
from iam.saml.federation.service import DEFAULTS, service_provider
from iam.saml.metadata.identity_provider import read_provider_metadata
from iam.saml.types import Scheme
from tests.conformita.spid.https import HOST, secure_way_to
from tests.conformita.spid.xmlsec1 import standing_in
from tests.saml.browsing import visitor

TOOL = Path(__file__).resolve().parents[3] / ".cache" / "spid-sp-test" / "bin"
IDP = "https://idp.test"
MUST_COME_IN = {"1", "31", "95", "96", "103", "109", "110"}
EVERY_ATTRIBUTE = (
    *("spidCode", "name", "familyName", "placeOfBirth", "countyOfBirth", "dateOfBirth", "gender"),
    *("companyName", "companyFiscalNumber", "registeredOffice", "fiscalNumber", "ivaCode"),
    *("idCard", "expirationDate", "mobilePhone", "email", "address", "digitalAddress"),
    *("domicileStreetAddress", "domicilePostalCode", "domicileMunicipality", "domicileProvince"),
    "domicileNation",
)
"""All that SPID knows of a person: an installation may ask it by its settings, ours asks five."""


FULL_SET = (
    100,
    "eIDAS Natural Person Full Attribute Set",
    (
        *("spidCode", "name", "familyName", "dateOfBirth", "placeOfBirth"),
        *("address", "gender", "fiscalNumber"),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A profile of the tool, how we are set for it, and how many checks it makes of us.

    `excused` names what cannot be checked here; `whole` publishes every attribute and two
    signing certificates, as during a change of key. In production mode the request names our
    ACS by its address, elsewhere by its index: the rules allow both.
    """

    name: str
    scheme: Scheme
    metadata: int
    requests: int
    responses: int = 0
    whole: bool = False
    production: bool = False
    excused: tuple[str, ...] = ()

    def __str__(self) -> str:
        marks = (("in esercizio", self.production), ("ogni attributo", self.whole))
        return ", ".join([self.name, *(mark for mark, true in marks if true)])


SPID = Profile(name="spid-sp-public", scheme=Scheme.SPID, metadata=110, requests=51)
IPA = "The IPACode element MUST have a valid value present on IPA"
PROFILES = [
    replace(SPID, whole=True, metadata=147, responses=111),
    SPID,
    replace(SPID, production=True, metadata=184, requests=54, whole=True, excused=(IPA,)),
    Profile(name="cie-sp-public", scheme=Scheme.CIE, metadata=80, requests=40, responses=109),
    Profile(name="ficep-eidas-sp", scheme=Scheme.EIDAS, metadata=75, requests=50),
    Profile(name="ficep-eidas-sp", scheme=Scheme.EIDAS, metadata=98, requests=50, whole=True),
]

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(params=PROFILES, ids=str)
def profile(request: pytest.FixtureRequest) -> Profile:
    chosen: Profile = request.param
    return chosen


@pytest.fixture
def report(
    profile: Profile, site: LiveServer, settings: Settings, tmp_path: Path
) -> dict[str, Any]:
    """Run the tool's profile against the whole service."""
    assert (TOOL / "spid_sp_test").exists(), "spid-sp-test is not installed: run `make dev`"
    assert shutil.which("openssl"), "the tool calls the program openssl, and it is missing"
    settings.BASE_URL = f"https://{HOST}" if profile.production else site.url
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, HOST]
    settings.SAML = settings.SAML | {
        "KEY": str(tmp_path / "spid.key"),
        "CERTIFICATE": str(tmp_path / "spid.pem"),
    }
    us = service_provider(profile.scheme)
    store(make_certificate(us, at=visitor().at), us)
    if profile.whole:
        shutil.copy(tmp_path / "spid.pem", tmp_path / "old.pem")
        shutil.copy(tmp_path / "spid.key", tmp_path / "old.key")
        store(make_certificate(us, at=visitor().at), us)
        settings.SAML = settings.SAML | {
            "NEXT_CERTIFICATES": (str(tmp_path / "old.pem"),),
            "ATTRIBUTES": {**DEFAULTS["ATTRIBUTES"], Scheme.SPID: EVERY_ATTRIBUTE},
            "FURTHER_SETS": {Scheme.EIDAS: [FULL_SET]},
            "ACS_BY_ADDRESS": profile.production,
        }
    load_provider(
        visitor(),
        metadata=read_provider_metadata(own_metadata(tmp_path), source="spid-sp-test"),
        scheme=profile.scheme,
    )
    with secure_way_to(site.url, tmp_path) as way:
        run = tool(
            tmp_path,
            *("--metadata-url", us.metadata_url),
            *("--authn-url", f"{settings.BASE_URL}{us.path}login/?idp={IDP}&next=/aiuto/"),
            *("--extra", "-pr", profile.name, "--debug", "ERROR"),
            *("-rf", "json", "-o", "report.json"),
            *(("-tr",) if profile.responses else ()),
            *(("-p",) if profile.production else ()),
            environment=way if profile.production else {},
        )
    assert (tmp_path / "report.json").exists(), run.stderr.decode()
    told: dict[str, Any] = json.loads((tmp_path / "report.json").read_text())
    return told


def own_metadata(folder: Path) -> bytes:
    """Give the tool's provider a key, and return its metadata."""
    signer = new_signer()
    (folder / "private.key").write_bytes(signer.private_pem)
    certificate = x509.load_der_x509_certificate(signer.certificate)
    (folder / "public.cert").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return tool(folder, "--idp-metadata").stdout


def tool(
    folder: Path, *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run the tool; the only xmlsec1 that it finds is ours."""
    with standing_in(folder) as stand_in:
        return subprocess.run(
            [str(TOOL / "python"), str(TOOL / "spid_sp_test"), *arguments],
            cwd=folder,
            env={
                **os.environ,
                "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
                "XMLSEC1_BIN": str(stand_in),
                "IDP_ENTITYID": IDP,
                "IDP_CERT_PATH": str(folder),
                **(environment or {}),
            },
            capture_output=True,
            timeout=580,
            check=False,
        )


def checks(told: object) -> Iterator[dict[str, Any]]:
    """Yield each check of the report, wherever the tool has put it."""
    if isinstance(told, dict):
        if "method" in told and "result" in told:
            yield told
        for value in told.values():
            yield from checks(value)
    elif isinstance(told, list):
        for value in told:
            yield from checks(value)


@pytest.mark.norma(
    "AgID", "spid-sp-test 1.2.18", "profili spid-sp-public, cie-sp-public e ficep-eidas-sp"
)
def test_the_public_tool_finds_no_fault(profile: Profile, report: dict[str, Any]) -> None:
    sp = report["test"]["sp"]
    metadata, requests = (
        list(checks(sp[part])) for part in ("metadata_extra", "authnrequest_extra")
    )
    responses = list(checks(sp.get("response", {})))
    found = [*metadata, *requests, *responses]
    told = Counter(check["result"] for check in found)
    print(f"{profile}: {len(metadata)} + {len(requests)} + {len(responses)} {dict(told)}")

    faults = [check["test"] for check in found if check["result"] != "success"]
    assert faults == list(profile.excused)
    assert len(metadata) >= profile.metadata
    assert len(requests) >= profile.requests
    assert len(responses) == profile.responses
    answers = {check["test_id"]: check["value"] for check in responses}
    assert len(answers) == profile.responses
    if profile.responses:
        assert {number for number, told in answers.items() if "200" in told} == MUST_COME_IN
        assert set(answers.values()) == {"[http status_code: 200]", "[http status_code: 403]"}
    if profile == PROFILES[0]:
        assert len(found) >= 300
