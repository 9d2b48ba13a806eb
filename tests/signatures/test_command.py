# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""`verifica_firma` gives the verdict of the pages, with an exit status for scripts."""

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from tests.signatures.trial import SINDACO, Trial


@pytest.fixture(autouse=True)
def configured(firma: Trial) -> Iterator[None]:
    with override_settings(SIGNATURES=firma.settings):
        yield


def run(firma: Trial, folder: Path, content: bytes, *more: str) -> tuple[int, str]:
    file, trust_list = folder / "file", folder / "lista.xml"
    file.write_bytes(content)
    trust_list.write_bytes(firma.trust_list)
    out = StringIO()
    given = ["--trust-list", str(trust_list), "--at", _now()]
    with pytest.raises(SystemExit) as ended:
        call_command("verifica_firma", str(file), *given, *more, stdout=out)
    assert isinstance(ended.value.code, int)
    return ended.value.code, out.getvalue()


def _now() -> str:
    from tests.signatures.trial import now

    return now().isoformat()


def test_the_exit_status_is_the_verdict(firma: Trial, tmp_path: Path) -> None:
    original = tmp_path / "originale.pdf"
    original.write_bytes(firma.sealed)
    asked = ("--original", str(original), "--signer", SINDACO.codice_fiscale)

    accepted, text = run(firma, tmp_path, firma.signed(), *asked)
    assert (accepted, text.splitlines()[0]) == (0, "ACCEPT (intact, firma-valida)")
    assert run(firma, tmp_path, firma.signed("pietro"), *asked)[0] == 1
    with override_settings(SIGNATURES=firma.settings | {"FETCH_HOSTS": ["localhost:1"]}):
        assert run(firma, tmp_path, firma.signed(), *asked)[0] == 3


def test_the_report_in_json_has_its_hash(firma: Trial, tmp_path: Path) -> None:
    status, text = run(firma, tmp_path, firma.signed(), "--json")

    report = json.loads(text)
    assert (status, report["outcome"]) == (0, "ACCEPT")
    assert len(report["report_hash"]) == 64


def test_the_list_may_be_signed_by_a_certificate_given_here(firma: Trial, tmp_path: Path) -> None:
    stranger = tmp_path / "altro.der"
    stranger.write_bytes(firma.pki.certificate("ca").dump())

    assert run(firma, tmp_path, firma.signed(), "--tlso", str(stranger))[0] == 3
    mine = str(firma.pki.public / "tlso.pem")
    assert run(firma, tmp_path, firma.signed(), "--tlso", mine)[0] == 0


def test_wrong_usage_is_told_in_words() -> None:
    for arguments in (
        ["/non/esiste"],
        [__file__, "--at", "ieri"],
        [__file__, "--at", "2026-01-01"],
    ):
        with pytest.raises(CommandError):
            call_command("verifica_firma", *arguments)
