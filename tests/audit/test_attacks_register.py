# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A curious Amministratore or Super Utente looks in the register for the people behind the data."""

from __future__ import annotations

import pytest

from demo.personas import ANNA, ELENA, FRANCA, LUCA, Persona
from iam.audit.models import AuditEvent
from iam.roles.types import CASE_MANAGER
from tests import world
from tests.oauth import ground
from tests.oauth.ground import Module
from tests.web.entering import browser_of
from tests.world import BOVEZZO

pytestmark = pytest.mark.django_db


@pytest.fixture
def accessed() -> list[int]:
    """Luca's module asks about a household: yes once, no once; the events of both."""
    ground.build()
    ground.open_comune(BOVEZZO)
    world.operator(LUCA, CASE_MANAGER)
    module = Module(first_party=True).install()
    token = module.enter(LUCA)["access_token"]
    module.ask(token, "gepi:caso.completo", BOVEZZO, mine=True)
    module.ask(token, "gepi:caso.completo", BOVEZZO)
    found = AuditEvent.objects.filter(subject__isnull=False).order_by("pk")
    assert found.count() >= 2
    return [event.pk for event in found]


def curious(who: Persona) -> None:
    if who is ELENA:
        world.super_utente()
    else:
        world.amministratrice()


@pytest.mark.parametrize("who", [ANNA, ELENA], ids=["amministratrice", "super-utente"])
def test_who_administers_reaches_no_access_by_any_address(
    accessed: list[int], who: Persona
) -> None:
    curious(who)
    browser = browser_of(who)
    practice = AuditEvent.objects.get(pk=accessed[0]).practice
    assert practice

    for number in accessed:
        assert browser.get(f"/registro/{number}/").status_code == 404
        assert browser.post(f"/registro/{number}/verifica/").status_code == 404
        assert browser.get(f"/registro/{number}/prova/").status_code == 404
    for query in ("", "?tipo=oauth.decision.", f"?comune={BOVEZZO}", "?esito=1", "?da=<999999"):
        told = browser.get(f"/registro/{query}").content.decode()
        assert practice not in told
        assert not any(f"/registro/{number}/" in told for number in accessed)
    assert browser.get("/registro/interessato/").status_code == 403
    assert browser.post("/registro/interessato/", {"codice_fiscale": "x"}).status_code == 403


def test_who_administers_does_not_read_what_the_privacy_officer_looked_for(
    accessed: list[int],
) -> None:
    world.rpd()
    world.super_utente()
    rpd = browser_of(FRANCA)
    reason = "Richiesta prot. 77 di accesso ai dati"
    told = {"codice_fiscale": ground.ROSA, "reason": reason}
    assert rpd.post("/registro/interessato/", told).status_code == 200
    assert rpd.get("/registro/?tipo=oauth.decision.").status_code == 200

    browser = browser_of(ELENA)
    for event in AuditEvent.objects.filter(kind__startswith="audit."):
        page = browser.get(f"/registro/{event.pk}/").content.decode()
        assert reason not in page
        assert "subject=" not in page


def test_an_operator_has_no_register(accessed: list[int]) -> None:
    browser = browser_of(LUCA)

    assert browser.get("/registro/").status_code == 403
    assert browser.get(f"/registro/{accessed[0]}/").status_code == 403


@pytest.mark.parametrize("cursor", ["<x", ">" + "9" * 40, "1 OR 1=1", "<-1", "\u0661"])
def test_a_forged_cursor_is_refused_in_words(cursor: str) -> None:
    world.build()
    world.super_utente()

    answer = browser_of(ELENA).get("/registro/", {"da": cursor})

    assert answer.status_code == 404
    assert "errore-interno" not in answer.content.decode()
