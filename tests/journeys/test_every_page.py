# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Every address of the pages, in Chromium, at four widths.

The status first; then no console error, no third-party request, no accessibility fault of
WCAG 2.2 A and AA, no horizontal scroll. PAGES_SHOTS=folder keeps a picture of each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from tests import cluster
from tests.journeys.harness.browser import window
from tests.journeys.harness.inspection import Watch, faults_of
from tests.journeys.harness.town import Town, built_town
from tests.journeys.harness.visits import ONLY_RECEIVE, VISITS, Visit
from tests.web.test_every_route_is_declared import routes

pytestmark = pytest.mark.xdist_group("pages")

SHOTS = Path(os.environ["PAGES_SHOTS"]) if "PAGES_SHOTS" in os.environ else None


@pytest.fixture(scope="module")
def town(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Town]:
    """Build the town once, in a database of its own."""
    default = connections.databases["default"]
    usual = default["NAME"]
    with cluster.home.fresh_database() as name, django_db_blocker.unblock():
        connections.close_all()
        default["NAME"] = name
        try:
            with built_town() as town:
                yield town
        finally:
            connections.close_all()
            default["NAME"] = usual


@pytest.fixture(scope="module")
def address(town: Town) -> Iterator[str]:
    server = LiveServer("localhost")
    yield server.url
    server.stop()


def test_every_address_has_its_visit() -> None:
    visited = {visit.route for visit in VISITS}

    assert {route.name for route in routes()} - visited - ONLY_RECEIVE == set()


@pytest.mark.parametrize("visit", VISITS, ids=str)
def test_a_page_is_right_at_every_width(
    visit: Visit, town: Town, address: str, browser: Browser
) -> None:
    session = town.sessions[visit.who] if visit.who else ""
    with window(browser, base=address, session=session) as context:
        where = address + town.address(visit.address)
        if visit.file:
            assert context.request.get(where).status == visit.status
            return
        page = context.new_page()
        watch = Watch(page, base=address)
        response = page.goto(where)
        if visit.send:
            response = sent(page, visit.send)

        assert response is not None
        assert response.status == visit.status
        page.wait_for_load_state("networkidle")
        assert watch.faults + faults_of(page, shots=SHOTS, name=str(visit)) == []
        if visit.status == 422:
            assert page.title().startswith("Errore: ")
            assert page.locator("[data-error-summary]").evaluate("e => e === document.activeElement")


def sent(page: Page, which: str) -> object:
    """Submit one form of the page as it stands, without the browser's own checks."""
    forms = {
        "form": "main form",
        "enctype": "main form[enctype]",
    }
    form = page.locator(forms.get(which, f'main form[action$="{which}"]')).first
    with page.expect_navigation() as navigation:
        form.evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
    return navigation.value
