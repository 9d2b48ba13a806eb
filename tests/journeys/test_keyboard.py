# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person does without a mouse: skip links, the menu of a phone, the list of errors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.harness.browser import window
from tests.journeys.harness.fixtures import address, town
from tests.journeys.harness.inspection import faults_of
from tests.journeys.harness.town import Town

__all__ = ["address", "town"]


@pytest.fixture
def phone(town: Town, address: str, browser: Browser) -> Iterator[Page]:
    """Anna's phone, on the page of her Comuni."""
    with window(browser, base=address, session=town.sessions["anna"], width=390) as context:
        page = context.new_page()
        page.goto(f"{address}/comuni/")
        yield page


def test_the_first_stop_skips_to_the_content(phone: Page) -> None:
    phone.keyboard.press("Tab")
    expect(phone.locator(":focus")).to_have_text("Vai al contenuto principale")

    phone.keyboard.press("Enter")

    expect(phone.locator("main:focus")).to_have_count(1)


def test_the_menu_opens_by_keyboard_and_escape_gives_the_focus_back(phone: Page) -> None:
    burger = phone.get_by_role("button", name="Apri o chiudi il menu")
    burger.focus()
    phone.keyboard.press("Enter")
    link = phone.get_by_role("navigation").get_by_role("link", name="Operatori")
    expect(link).to_be_visible()
    expect(phone.locator("#menu :focus")).to_have_count(1)

    phone.keyboard.press("Escape")

    expect(link).not_to_be_visible()
    expect(burger).to_be_focused()


def test_a_link_of_the_error_list_moves_to_its_field(phone: Page, address: str) -> None:
    phone.goto(f"{address}/operatori/nuovo/")
    phone.locator("main form").evaluate("f => { f.noValidate = true; f.requestSubmit(); }")
    expect(phone.locator("[data-error-summary]")).to_be_focused()

    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")

    expect(phone.locator("#id_codice_fiscale")).to_be_focused()


def test_every_stop_of_a_form_can_be_seen(phone: Page, address: str) -> None:
    phone.goto(f"{address}/operatori/nuovo/")
    phone.locator("#id_codice_fiscale").focus()
    for _ in range(9):
        phone.keyboard.press("Tab")
        seen = phone.locator(":focus").evaluate(
            "e => { const s = getComputedStyle(e), l = e.nextElementSibling;"
            " const b = l ? getComputedStyle(l) : s;"
            " return [s, b].some(x => x.outlineStyle !== 'none' || x.boxShadow !== 'none'); }"
        )
        assert seen, phone.locator(":focus").evaluate("e => e.outerHTML")


def test_colours_forced_by_the_system_leave_nothing_out(phone: Page) -> None:
    phone.emulate_media(forced_colors="active")

    assert faults_of(phone) == []
