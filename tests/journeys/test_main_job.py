# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The main job, end to end, in a browser: from a SPID log-in to an enabled Comune, a working
token and a provable trail. Every person of it is invented.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from demo.modules.patti.households import BY_ID
from demo.personas import (
    ANNA,
    CHIARA,
    DAVIDE,
    ELENA,
    FRANCA,
    GIORGIO,
    GIULIA,
    LUCA,
    PAOLO,
    PIETRO,
    SARA,
    Persona,
)
from tests.installation import Installation, wait_for
from tests.journeys.steps import (
    PATIENCE_MS,
    accredit,
    buckets,
    choose_identity,
    download,
    enter,
    enter_module,
    leave,
    numbers,
    sign,
    tick,
    upload,
)

AMBITO = "Ambito Brescia 4"
BOVEZZO = "/comuni/B102/"
OPERATORS: dict[Persona, str] = {
    GIULIA: "COORDINATORE_PATTI",
    LUCA: "CASE_MANAGER",
    SARA: "CASE_MANAGER",
    DAVIDE: "COORDINATORE_CONTROLLI",
    CHIARA: "RESPONSABILE_CONTROLLI",
}
SUSPENDED_WITHIN_SECONDS = 2.0

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def page(browser: Browser) -> Page:
    context = browser.new_context(locale="it-IT", timezone_id="Europe/Rome", accept_downloads=True)
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()


def test_the_main_job(service: Installation, page: Page, browser: Browser, tmp_path: Path) -> None:
    the_network_stands_as_in_the_slides(service, page)
    the_note_arrives_by_pec(service, page)
    practice = the_act_is_signed_for_the_ministry(service, page, tmp_path)
    the_person_countersigns(service, page, practice, tmp_path)
    she_is_registered_and_the_ente_is_told(service, page, practice)
    only_the_right_signature_opens_the_comune(service, page, tmp_path)
    operators_are_accredited(service, page)
    each_sees_their_own_part(service, page)
    a_suspension_is_felt_at_once(service, page, browser)
    the_privacy_officer_finds_and_proves_every_step(service, page)
    a_member_of_a_household_asks_who_saw_her_data(service, page)
    the_log_verifies_until_somebody_alters_it(service)


def the_network_stands_as_in_the_slides(service: Installation, page: Page) -> None:
    enter(page, service, ELENA)
    assert buckets(page, service) == (44, 118, 0, 416)


def the_note_arrives_by_pec(service: Installation, page: Page) -> None:
    page.goto(service.url(3) + "/scrivi")
    page.get_by_label("Codice dell'Ambito").fill("BS-04")
    page.get_by_label("Persona indicata come Amministratore").select_option(label=ANNA.full_name)
    page.get_by_role("button", name="Invia la PEC").click()
    expect(page.locator("main")).to_contain_text("Nota SIMULATA inviata")

    wait_for(lambda: numbers(page, service) == (44, 117, 1, 416))
    assert buckets(page, service) == (44, 117, 1, 416)


def the_act_is_signed_for_the_ministry(service: Installation, page: Page, folder: Path) -> str:
    page.goto(service.url() + "/ambiti/?stato=in-lavorazione")
    page.get_by_role("link", name=re.compile(AMBITO)).first.click()
    page.get_by_role("button", name="Avvia la verifica").click()
    page.get_by_label("Numero di protocollo dell'atto").fill("MA-14-02/77")
    page.get_by_label("Data di protocollo").fill("2/9/2026")
    page.get_by_role("button", name="Predisponi l'atto").click()
    expect(page.locator("main")).to_contain_text("Atto predisposto")
    practice = page.url
    act = download(page, re.compile("Scarica l.atto"), folder)

    signed = sign(page, service, act, signer=PAOLO.key, form="pades")
    page.goto(practice)
    upload(page, signed)

    expect(page.locator("main")).to_contain_text("La firma è valida")
    return practice


