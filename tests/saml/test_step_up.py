# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Operations that ask for a fresh log-in or a higher level, and the way to give it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from demo.idp.responses import build
from demo.personas import ELENA, LUCA, PIETRO
from iam.accounts.models import ForeignIdentity
from iam.accounts.sessions.store import FACTS_KEY, SessionStore
from iam.kernel import demands
from iam.kernel.demands import BadDemandError, Demand
from iam.kernel.errors import Denied
from iam.kernel.law import decide, version
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL
from iam.roles.accreditation.actions import receive_countersigned_act
from iam.saml.types import Scheme
from tests import world
from tests.saml.browsing import leave_for_provider, load_other_federations, said_by
from tests.saml.forging import IDP, signer
from tests.web.entering import browser_of

ACT = "Nota prot. 812"
HOUR = timedelta(hours=1)


@pytest.fixture
def waiting(federation: None) -> ForeignIdentity:
    """An identity that waits to be linked to Luca: the act of these tests."""
    load_other_federations()
    world.build()
    world.person(LUCA)
    trip = leave_for_provider(scheme=Scheme.EIDAS)
    said = said_by(Scheme.EIDAS, LUCA)
    trip.back(build(trip.answer(attributes=said), signer("eidas")))
    return ForeignIdentity.objects.get()


def elena() -> Client:
    """Return Elena's browser, come in through the provider."""
    world.super_utente()
    trip = leave_for_provider()
    trip.back()
    return trip.client


def aged(browser: Client, by: timedelta = HOUR) -> None:
    """Make the log-in of the session older; its use stays recent."""
    store = SessionStore(browser.cookies[settings.SESSION_COOKIE_NAME].value)
    facts = store[FACTS_KEY]
    entered = datetime.fromisoformat(facts["entered_at"]) - by
    store[FACTS_KEY] = {**facts, "entered_at": entered.isoformat()}
    store.save()


def linked(browser: Client, row: ForeignIdentity, **headers: str) -> Any:
    return browser.post(
        f"/identita-estere/{row.pk}/",
        {"codice_fiscale": LUCA.codice_fiscale, "act": ACT},
        headers=headers,
    )


@contextmanager
def asking(**wanted: Demand) -> Iterator[None]:
    before = demands.configure({Permission[name]: one for name, one in wanted.items()})
    try:
        yield
    finally:
        demands.configure(before)


def test_an_old_log_in_is_not_enough_even_straight_at_the_form(waiting: ForeignIdentity) -> None:
    browser = elena()
    aged(browser)

    page = linked(browser, waiting, referer=f"http://testserver/identita-estere/{waiting.pk}/")

    told = page.content.decode()
    waiting.refresh_from_db()
    assert page.status_code == 403
    assert waiting.person is None
    assert "accesso-recente" in told
    assert 'action="/spid/login/"' in told
    assert f'name="idp" value="{IDP}"' in told
    assert f'name="prossima" value="/identita-estere/{waiting.pk}/"' in told


def test_a_fresh_log_in_brings_back_and_the_act_is_done(waiting: ForeignIdentity) -> None:
    browser = elena()
    aged(browser)
    assert linked(browser, waiting).status_code == 403

    where = f"/identita-estere/{waiting.pk}/"
    trip = leave_for_provider(browser, prossima=where, level="2")
    back = trip.back()

    assert trip.request.get("ForceAuthn") == "true"
    assert back["Location"] == where
    assert linked(browser, waiting)["Location"] == "/identita-estere/"


@pytest.mark.parametrize(
    "referer", ["https://altrove.example/x/", "http://testserver//altrove.example/", "", "boh"]
)
def test_the_way_back_is_never_elsewhere(waiting: ForeignIdentity, referer: str) -> None:
    browser = elena()
    aged(browser)

    page = linked(browser, waiting, referer=referer)

    assert 'name="prossima" value="/"' in page.content.decode()


@pytest.mark.parametrize("elsewhere", ["https://altrove.example/", "//altrove.example/", "/\\a.it"])
def test_the_page_of_the_fresh_log_in_sends_nowhere_else(
    waiting: ForeignIdentity, elsewhere: str
) -> None:
    page = elena().get("/accesso/di-nuovo/", {"prossima": elsewhere, "livello": "9"})

    assert 'name="prossima" value="/"' in page.content.decode()
    assert 'name="level" value="2"' in page.content.decode()


