# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""A person with several profiles: she acts with the one she chose, and rights never add up."""

from __future__ import annotations

import pytest
from django.test import Client

from demo.personas import ANNA
from iam.audit.models import AuditEvent
from iam.kernel import places
from iam.roles.models import Grant
from iam.roles.types import AMMINISTRATORE_AMBITO
from tests import world
from tests.web.entering import browser_of

pytestmark = pytest.mark.django_db

HERE, THERE = world.AMBITO_BOVEZZO, world.AMBITO_BRESCIA


@pytest.fixture
def anna() -> Client:
    """Amministratrice of two Ambiti."""
    world.build()
    for code in (HERE, THERE):
        world.holding(ANNA, AMMINISTRATORE_AMBITO, places.ambito(code))
    return browser_of(ANNA)


def choose(browser: Client, ambito: str, onward: str = "") -> str:
    grant = Grant.objects.get(person=world.person(ANNA).pk, ambito=ambito, ended_at=None)
    answer = browser.post("/scegli-profilo/", {"profilo": str(grant.pk), "prossima": onward})
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def test_who_has_chosen_nothing_is_asked_first_and_then_comes_to_the_page(anna: Client) -> None:
    asked = anna.get(f"/comuni/{world.BOVEZZO}/")

    assert asked.status_code == 302
    assert asked.headers["Location"].startswith("/scegli-profilo/?prossima=")
    assert choose(anna, HERE, f"/comuni/{world.BOVEZZO}/") == f"/comuni/{world.BOVEZZO}/"
    assert anna.get(f"/comuni/{world.BOVEZZO}/").status_code == 200


def test_an_act_before_choosing_is_not_done(anna: Client) -> None:
    answer = anna.post(f"/comuni/{world.BOVEZZO}/prepara/")

    assert answer.headers["Location"] == "/scegli-profilo/"
    assert not AuditEvent.objects.filter(kind="convenzioni.convenzione.prepared").exists()


def test_the_other_profile_gives_nothing_until_it_is_chosen(anna: Client) -> None:
    choose(anna, HERE)
    assert anna.get(f"/comuni/{world.BOVEZZO}/").status_code == 200
    assert anna.get(f"/comuni/{world.BRESCIA}/").status_code == 404
    assert anna.post(f"/comuni/{world.BRESCIA}/prepara/").status_code in (403, 404)

    choose(anna, THERE)
    assert anna.get(f"/comuni/{world.BOVEZZO}/").status_code == 404
    assert anna.get(f"/comuni/{world.BRESCIA}/").status_code == 200


def test_a_chosen_profile_that_ended_does_not_turn_into_another_one(anna: Client) -> None:
    """A third profile too, so that more than one is left: the choice must be made again."""
    world.holding(ANNA, AMMINISTRATORE_AMBITO, places.ambito(world.AMBITO_MANTOVA))
    choose(anna, HERE)
    Grant.objects.filter(ambito=HERE).update(
        ended_at=world.visitor().at, end_reason="Prova", ended_by=world.person(ANNA).pk
    )

    assert anna.get("/comuni/").headers["Location"].startswith("/scegli-profilo/")


def test_the_only_profile_left_needs_no_choice(anna: Client) -> None:
    choose(anna, HERE)
    Grant.objects.filter(ambito=HERE).update(
        ended_at=world.visitor().at, end_reason="Prova", ended_by=world.person(ANNA).pk
    )

    assert anna.get(f"/comuni/{world.BRESCIA}/").status_code == 200


def test_a_profile_of_somebody_else_cannot_be_chosen(anna: Client) -> None:
    world.amministratore_altrove()
    other = Grant.objects.get(ambito=world.AMBITO_MANTOVA)

    assert anna.post("/scegli-profilo/", {"profilo": str(other.pk)}).status_code == 404


def test_why_not_tells_of_the_profile_that_would_do(anna: Client) -> None:
    choose(anna, HERE)

    page = anna.get("/io/perche/", {"azione": "comune:enable", "comune": world.BRESCIA})

    assert "Ora però ne usi un altro" in page.content.decode()
