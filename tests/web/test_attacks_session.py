# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""A stolen laptop: what an open session, or what it left behind, gives to who finds it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from demo.personas import ANNA
from iam.accounts.models import BrowserSession
from iam.accounts.sessions.opening import USED_KEY
from iam.accounts.sessions.store import FACTS_KEY, SessionStore
from iam.audit import clock
from iam.audit.models import AuditEvent
from tests import world
from tests.web.entering import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Client:
    world.build()
    world.amministratrice()
    return browser_of(ANNA)


def stored(browser: Client) -> SessionStore:
    return SessionStore(browser.cookies[settings.SESSION_COOKIE_NAME].value)


def used(browser: Client, ago: timedelta) -> None:
    session = stored(browser)
    session[USED_KEY] = (clock.now() - ago).isoformat()
    session.save()


def entered(browser: Client, ago: timedelta) -> None:
    session = stored(browser)
    session[FACTS_KEY] = {**session[FACTS_KEY], "entered_at": (clock.now() - ago).isoformat()}
    session.save()


@pytest.mark.parametrize("address", ["/comuni/", "/io/", "/oauth/authorize/"])
def test_a_session_left_alone_for_half_an_hour_opens_nothing(anna: Client, address: str) -> None:
    used(anna, timedelta(seconds=settings.IAM_IDLE_SECONDS + 1))

    answer = anna.get(address)

    assert answer.status_code in (302, 400)
    assert "Anna" not in answer.content.decode()
    assert not BrowserSession.objects.filter(person=world.person(ANNA).pk).exists()
    assert AuditEvent.objects.filter(kind="accounts.person.left").count() == 1


def test_an_act_after_half_an_hour_is_not_done(anna: Client) -> None:
    used(anna, timedelta(seconds=settings.IAM_IDLE_SECONDS + 1))

    answer = anna.post(f"/comuni/{world.BOVEZZO}/prepara/")

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accesso/")


def test_use_keeps_a_session_open_but_never_beyond_its_hours(anna: Client) -> None:
    used(anna, timedelta(minutes=20))
    assert anna.get("/io/").status_code == 200
    used(anna, timedelta(minutes=20))
    assert anna.get("/io/").status_code == 200

    entered(anna, timedelta(seconds=settings.SESSION_COOKIE_AGE + 1))
    assert anna.get("/io/").status_code == 302


def test_writing_to_a_session_does_not_prolong_it(anna: Client) -> None:
    before = BrowserSession.objects.get(person=world.person(ANNA).pk).expire_date

    used(anna, timedelta(minutes=5))
    assert anna.get("/io/").status_code == 200

    assert BrowserSession.objects.get(person=world.person(ANNA).pk).expire_date == before


@pytest.mark.parametrize("address", ["/", "/aiuto/", "/privacy/", "/stato/", "/io/"])
def test_no_page_with_a_name_on_it_stays_in_the_browser(anna: Client, address: str) -> None:
    answer = anna.get(address)

    assert "Anna" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_key_of_a_session_is_worth_nothing_after_going_out(anna: Client) -> None:
    key = anna.cookies[settings.SESSION_COOKIE_NAME].value
    assert anna.post("/esci/").status_code == 302

    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = key

    assert thief.get("/io/").status_code == 302
