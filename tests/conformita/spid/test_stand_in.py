# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The stand-in of xmlsec1 truly signs and verifies: else the public tool would prove nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from demo.idp.keys import Signer
from tests.conformita.spid.xmlsec1 import standing_in
from tests.saml.forging import forged, signer

RESPONSE = "urn:oasis:names:tc:SAML:2.0:protocol:Response"
Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def xmlsec1(tmp_path: Path) -> Iterator[Run]:
    with standing_in(tmp_path) as program:
        yield lambda *arguments: subprocess.run(
            [program, *map(str, arguments)], capture_output=True, check=False, timeout=30
        )


def public_key(key: Signer, folder: Path) -> Path:
    path = folder / "public.pem"
    public = x509.load_der_x509_certificate(key.certificate).public_key()
    path.write_bytes(
        public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return path


def test_a_true_signature_is_valid_and_an_altered_one_is_not(xmlsec1: Run, tmp_path: Path) -> None:
    file = tmp_path / "response.xml"
    ask = ("--verify", "--insecure", "--id-attr:ID", RESPONSE)
    file.write_bytes(forged(sign_assertion=False))
    key = public_key(signer(), tmp_path)
    assert xmlsec1(*ask, file).returncode == 0
    assert xmlsec1(*ask, "--pubkey-pem", key, file).returncode == 0

    other = public_key(signer("altro"), tmp_path)
    assert xmlsec1(*ask, "--pubkey-pem", other, file).returncode == 1
    file.write_bytes(forged(sign_assertion=False).replace(b"Ferri", b"Verdi"))
    assert xmlsec1(*ask, file).returncode == 1


@pytest.mark.parametrize(
    "arguments", [["--encrypt", "x"], ["--verify", "--trusted-pem", "a", "b"], ["--verify", "b"]]
)
def test_what_the_stand_in_does_not_do_is_an_error(xmlsec1: Run, arguments: list[str]) -> None:
    told = xmlsec1(*arguments)

    assert told.returncode == 1
    assert told.stderr.startswith(b"Error: ")
