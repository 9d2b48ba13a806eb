# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The public conformance tool, run by `make conformita` and not by `make test`.

It needs the programs xmlsec1 and openssl, and pins of its own: hence its own environment. Its
built-in provider's key is public and expired: it gets another here. A family of its checks
that crashes is silently skipped, so the numbers are asserted too.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from demo.idp.keys import new_signer
from iam.saml.actions import load_provider
from iam.saml.federation.certificate import make_certificate, store
from iam.saml.federation.service import service_provider
from iam.saml.metadata.identity_provider import read_provider_metadata
from iam.saml.types import Scheme
from tests.saml.browsing import visitor

PROGRAM = os.environ.get("IAM_SPID_SP_TEST", "")
IDP = "https://idp.test"
MUST_COME_IN = {"1", "31", "95", "96", "103", "109", "110"}


class Profile(NamedTuple):
    """A profile of the tool, and how many checks of each family it makes of us."""

    name: str
    scheme: Scheme
    metadata: int
    requests: int
    responses: int


PROFILES = [
    Profile("spid-sp-public", Scheme.SPID, 110, 51, 111),
    Profile("cie-sp-public", Scheme.CIE, 80, 40, 109),
]

pytestmark = pytest.mark.timeout(600)

assert PROGRAM, "spid-sp-test is not installed: run `make conformita`"
assert shutil.which("xmlsec1"), "the program xmlsec1 is missing: apt-get install xmlsec1"


@pytest.fixture(params=PROFILES, ids=[profile.name for profile in PROFILES])
def profile(request: pytest.FixtureRequest) -> Profile:
    chosen: Profile = request.param
    return chosen


@pytest.fixture
def report(
    profile: Profile, site: LiveServer, settings: Settings, tmp_path: Path
) -> dict[str, Any]:
    """Run the tool's profile against the whole service."""
    settings.BASE_URL = site.url
    settings.SAML = settings.SAML | {
        "KEY": str(tmp_path / "spid.key"),
        "CERTIFICATE": str(tmp_path / "spid.pem"),
    }
    us = service_provider(profile.scheme)
    store(make_certificate(us, at=visitor().at), us)
    signer = new_signer()
    (tmp_path / "private.key").write_bytes(signer.private_pem)
    certificate = x509.load_der_x509_certificate(signer.certificate)
    (tmp_path / "public.cert").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    metadata = tool(tmp_path, "--idp-metadata")
    load_provider(
        visitor(),
        metadata=read_provider_metadata(metadata, source="spid-sp-test"),
        scheme=profile.scheme,
    )
    tool(
        tmp_path,
        *("--metadata-url", us.metadata_url),
        *("--authn-url", f"{site.url}{us.path}login/?idp={IDP}&next=/aiuto/"),
        *("--extra", "-tr", "-pr", profile.name, "--debug", "ERROR"),
        *("-rf", "json", "-o", "report.json"),
    )
    told: dict[str, Any] = json.loads((tmp_path / "report.json").read_text())
    return told


def tool(folder: Path, *arguments: str) -> bytes:
    run = subprocess.run(
        [str(Path(PROGRAM).resolve()), *arguments],
        cwd=folder,
        env=os.environ | {"IDP_ENTITYID": IDP, "IDP_CERT_PATH": str(folder)},
        capture_output=True,
        timeout=580,
        check=False,
    )
    return run.stdout


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


@pytest.mark.norma("AgID", "spid-sp-test 1.2.18", "profili spid-sp-public e cie-sp-public")
def test_the_public_tool_finds_no_fault(profile: Profile, report: dict[str, Any]) -> None:
    found = list(checks(report))
    families = Counter(check["method"].partition(".")[0] for check in found)
    answers = {c["test_id"]: c["value"] for c in found if "http status_code" in str(c["value"])}

    assert [check["test"] for check in found if check["result"] != "success"] == []
    assert families["SpidSpMetadataCheckExtra"] >= profile.metadata, families
    assert families["SpidSpAuthnReqCheckExtra"] >= profile.requests, families
    assert len(answers) == families["SpidSpResponseCheck"] == profile.responses
    assert {number for number, told in answers.items() if "200" in told} == MUST_COME_IN
    assert set(answers.values()) == {"[http status_code: 200]", "[http status_code: 403]"}
