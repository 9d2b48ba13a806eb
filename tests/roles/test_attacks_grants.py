# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dishonest Amministratori, operators and privacy officers: what a grant must never give them."""

from __future__ import annotations

from uuid import uuid4

import pytest

from demo.personas import ANNA, FRANCA, LUCA, MARCO, SARA
from iam.audit.selectors import events_visible_to
from iam.enti.selectors import comune_with
from iam.kernel import places
from iam.kernel.errors import Denied, DomainError, NotFound
from iam.kernel.places import NATIONAL
from iam.roles.actions import grant_role, revoke_grant
from iam.roles.models import Grant
from iam.roles.selectors import grants_visible_to
from iam.roles.types import AMMINISTRATORE_AMBITO, CASE_MANAGER, RPD, SUPER_UTENTE
from tests import world
from tests.web.entering import browser_of
from tests.world import AMBITO_BOVEZZO, AMBITO_MANTOVA, BOVEZZO, CURTATONE, MANTOVA


@pytest.fixture(autouse=True)
def small_italy(db: None) -> None:
    world.build()


def test_the_rpd_of_another_body_does_not_read_the_register_of_the_ministry() -> None:
    world.holding(FRANCA, RPD, NATIONAL)
    Grant.objects.filter(role=RPD).update(ente=comune_with(BOVEZZO).ente_id)

    with pytest.raises(Denied):
        events_visible_to(world.actor(FRANCA))


def test_the_amministratore_of_two_ambiti_gives_nothing_in_a_third() -> None:
    world.amministratrice()
    both = world.holding(ANNA, AMMINISTRATORE_AMBITO, places.ambito(AMBITO_MANTOVA))
    assert {held.place.ambito for held in both.held} == {AMBITO_BOVEZZO, AMBITO_MANTOVA}

    who = world.indicate(LUCA, CASE_MANAGER, comune=CURTATONE, by=both)
    with pytest.raises(Denied):
        grant_role(
            both, person=who, role=CASE_MANAGER, comune=world.BRESCIA, until=world.in_a_year()
        )
    with pytest.raises(DomainError):  # an indication of one Comune gives nothing in another
        grant_role(both, person=who, role=CASE_MANAGER, comune=MANTOVA, until=world.in_a_year())
    with pytest.raises(DomainError):  # nor in its whole Ambito
        grant_role(
            both,
            person=who,
            role=CASE_MANAGER,
            comune=CURTATONE,
            until=world.in_a_year(),
            whole_ambito=True,
        )


@pytest.mark.parametrize("role", [AMMINISTRATORE_AMBITO, SUPER_UTENTE, RPD])
def test_an_amministratore_gives_no_role_of_the_ministry(role: str) -> None:
    anna = world.amministratrice()

    with pytest.raises(DomainError):
        grant_role(
            anna,
            person=world.person(LUCA).pk,
            role=role,
            comune=BOVEZZO,
            until=world.in_a_year(),
            whole_ambito=True,
        )


def test_an_amministratore_does_not_accredit_herself_even_by_another_path() -> None:
    anna = world.amministratrice()

    with pytest.raises(DomainError):
        grant_role(anna, person=anna.id, role=CASE_MANAGER, comune=BOVEZZO, until=world.in_a_year())
    browser = browser_of(ANNA)
    told = {
        "comune": BOVEZZO,
        "role": CASE_MANAGER,
        "codice_fiscale": ANNA.codice_fiscale.lower(),
        "given_name": ANNA.given_name,
        "family_name": ANNA.family_name,
        "email": ANNA.email,
        "act": "Determina n. 1",
        "protocol_number": "1",
        "protocol_date": world.today().isoformat(),
        "until": world.in_a_year().isoformat(),
    }
    assert browser.post("/operatori/nuovo/", told).status_code in (403, 409, 422)
    assert not Grant.objects.filter(person=anna.id, role=CASE_MANAGER).exists()


def test_nobody_sees_or_revokes_the_profiles_of_another_ambito() -> None:
    luca = world.operator(LUCA, CASE_MANAGER)
    marco = world.amministratore_altrove()
    grant = luca.held[0].grant

    assert not grants_visible_to(marco).filter(pk=grant).exists()
    with pytest.raises(Denied):
        revoke_grant(marco, grant=grant, reason="Prova")
    thief = browser_of(MARCO)
    assert thief.get(f"/operatori/{grant}/revoca/").status_code == 404
    assert thief.post(f"/operatori/{grant}/revoca/", {"reason": "x"}).status_code == 404


def test_a_grant_of_somebody_else_is_not_chosen_as_ones_own() -> None:
    luca = world.operator(LUCA, CASE_MANAGER)
    world.operator(SARA, CASE_MANAGER)
    browser = browser_of(SARA)

    answer = browser.post("/scegli-profilo/", {"profilo": str(luca.held[0].grant)})

    assert answer.status_code == 404


def test_a_revoked_profile_closes_the_page_already_open() -> None:
    world.amministratrice()
    browser = browser_of(ANNA)
    assert browser.get("/comuni/").status_code == 200

    Grant.objects.filter(role=AMMINISTRATORE_AMBITO).update(
        ended_at=world.visitor().at, ended_by=uuid4(), end_reason="Prova"
    )

    assert browser.get("/comuni/").status_code == 403
    assert browser.post(f"/comuni/{BOVEZZO}/prepara/").status_code == 403


def test_the_filters_of_the_operators_reach_nobody_outside() -> None:
    world.operator(LUCA, CASE_MANAGER)
    world.amministratore_altrove()
    browser = browser_of(MARCO)

    for query in ("nome=Moretti", f"comune={BOVEZZO}", "stato=tutti&nome=M", "page=99"):
        shown = browser.get(f"/operatori/?{query}").context["rows"]
        assert all("Moretti" not in row["name"] for row in shown)


def test_an_unknown_practice_or_paper_says_the_same_as_one_out_of_reach() -> None:
    world.amministratrice()
    browser = browser_of(ANNA)
    one, two = uuid4(), uuid4()

    for address in (f"/pratiche/{one}/", f"/pratiche/{one}/documenti/{two}/", "/ambiti/", "/note/"):
        assert browser.get(address).status_code in (403, 404)
    with pytest.raises(NotFound):
        revoke_grant(world.amministratrice(), grant=one, reason="Prova")
