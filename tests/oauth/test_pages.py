# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages that a person meets on the way to a module, and the module's own, in a browser."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page

from demo.personas import CHIARA, ELENA, GIULIA, LUCA, SARA, Persona
from iam.roles.types import CASE_MANAGER, COORDINATORE_PATTI, RESPONSABILE_CONTROLLI
from tests import world
from tests.journeys.harness.browser import HEIGHT, window
from tests.journeys.harness.inspection import AXE_RULES, OVERFLOW, once
from tests.oauth import ground
from tests.oauth.walking import Walk

NARROW, WIDE = 320, 1280


@pytest.fixture
def people(patti: str) -> None:
    ground.open_comune(world.BOVEZZO)
    world.operator(LUCA, CASE_MANAGER)
    world.operator(GIULIA, COORDINATORE_PATTI)
    world.operator(CHIARA, RESPONSABILE_CONTROLLI)
    world.operator(SARA, CASE_MANAGER)
    world.operator(SARA, COORDINATORE_PATTI)
    world.super_utente()


def faults_of(page: Page) -> list[str]:
    faults = once(page)
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        needed, seen = page.evaluate(OVERFLOW)
        if needed > seen:
            faults.append(f"{width} px: horizontal scroll, {needed} px in {seen}")
    found = Axe().run(page, options=AXE_RULES)
    return faults + [str(rule["id"]) for rule in found.response["violations"]]


def look(walk: Walk, browser: Browser, persona: Persona, *paths: str) -> list[str]:
    """Return the faults of the first page after entering, then of each path of the module."""
    found: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 403" not in message.text:
            found.append(f"{persona.key}: console: {message.text}")

    with window(browser, base=walk.service, session=walk.session_of(persona)) as opened:
        page = opened.new_page()
        page.on("console", hear)
        for path in ("/entra", *paths):
            page.goto(walk.module + path)
            found += [f"{persona.key} {path}: {fault}" for fault in faults_of(page)]
    return found


def test_every_page_on_the_way_is_sound(people: None, walk: Walk, browser: Browser) -> None:
    found = look(walk, browser, LUCA, "/nuclei/BOV-003")
    found += look(walk, browser, GIULIA, "/nuclei/BOV-005")
    found += look(walk, browser, CHIARA, "/controlli/BOV-003")
    found += look(walk, browser, ELENA, "/")
    found += look(walk, browser, SARA)

    assert not found, "\n".join(found)


def test_a_profile_is_chosen_and_a_case_assigned_without_scripts(
    people: None, walk: Walk, browser: Browser
) -> None:
    session = walk.session_of(SARA)
    with window(browser, base=walk.service, session=session, scripts=False) as opened:
        page = opened.new_page()
        page.goto(walk.module + "/entra")
        page.get_by_role("button", name="Coordinatore per il Patto").click()
        page.wait_for_url(f"{walk.module}/**")
        page.get_by_role("link", name="Nucleo Ferlini").click()
        page.get_by_label("Case manager del nucleo").select_option(label="Luca Moretti")
        page.get_by_role("button", name="Assegna il nucleo").click()

        assert "Luca Moretti" in page.locator("dl").first.inner_text()
