# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Every address of the pages, in Chromium, at four widths.

The status first; then no console error, no third-party request, no accessibility fault of
WCAG 2.2 A and AA, no horizontal scroll. PAGES_SHOTS=folder keeps a picture of each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response

from tests.journeys.harness.browser import window
from tests.journeys.harness.fixtures import address, town
from tests.journeys.harness.inspection import Watch, faults_of
from tests.journeys.harness.town import Town
from tests.journeys.harness.visits import ONLY_RECEIVE, VISITS, Visit
from tests.web.test_every_route_is_declared import routes

__all__ = ["address", "town"]

SHOTS = Path(os.environ["PAGES_SHOTS"]) if "PAGES_SHOTS" in os.environ else None


def test_every_address_has_its_visit() -> None:
    visited = {visit.route for visit in VISITS}

    assert {route.name for route in routes("")} - visited - ONLY_RECEIVE == set()


@pytest.fixture(scope="module")
def windows(town: Town, address: str, browser: Browser) -> Iterator[dict[str, BrowserContext]]:
    """One window for each person, which keeps the static files from page to page."""
    with ExitStack() as open_windows:
        yield {
            who: open_windows.enter_context(window(browser, base=address, session=session))
            for who, session in {"": "", **town.sessions}.items()
        }


@pytest.mark.parametrize("visit", VISITS, ids=str)
def test_a_page_is_right_at_every_width(
    visit: Visit, town: Town, address: str, windows: dict[str, BrowserContext]
) -> None:
    where = address + town.address(visit.address)
    if visit.file:
        assert windows[visit.who].request.get(where).status == visit.status
        return
    page = windows[visit.who].new_page()
    watch = Watch(page, base=address)
    response = page.goto(where)
    if visit.send:
        response = sent(page, visit.send)

    assert response is not None
    assert response.status == visit.status
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    assert watch.faults + faults_of(page, shots=SHOTS, name=str(visit)) == []
    if visit.status == 422:
        assert page.title().startswith("Errore: ")
        assert page.locator("[data-error-summary]").evaluate("e => e === document.activeElement")
    page.close()


def sent(page: Page, which: str) -> Response | None:
    """Submit one form of the page as it stands, without the browser's own checks."""
    forms = {
        "form": "main form",
        "enctype": "main form[enctype]",
    }
    form = page.locator(forms.get(which, f'main form[action$="{which}"]')).first
    with page.expect_navigation() as navigation:
        form.evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
    return navigation.value