def test_a_fresh_log_in_of_somebody_else_gives_nothing_of_hers(waiting: ForeignIdentity) -> None:
    browser = elena()
    session = browser.session
    session["iam_grant"] = "6f1c2f5e-0000-4000-8000-000000000001"
    session.save()
    aged(browser)

    trip = leave_for_provider(browser)
    trip.back(build(trip.answer(attributes=said_by(Scheme.SPID, LUCA)), signer()))

    assert "iam_grant" not in browser.session
    assert browser.session["iam_facts"]["earlier"] == []
    assert linked(browser, waiting).status_code == 403


def test_a_fresh_log_in_keeps_the_profile_and_remembers_the_one_before(
    waiting: ForeignIdentity,
) -> None:
    browser = elena()
    first = browser.session["iam_facts"]["entered_at"]
    session = browser.session
    session["iam_grant"] = "6f1c2f5e-0000-4000-8000-000000000001"
    session.save()

    leave_for_provider(browser).back()

    assert browser.session["iam_grant"] == "6f1c2f5e-0000-4000-8000-000000000001"
    assert browser.session["iam_facts"]["earlier"] == [first]


def test_an_operation_may_ask_for_level_3(waiting: ForeignIdentity) -> None:
    with asking(IDENTITY_LINK=Demand(level=3)):
        browser = elena()
        page = linked(browser, waiting)
        assert page.status_code == 403
        assert "livello-richiesto" in page.content.decode()
        assert 'name="level" value="3"' in page.content.decode()

        trip = leave_for_provider(browser, level="3")
        trip.back(build(trip.answer(level=3), signer()))

        assert linked(browser, waiting).status_code == 302


def test_what_is_asked_is_part_of_the_law_that_decided() -> None:
    with asking():
        plain = version()
    with asking(IDENTITY_LINK=Demand(level=3)):
        assert version() != plain


@pytest.mark.django_db
def test_a_log_in_of_unknown_age_is_never_fresh() -> None:
    world.build()
    from dataclasses import replace

    elena = replace(world.super_utente(), entered_at=None)

    with asking(NETWORK_READ=Demand(fresh_seconds=900)):
        decision = decide(elena, Permission.NETWORK_READ, on=NATIONAL)

    assert decision.reasons == ("accesso-recente",)


def test_registering_an_administrator_asks_for_a_fresh_log_in() -> None:
    assert demands.demand_of(Permission.ACCREDITATION_REGISTER) == Demand(fresh_seconds=900)


@pytest.mark.parametrize("fresh", ["accreditamento:register", "boh=5", "identita:link=-1"])
def test_a_demand_that_cannot_be_read_stops_the_start(fresh: str) -> None:
    with pytest.raises(BadDemandError):
        demands.read(fresh=fresh, level_3="")


def test_the_two_settings_meet_in_one_demand() -> None:
    told = demands.read(fresh="identita:link=5", level_3="identita:link catalogo:approve")

    assert told == {
        Permission.IDENTITY_LINK: Demand(level=3, fresh_seconds=300),
        Permission.ROLE_VERSION_APPROVE: Demand(level=3),
    }


# --- who countersigns has no role, so no permission asks for the level


@pytest.mark.norma("Avviso del Ministero", "maggio 2024", "SPID di livello 2")
@pytest.mark.django_db
def test_level_1_reads_and_countersigns_no_act() -> None:
    world.build()
    weak = browser_of(PIETRO, level=1)

    for address in (
        "/controfirma/",
        "/controfirma/atto/",
        "/controfirma/t/",
        "/controfirma/t/atto/",
    ):
        page = weak.get(address)
        assert page.status_code == 403
        assert "livello-spid" in page.content.decode()
    assert weak.post("/controfirma/").status_code == 403
    with pytest.raises(Denied) as refused:
        receive_countersigned_act(
            world.visitor(),
            person=world.person(PIETRO).pk,
            level=1,
            token="",
            content=b"x",
            name="atto.pdf",
            media_type="application/pdf",
        )
    assert refused.value.reasons == ("livello-spid",)


@pytest.mark.django_db
def test_elena_still_reads_with_an_old_log_in() -> None:
    world.build()
    world.super_utente()
    browser = browser_of(ELENA)
    aged(browser)

    assert browser.get("/cruscotto/").status_code == 200
    assert browser.get("/identita-estere/").status_code == 200
