# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The public conformance tool, where it is installed.

    python3 -m venv .cache/spid-sp-test && .cache/spid-sp-test/bin/pip install spid-sp-test==1.2.18
    IAM_SPID_SP_TEST=.cache/spid-sp-test/bin/spid_sp_test pytest tests/conformita/spid

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
from typing import Any

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
from tests.saml.browsing import visitor

PROGRAM = os.environ.get("IAM_SPID_SP_TEST", "")
IDP = "https://idp.test"
METADATA_CHECKS, REQUEST_CHECKS, RESPONSE_CHECKS = 110, 51, 111
MUST_COME_IN = {"1", "31", "95", "96", "103", "109", "110"}

pytestmark = [
    pytest.mark.skipif(
        not (PROGRAM and shutil.which("xmlsec1")),
        reason="spid-sp-test non è installato (IAM_SPID_SP_TEST)",
    ),
    pytest.mark.timeout(600),
]


@pytest.fixture
def report(site: LiveServer, settings: Settings, tmp_path: Path) -> dict[str, Any]:
    """Run the tool's profile of public service providers against the whole service."""
    settings.BASE_URL = site.url
    settings.SAML = settings.SAML | {
        "KEY": str(tmp_path / "spid.key"),
        "CERTIFICATE": str(tmp_path / "spid.pem"),
    }
    us = service_provider()
    store(make_certificate(us, at=visitor().at), us)
    signer = new_signer()
    (tmp_path / "private.key").write_bytes(signer.private_pem)
    certificate = x509.load_der_x509_certificate(signer.certificate)
    (tmp_path / "public.cert").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    metadata = tool(tmp_path, "--idp-metadata")
    load_provider(visitor(), metadata=read_provider_metadata(metadata, source="spid-sp-test"))
    tool(
        tmp_path,
        *("--metadata-url", us.metadata_url),
        *("--authn-url", f"{site.url}/spid/login/?idp={IDP}&next=/aiuto/"),
        *("--extra", "-tr", "-pr", "spid-sp-public", "--debug", "ERROR"),
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


@pytest.mark.norma("AgID", "spid-sp-test 1.2.18", "profilo spid-sp-public")
def test_the_public_tool_finds_no_fault(report: dict[str, Any]) -> None:
    found = list(checks(report))
    families = Counter(check["method"].partition(".")[0] for check in found)
    answers = {c["test_id"]: c["value"] for c in found if "http status_code" in str(c["value"])}

    assert [check["test"] for check in found if check["result"] != "success"] == []
    assert families["SpidSpMetadataCheckExtra"] >= METADATA_CHECKS
    assert families["SpidSpAuthnReqCheckExtra"] >= REQUEST_CHECKS
    assert len(answers) == families["SpidSpResponseCheck"] == RESPONSE_CHECKS
    came_in = {number for number, told in answers.items() if "200" in told}
    assert came_in == MUST_COME_IN
    assert set(answers.values()) <= {
        "[http status_code: 200]",
        "[http status_code: 403]",
    }
