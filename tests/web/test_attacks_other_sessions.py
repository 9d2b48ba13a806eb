# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""A person sees where she is logged in, and closes what is not hers: a stolen or lent laptop."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client

from demo.personas import ANNA, ELENA
from iam.accounts.models import BrowserSession
from iam.accounts.sessions.browsers import UNKNOWN, browser_named
from iam.audit.models import AuditEvent
from tests import world
from tests.web.entering import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def browsers() -> tuple[Client, Client]:
    """Anna at her desk, and Anna's laptop that somebody took."""
    world.build()
    world.amministratrice()
    return browser_of(ANNA), browser_of(ANNA)


def names_on(page: Any) -> list[str]:
    return re.findall(r'name="collegamento" value="([0-9a-f]{16})"', page.content.decode())


def close(browser: Client, name: str) -> Any:
    return browser.post("/io/collegamenti/chiudi/", {"collegamento": name})


@pytest.mark.norma("GDPR", "32", "la persona vede e chiude i propri collegamenti")
def test_a_person_closes_the_session_of_a_stolen_laptop(browsers: tuple[Client, Client]) -> None:
    desk, laptop = browsers
    (name,) = names_on(desk.get("/io/"))

    assert close(desk, name).status_code == 302

    assert laptop.get("/io/").status_code == 302
    assert desk.get("/io/").status_code == 200
    (event,) = AuditEvent.objects.filter(kind="accounts.session.closed")
    assert event.person == world.person(ANNA).pk


def test_she_closes_all_the_others_and_stays_in(browsers: tuple[Client, Client]) -> None:
    desk, laptop = browsers
    third = browser_of(ANNA)

    close(desk, "tutti")

    assert "resta aperto solo questo" in desk.get("/io/").content.decode()
    assert [b.get("/io/").status_code for b in (desk, laptop, third)] == [200, 302, 302]


def test_the_page_does_not_hold_the_key_of_any_session(browsers: tuple[Client, Client]) -> None:
    page = browsers[0].get("/io/").content.decode()

    keys = list(BrowserSession.objects.values_list("session_key", flat=True))
    assert len(keys) == 2
    assert not any(key in page for key in keys)


def test_nobody_closes_the_session_of_another_person(browsers: tuple[Client, Client]) -> None:
    desk, _ = browsers
    world.super_utente()
    elena = browser_of(ELENA)
    names = names_on(desk.get("/io/"))

    assert close(elena, names[0]).status_code == 404
    assert close(elena, "tutti").status_code == 404
    assert desk.get("/io/").status_code == 200


def test_a_stranger_closes_nothing_and_an_address_alone_closes_nothing(
    browsers: tuple[Client, Client],
) -> None:
    desk, laptop = browsers
    (name,) = names_on(desk.get("/io/"))

    assert close(Client(), name).headers["Location"].startswith("/accesso/")
    assert desk.get(f"/io/collegamenti/chiudi/?collegamento={name}").status_code == 405
    assert Client(enforce_csrf_checks=True).post("/io/collegamenti/chiudi/").status_code == 403
    assert laptop.get("/io/").status_code == 200


def test_a_closed_session_is_not_brought_back_by_a_page_that_was_loading(
    browsers: tuple[Client, Client],
) -> None:
    desk, laptop = browsers
    late = laptop.session
    late["something"] = "written late"
    close(desk, "tutti")

    with pytest.raises(UpdateError):
        late.save()
    assert laptop.get("/io/").status_code == 302


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/131.0", "Firefox su Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0 Safari/537.36", "Chrome su Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130", "Edge su Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Safari/604.1", "Safari su iPhone"),
        ("<script>alert(1)</script>", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_a_browser_is_told_in_two_words_never_in_its_own(agent: str, words: str) -> None:
    assert browser_named(agent) == words
