# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""«Firma un documento come…»: the page of the simulated trust service, in a browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload

from demo.trust.signers import SIGNERS
from demo.trust.signing import Form
from tests.journeys.harness.browser import window
from tests.journeys.harness.inspection import Watch, faults_of
from tests.signatures.trial import Trial


def test_the_page_passes_the_common_inspection(firma: Trial, browser: Browser) -> None:
    base = firma.pki.url
    with window(browser, base=base) as context:
        page = context.new_page()
        watch = Watch(page, base=base)
        answer = page.goto(f"{base}/")
        assert answer is not None
        assert answer.status == 200
        assert faults_of(page) == []
        page.goto(f"{base}/non-esiste")
        assert faults_of(page) == []
        assert watch.faults == []


@pytest.mark.parametrize("scripts", [True, False])
def test_a_document_is_signed_as_anyone(
    firma: Trial, browser: Browser, tmp_path: Path, scripts: bool
) -> None:
    base = firma.pki.url
    with window(browser, base=base, scripts=scripts) as context:
        page = context.new_page()
        page.goto(f"{base}/?come=giorgio")
        assert page.get_by_label("Chi firma").input_value() == "giorgio"
        page.get_by_label("Busta .p7m (CAdES)", exact=True).check()
        upload = FilePayload(name="Bovezzo BS.pdf", mimeType="application/pdf", buffer=firma.sealed)
        page.get_by_label("Documento da firmare").set_input_files(files=[upload])
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Firma e scarica").click()
        assert waiting.value.suggested_filename == "Bovezzo BS.pdf.p7m"
        saved = tmp_path / "firmato"
        waiting.value.save_as(saved)

    assert firma.verdict(saved.read_bytes()).accepted


def test_a_mistake_is_told_and_what_was_chosen_is_kept(firma: Trial, browser: Browser) -> None:
    base = firma.pki.url
    with window(browser, base=base, scripts=False) as context:
        page = context.new_page()
        page.goto(f"{base}/?come=pietro")
        note = FilePayload(name="nota.txt", mimeType="text/plain", buffer=b"non sono un PDF")
        page.get_by_label("Documento da firmare").set_input_files(files=[note])
        page.get_by_role("button", name="Firma e scarica").click()
        assert page.title().startswith("Errore: ")
        assert "non è un PDF che si può firmare" in page.get_by_role("alert").inner_text()
        assert page.get_by_label("Chi firma").input_value() == "pietro"


def test_every_signer_and_every_form_is_offered(firma: Trial) -> None:
    from demo.trust.app import create_app

    client = create_app(firma.pki).test_client()
    text = client.get("/").get_data(as_text=True)

    assert "SIMULATO" in text
    for key in SIGNERS:
        assert f'value="{key}"' in text
    for form in Form:
        assert f'value="{form}"' in text
    assert client.post("/firma", data={"come": "nessuno"}).status_code == 400
    assert client.get("/trust-list.xml").data.startswith(b"<?xml")