def the_person_countersigns(service: Installation, page: Page, practice: str, folder: Path) -> None:
    page.goto(practice)
    page.get_by_role("button", name="Invia il link di controfirma").click()
    link = page.locator("main code").inner_text()

    leave(page)
    page.goto(link)
    choose_identity(page, PIETRO)
    expect(page.locator("h1")).not_to_contain_text("Leggi e scarica")

    leave(page)
    page.goto(link)
    choose_identity(page, ANNA)
    act = download(page, re.compile("Scarica l.atto"), folder)
    signed = sign(page, service, act, signer=ANNA.key, form="pades")
    page.goto(link)
    page.get_by_role("link", name=re.compile("avanti")).click()
    upload(page, signed)
    expect(page.locator("main")).to_contain_text("Hai controfirmato")


def she_is_registered_and_the_ente_is_told(
    service: Installation, page: Page, practice: str
) -> None:
    enter(page, service, ELENA)
    page.goto(practice)
    page.get_by_role("button", name=re.compile("Censisci")).click()
    expect(page.locator("main")).to_contain_text("I poteri cominciano adesso", ignore_case=True)
    assert buckets(page, service) == (44, 117, 0, 417)

    def told() -> bool:
        page.goto(practice)
        return "Comunicato all'ente" in page.locator("main .lead").inner_text()

    wait_for(told)


def only_the_right_signature_opens_the_comune(
    service: Installation, page: Page, folder: Path
) -> None:
    enter(page, service, ANNA)
    page.goto(service.url() + BOVEZZO)
    page.get_by_role("button", name="Prepara la convenzione").click()
    convention = download(page, re.compile("Scarica la convenzione"), folder)
    assert convention.name == "Convenzione_Bovezzo_BS.pdf"

    right = sign(page, service, convention, signer=GIORGIO.key, form="pades")
    wrong = sign(page, service, convention, signer=PIETRO.key, form="cades")
    altered = right.with_name("alterata.pdf")
    altered.write_bytes(_with_one_byte_changed(right.read_bytes()))

    for file, said in (
        (wrong, "Il documento è firmato da un'altra persona"),
        (altered, "modificato"),
    ):
        page.goto(service.url() + BOVEZZO)
        upload(page, file)
        expect(page.locator("main")).to_contain_text(said)
        expect(page.get_by_role("button", name="Abilita il Comune")).to_have_count(0)

    page.goto(service.url() + BOVEZZO)
    upload(page, right)
    expect(page.locator("main")).to_contain_text("La firma è valida")
    page.goto(service.url() + BOVEZZO)
    tick(page, "Ho letto il rapporto")
    page.get_by_role("button", name="Abilita il Comune").click()
    expect(page.locator("main .lead")).to_contain_text("Abilitato")


def _with_one_byte_changed(content: bytes) -> bytes:
    """Change one byte of the text that was signed, as somebody would who edits a figure."""
    middle = content.index(b"stream") + 40
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def operators_are_accredited(service: Installation, page: Page) -> None:
    for number, (who, role) in enumerate(OPERATORS.items()):
        accredit(page, service, who, role=role, protocol=f"2026/{100 + number}")
        expect(page.locator("main")).to_contain_text(f"{who.full_name} ha il profilo")


def each_sees_their_own_part(service: Installation, page: Page) -> None:
    enter_module(page, service, GIULIA)
    everything = page.locator("main").inner_text()
    assert "Nucleo Alberici" in everything
    assert "€" not in everything

    enter_module(page, service, LUCA)
    mine = page.locator("main").inner_text()
    assert "Nucleo Alberici" in mine
    assert "Il caso non è assegnato a te." in mine
    assert "un territorio diverso dal tuo" in mine
    page.get_by_role("link", name="Nucleo Alberici").click()
    expect(page.locator("main")).to_contain_text("Analisi preliminare")

    enter_module(page, service, CHIARA)
    checks = page.locator("main").inner_text()
    assert "Controlli anagrafici" in checks
    assert "Analisi preliminare" not in checks

    for administrator in (ANNA, ELENA):
        enter_module(page, service, administrator, refused=True)
        expect(page.locator("main")).to_contain_text(
            "Chi amministra gli accessi non vede mai i dati dei beneficiari"
        )


