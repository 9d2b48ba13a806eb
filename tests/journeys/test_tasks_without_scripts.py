# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Every task of the pages, in Chromium with JavaScript switched off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from demo.personas import SARA
from tests.journeys.harness.browser import window
from tests.journeys.harness.fixtures import address, town
from tests.journeys.harness.town import Town

__all__ = ["address", "town"]


class Seat:
    """Where one person sits: a browser without scripts, logged in."""

    def __init__(self, page: Page, *, base: str) -> None:
        self.page = page
        self.base = base

    def opens(self, path: str) -> None:
        response = self.page.goto(self.base + path)
        assert response is not None
        assert response.status == 200, path

    def presses(self, name: str) -> None:
        self.page.locator("main").get_by_role("button", name=name, exact=True).first.click()

    def follows(self, name: str) -> None:
        self.page.locator("main").get_by_role("link", name=name).first.click()

    def writes(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.locator(f'main [name="{name}"]').first.fill(value)

    def sees(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.locator("main")).to_contain_text(text)


@pytest.fixture
def seat(
    request: pytest.FixtureRequest, town: Town, address: str, browser: Browser
) -> Iterator[Seat]:
    session = town.sessions[request.param]
    with window(browser, base=address, session=session, scripts=False, width=390) as context:
        yield Seat(context.new_page(), base=address)


def signed_file(town: Town, folder: Path, content: bytes, who: str) -> str:
    file = folder / "firmato.pdf"
    file.write_bytes(town.signed(content, who))
    return str(file)


@pytest.mark.parametrize("seat", ["anna"], indirect=True)
def test_a_comune_is_brought_from_nothing_to_enabled_suspended_and_back(
    seat: Seat, town: Town, tmp_path: Path
) -> None:
    seat.opens("/")
    seat.follows("Nave (BS): prepara la convenzione")
    seat.presses("Prepara la convenzione")
    seat.sees("La convenzione è pronta")
    document = seat.page.request.get(seat.base + "/comuni/F851/convenzione.pdf").body()

    wrong = signed_file(town, tmp_path, document, "pietro")
    seat.page.locator('main input[type="file"]').set_input_files(wrong)
    seat.presses("Carica e verifica la firma")
    seat.sees("firmato da un'altra persona")
    seat.follows("Torna al Comune e carica un altro file")

    right = signed_file(town, tmp_path, document, "giorgio")
    seat.page.locator('main input[type="file"]').set_input_files(right)
    seat.presses("Carica e verifica la firma")
    seat.sees("Firma integra")
    seat.page.get_by_text("Ho letto il rapporto di verifica").click()
    seat.presses("Abilita il Comune")
    seat.sees("Il Comune è abilitato")

    seat.follows("Sospendi il Comune")
    seat.writes(reason="Verifica di un accesso anomalo")
    seat.presses("Sospendi il Comune")
    seat.sees("Il Comune è sospeso")
    seat.follows("Riattiva il Comune")
    seat.presses("Riattiva il Comune")
    seat.sees("di nuovo abilitato")


@pytest.mark.parametrize("seat", ["anna"], indirect=True)
def test_an_operator_is_accredited_and_revoked(seat: Seat) -> None:
    seat.opens("/operatori/nuovo/")
    seat.writes(
        codice_fiscale=SARA.codice_fiscale,
        given_name=SARA.given_name,
        family_name=SARA.family_name,
        email=SARA.email,
        until="31/12/2030",
        act="Determina n. 30",
        protocol_number="881",
        protocol_date="3/11/2026",
    )
    seat.page.get_by_text("Case Manager per il Patto").first.click()
    seat.page.locator('main select[name="comune"]').select_option("B102")
    seat.presses("Accredita")
    seat.sees("Sara Greco ha il profilo")

    seat.follows("Revoca Sara Greco")
    seat.writes(reason="Trasferita ad altro ufficio")
    seat.presses("Revoca il profilo")
    seat.sees("Il profilo di Sara Greco è revocato")


@pytest.mark.parametrize("seat", ["pietro"], indirect=True)
def test_the_designated_person_countersigns_and_the_ministry_registers_her(
    seat: Seat, town: Town, browser: Browser, tmp_path: Path
) -> None:
    address = town.address("/controfirma/{token}/")
    seat.opens(address)
    act = seat.page.request.get(seat.base + address + "atto/").body()
    seat.follows("L’ho scaricato: avanti")
    file = signed_file(town, tmp_path, act, "pietro")
    seat.page.locator('main input[type="file"]').set_input_files(file)
    seat.presses("Carica e verifica la firma")
    seat.sees("Hai controfirmato l’atto")

    session = town.sessions["elena"]
    with window(browser, base=seat.base, session=session, scripts=False, width=390) as context:
        elena = Seat(context.new_page(), base=seat.base)
        elena.opens("/cruscotto/")
        elena.page.locator('main a[href="/ambiti/?stato=in-lavorazione"]').click()
        elena.follows("Ambito BS-01")
        elena.presses("Censisci l'Amministratore")
        elena.sees("L'Amministratore è censito")


@pytest.mark.parametrize("seat", ["luca"], indirect=True)
def test_an_operator_chooses_a_profile_and_asks_why_not(seat: Seat) -> None:
    seat.opens("/scegli-profilo/")
    seat.page.locator("main button").first.click()
    seat.sees("Da fare")
    seat.opens("/io/perche/")
    seat.page.locator('main select[name="azione"]').select_option("comune:enable")
    seat.writes(comune="B102")
    seat.presses("Controlla")
    seat.sees("Il tuo profilo non comprende questa operazione.")


@pytest.mark.parametrize("seat", ["franca"], indirect=True)
def test_the_privacy_officer_searches_opens_verifies_and_asks_who_saw(seat: Seat) -> None:
    seat.opens("/registro/")
    seat.page.locator('main select[name="tipo"]').select_option("convenzioni.comune.")
    seat.writes(comune="Bovezzo (BS)")
    seat.presses("Cerca")
    seat.follows("Ha abilitato il Comune")
    seat.presses("Verifica integrità")
    seat.sees("L’operazione è integra")

    seat.opens("/registro/interessato/")
    seat.writes(codice_fiscale="RSSMRA80A01F205X", reason="Richiesta, prot. 12")
    seat.presses("Cerca gli accessi")
    seat.sees("Nessun accesso registrato")
    assert "RSSMRA" not in seat.page.url


@pytest.mark.parametrize("seat", ["anna"], indirect=True)
def test_the_menu_is_there_without_scripts(seat: Seat) -> None:
    seat.opens("/")
    menu = seat.page.get_by_role("navigation", name="Pagine del tuo profilo")

    expect(menu.get_by_role("link", name="Comuni")).to_be_visible()
    menu.get_by_role("link", name="Comuni").click()
    expect(seat.page.locator("h1")).to_have_text("Comuni dell’Ambito")
