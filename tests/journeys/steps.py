# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people do with the service in a browser, in their own words: click what they read."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from demo.personas import Persona
from tests.installation import Installation

PATIENCE_MS = 60_000
"""For what a PEC brings about: the message, its receipts, the job that reads them."""


def enter(page: Page, service: Installation, who: Persona, *, at: str = "/accesso/") -> None:
    """Log in with SPID as an invented person, from the login page."""
    leave(page)
    page.goto(service.url() + at)
    choose_identity(page, who)


def choose_identity(page: Page, who: Persona) -> None:
    """From a login page that is open: the button, the provider, the person."""
    page.locator("summary").filter(has_text="SPID").click()
    page.locator("details button").first.click()
    page.get_by_role("button", name=who.full_name, exact=True).click()
    page.wait_for_url(lambda url: "/sso" not in url and "/spid/" not in url)


def leave(page: Page) -> None:
    """Forget every session, here and at the provider."""
    page.context.clear_cookies()


def enter_module(page: Page, service: Installation, who: Persona, *, refused: bool = False) -> None:
    """Open the module of the patti and log in to it through the service."""
    leave(page)
    page.goto(service.url(6) + "/")
    page.get_by_role("link", name="Entra con SPID").click()
    choose_identity(page, who)
    if not refused:
        page.wait_for_url(f"{service.url(6)}/**")


def accredit(page: Page, service: Installation, who: Persona, *, role: str, protocol: str) -> None:
    """As the Amministratore, give a role in Bovezzo on an indication of the Comune."""
    page.goto(service.url() + "/operatori/nuovo/?comune=B102")
    page.get_by_label("Codice fiscale").fill(who.codice_fiscale)
    page.get_by_label("Nome", exact=True).fill(who.given_name)
    page.get_by_label("Cognome").fill(who.family_name)
    page.get_by_label("E-mail di lavoro").fill(who.email)
    page.locator(f"input[name=role][value={role}] + label").click()
    page.get_by_label("Comune che ha indicato").select_option("B102")
    page.get_by_label("Fino al").fill("31/12/2027")
    page.get_by_label("Atto del Comune").fill("determina n. 12 del 3/9/2026")
    page.get_by_label("Numero di protocollo").fill(protocol)
    page.get_by_label("Data di protocollo").fill("3/9/2026")
    page.get_by_role("button", name="Accredita").click()


def tick(page: Page, label: str) -> None:
    """Tick a box by its label, which lies over it."""
    page.locator("label", has_text=label).click()


def download(page: Page, name: str | re.Pattern[str], to: Path) -> Path:
    """Click the link called `name` and save the file under the name it proposes."""
    with page.expect_download() as coming:
        page.get_by_role("link", name=name).first.click()
    saved = to / coming.value.suggested_filename
    coming.value.save_as(saved)
    return saved


def sign(page: Page, service: Installation, file: Path, *, signer: str, form: str) -> Path:
    """Have the simulated trust service sign `file`; return the signed copy."""
    page.goto(service.url(2))
    page.locator("select[name=come]").select_option(signer)
    page.locator(f"input[name=forma][value={form}]").check()
    page.locator("input[type=file]").set_input_files(file)
    with page.expect_download() as coming:
        page.get_by_role("button", name="Firma e scarica").click()
    folder = file.parent / "firmati"
    folder.mkdir(exist_ok=True)
    signed = folder / coming.value.suggested_filename
    coming.value.save_as(signed)
    return signed


def upload(page: Page, file: Path, *, button: str = "Carica e verifica la firma") -> None:
    page.locator("main input[type=file]").first.set_input_files(file)
    page.get_by_role("button", name=button).click()


BUCKETS = ("devono-comunicare", "senza-documentazione", "in-lavorazione", "completati")


def numbers(page: Page, service: Installation) -> tuple[int, ...]:
    """Return the four numbers of the dashboard."""
    page.goto(service.url() + "/cruscotto/")
    return tuple(
        int(page.locator(f"a.iam-count[href='/ambiti/?stato={bucket}'] strong").inner_text())
        for bucket in BUCKETS
    )


def buckets(page: Page, service: Installation) -> tuple[int, ...]:
    """Return the four numbers, after comparing each with the list behind it.

    Call it when nothing is on its way: between the number and its list the network may change.
    """
    shown = numbers(page, service)
    for bucket, number in zip(BUCKETS, shown, strict=True):
        page.goto(f"{service.url()}/ambiti/?stato={bucket}")
        expect(page.locator("main")).to_contain_text(re.compile(rf"\b{number} Ambit[io]\b"))
    return shown