def a_suspension_is_felt_at_once(service: Installation, page: Page, browser: Browser) -> None:
    enter_module(page, service, LUCA)
    page.get_by_role("link", name="Nucleo Alberici").click()
    expect(page.locator("main")).to_contain_text("Analisi preliminare")
    case = page.url

    other = browser.new_context(locale="it-IT").new_page()
    enter(other, service, ANNA)
    other.goto(f"{service.url()}{BOVEZZO}sospendi/")
    other.get_by_label(re.compile("Motivo")).fill("Verifica di accessi anomali")
    other.get_by_role("button", name=re.compile("Sospendi")).click()
    expect(other.locator("main .lead")).to_contain_text("Sospeso")
    began = time.monotonic()

    page.goto(case)
    assert time.monotonic() - began < SUSPENDED_WITHIN_SECONDS
    expect(page.locator("main")).to_contain_text("la sua abilitazione è sospesa")
    expect(page.locator("main")).to_contain_text("Verifica di accessi anomali")
    expect(page.locator("main")).not_to_contain_text("Analisi preliminare")
    other.context.close()


def the_privacy_officer_finds_and_proves_every_step(service: Installation, page: Page) -> None:
    enter(page, service, FRANCA)
    for kind in (
        "saml.",
        "roles.accreditation.",
        "convenzioni.comune.",
        "roles.grant.",
        "oauth.decision.",
    ):
        page.goto(f"{service.url()}/registro/?tipo={kind}")
        expect(page.locator("main a[href^='/registro/']").last).to_be_visible()

    page.goto(f"{service.url()}/registro/?tipo=convenzioni.comune.")
    page.get_by_role("link", name=re.compile("Ha sospeso il Comune")).first.click()

    def proven() -> bool:
        page.get_by_role("button", name="Verifica integrità").click()
        return "L’operazione è integra" in page.locator("main").inner_text()

    wait_for(proven)


def a_member_of_a_household_asks_who_saw_her_data(service: Installation, page: Page) -> None:
    page.goto(f"{service.url()}/registro/interessato/")
    page.get_by_label("Codice fiscale della persona").fill(BY_ID["BOV-001"].people[0])
    page.get_by_label("Motivo della ricerca").fill("Richiesta dell'interessata, prot. 12")
    page.get_by_role("button", name="Cerca gli accessi").click()
    found = page.locator("main table")
    expect(found).to_contain_text(re.compile(r"Operatore \d+, Case Manager per il Patto"))
    expect(found).to_contain_text("presa-in-carico")
    expect(found).to_contain_text("rifiutato")
    expect(found).not_to_contain_text(LUCA.full_name)

    page.locator("label", has_text="Mostra i nomi degli operatori").click()
    page.get_by_role("button", name="Cerca gli accessi").click()
    expect(found).to_contain_text(LUCA.full_name)


def the_log_verifies_until_somebody_alters_it(service: Installation) -> None:
    whole = service.manage("audit_verify")
    assert whole.returncode == 0, whole.stdout + whole.stderr

    password = (service.home / "secrets" / "database_superuser_password").read_text().strip()
    with psycopg.connect(
        host=os.path.realpath(service.home / "run" / "postgresql"),
        user="postgres",
        password=password,
        dbname="iam",
    ) as superuser:
        superuser.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        (number,) = superuser.execute(
            "SELECT id FROM audit_event WHERE kind = 'convenzioni.comune.suspended'"
        ).fetchone() or (0,)
        superuser.execute(
            "UPDATE audit_event SET body = convert_to(replace(convert_from(body, 'UTF8'), "
            "'anomali', 'normali'), 'UTF8') WHERE id = %s",
            [number],
        )

    altered = service.manage("audit_verify")
    assert altered.returncode == 1
    assert str(number) in altered.stdout + altered.stderr
