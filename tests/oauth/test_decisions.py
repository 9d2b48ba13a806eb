# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The decision point: who may ask, for whom, and what stays on record."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client as Http

from demo.personas import GIULIA, LUCA, SARA
from iam.audit.models import AuditEvent
from iam.convenzioni.actions import suspend_comune
from iam.kernel.keyring import keyring
from iam.oauth.models import AccessToken
from iam.roles.actions import revoke_grant
from iam.roles.types import CASE_MANAGER, COORDINATORE_PATTI
from tests import world
from tests.oauth import ground
from tests.oauth.ground import Module, question

CASO, ANAGRAFICA = "gepi:caso.completo", "gepi:nucleo.anagrafica"
EVALUATION, EVALUATIONS = "/access/v1/evaluation", "/access/v1/evaluations"


@pytest.fixture
def open_bovezzo(italy: None, db: None) -> None:
    ground.open_comune(world.BOVEZZO)


@pytest.fixture
def module(open_bovezzo: None) -> Module:
    return Module().install()


@pytest.fixture
def luca(module: Module) -> str:
    """The access token of Luca, case manager in Bovezzo."""
    world.operator(LUCA, CASE_MANAGER)
    return str(module.enter(LUCA)["access_token"])


def decisions() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(kind="oauth.decision.given").order_by("pk"))


def test_ones_own_case_is_shown(module: Module, luca: str) -> None:
    answer = module.ask(luca, CASO, world.BOVEZZO, mine=True)

    assert answer["decision"] is True


@pytest.mark.parametrize(
    ("comune", "mine", "reason", "sentence"),
    [
        (world.BOVEZZO, False, "caso-proprio", "non è assegnato a te"),
        (world.MANTOVA, True, "territorio", "territorio diverso dal tuo"),
        (world.CONCESIO, True, "territorio", "territorio diverso dal tuo"),
        ("Z999", True, "territorio", "territorio diverso dal tuo"),
    ],
    ids=["colleague", "other-ambito", "other-comune", "no-such-comune"],
)
def test_what_is_not_ones_own_is_refused_with_the_reason(
    module: Module, luca: str, comune: str, mine: bool, reason: str, sentence: str
) -> None:
    answer = module.ask(luca, CASO, comune, mine=mine)

    assert answer["decision"] is False
    assert reason in answer["context"]["reasons"]
    assert sentence in answer["context"]["reason_user"]["it"]


def test_a_refusal_names_every_missing_condition(module: Module, luca: str) -> None:
    answer = module.ask(luca, CASO, world.MANTOVA, context={})

    assert set(answer["context"]["reasons"]) == {
        *("abilitazione", "convenzione", "territorio", "caso-proprio", "finalita"),
    }


@pytest.mark.norma("GDPR", "5(2)", "Every decision on data leaves purpose and practice on record")
def test_every_decision_is_on_record_before_it_is_given(module: Module, luca: str) -> None:
    module.ask(luca, CASO, world.BOVEZZO, mine=True, nucleo="n-7")
    module.ask(luca, CASO, world.BOVEZZO, nucleo="n-8")

    yes, no = decisions()
    assert (yes.outcome, no.outcome) == (0, 1)
    for event, household in ((yes, "n-7"), (no, "n-8")):
        assert bytes(event.subject or b"") == keyring().pseudonym(ground.ROSA)
        assert ground.ROSA.encode() not in bytes(event.body)
        assert (event.purpose, event.practice) == ("presa-in-carico", "PR-2026-0001")
        assert household.encode() not in bytes(event.body)
        assert (event.client, event.comune) == (module.client_id, world.BOVEZZO)
        assert event.actor == world.person(LUCA).pk
    assert (yes.role, no.role) == (CASE_MANAGER, CASE_MANAGER)


def test_a_batch_leaves_one_event_for_each_question(module: Module, luca: str) -> None:
    items = [question(luca, CASO, world.BOVEZZO, mine=n < 2, nucleo=f"n-{n}") for n in range(5)]

    answer = module.post(EVALUATIONS, {"evaluations": items}).json()

    assert [one["decision"] for one in answer["evaluations"]] == [True, True, False, False, False]
    assert len({event.pk for event in decisions()}) == 5


@pytest.mark.norma("GDPR", "32", "Loss of a right is effective within two seconds")
def test_a_suspension_is_effective_at_once(module: Module, luca: str) -> None:
    assert module.introspect(luca)["active"]

    suspend_comune(world.amministratrice(), comune=world.BOVEZZO, reason="Prova")
    began = time.monotonic()

    assert module.introspect(luca) == {"active": False}
    answer = module.ask(luca, CASO, world.BOVEZZO, mine=True)
    assert time.monotonic() - began < 2
    assert answer["context"]["reasons"] == ["abilitazione"]


def test_a_suspension_tells_the_operators_of_the_comune_why(module: Module, luca: str) -> None:
    ground.open_comune(world.MANTOVA)
    for who, comune in (
        (world.amministratrice(), world.BOVEZZO),
        (world.amministratore_altrove(), world.MANTOVA),
    ):
        suspend_comune(who, comune=comune, reason=f"Verifica in corso a {comune}")

    own = module.ask(luca, CASO, world.BOVEZZO, mine=True)
    other = module.ask(luca, CASO, world.MANTOVA, mine=True)

    sentence = own["context"]["reason_user"]["it"]
    assert sentence.endswith(" Motivo della sospensione: Verifica in corso a B102.")
    assert "abilitazione" in other["context"]["reasons"]
    assert "Verifica" not in other["context"]["reason_user"]["it"]


def test_the_end_of_the_convention_is_effective_at_once(module: Module, luca: str) -> None:
    ground.end_convention(world.BOVEZZO)

    assert module.introspect(luca) == {"active": False}
    assert "convenzione" in module.ask(luca, CASO, world.BOVEZZO, mine=True)["context"]["reasons"]


def test_a_revoked_grant_is_effective_at_once(module: Module, luca: str) -> None:
    (held,) = world.actor(LUCA).held
    revoke_grant(world.amministratrice(), grant=held.grant, reason="Fine incarico")

    assert module.introspect(luca) == {"active": False}
    answer = module.ask(luca, CASO, world.BOVEZZO, mine=True)
    assert answer["context"]["reasons"] == ["nessun-profilo"]


def test_another_grant_of_the_person_does_not_help(module: Module) -> None:
    world.operator(LUCA, CASE_MANAGER)
    token = module.enter(LUCA)["access_token"]
    world.operator(LUCA, COORDINATORE_PATTI)

    answer = module.ask(token, "gepi:assegnazione.write", world.BOVEZZO, mine=True)

    assert answer["context"]["reasons"] == ["profilo"]


def test_the_law_is_not_enough_without_the_scope_in_the_token(open_bovezzo: None) -> None:
    world.operator(LUCA, CASE_MANAGER)
    module = Module(client_id="piccolo", scopes=("openid", ANAGRAFICA, "iam:decide")).install()
    token = module.enter(LUCA)["access_token"]

    answer = module.ask(token, CASO, world.BOVEZZO, mine=True)

    assert answer["decision"] is False
    assert answer["context"]["reasons"] == ["fuori-dal-token"]
    assert module.ask(token, ANAGRAFICA, world.BOVEZZO, mine=True)["decision"] is True


# --- a module that cheats -------------------------------------------------------------


def test_a_module_cannot_use_the_token_of_another(module: Module, luca: str) -> None:
    thief = Module(client_id="ladro").install()

    answer = thief.ask(luca, CASO, world.BOVEZZO, mine=True)

    assert answer["context"]["reasons"] == ["token-di-un-altro-modulo"]
    event = AuditEvent.objects.get(kind="oauth.question.rejected")
    assert (event.client, event.person, event.outcome) == ("ladro", None, 1)


def test_a_module_cannot_ask_for_a_person_who_did_not_enter(module: Module, luca: str) -> None:
    world.operator(SARA, CASE_MANAGER)
    asked = question(luca, CASO, world.BOVEZZO, mine=True)
    asked["subject"]["id"] = str(world.person(SARA).pk)

    assert _reasons(module.post(EVALUATION, asked)) == ["persona-diversa"]
    asked["subject"]["properties"] = {}
    assert _reasons(module.post(EVALUATION, asked)) == ["token-mancante"]
    asked["subject"]["properties"] = {"access_token": module.own_token()}
    assert _reasons(module.post(EVALUATION, asked)) == ["token-non-valido"]
    assert not decisions()


def test_an_expired_token_opens_nothing(module: Module, luca: str) -> None:
    AccessToken.objects.exclude(user=None).update(expires=ground.clock.now())

    assert module.ask(luca, CASO, world.BOVEZZO, mine=True)["context"]["reasons"] == [
        "token-non-valido"
    ]
    assert module.introspect(luca) == {"active": False}


def test_a_persons_token_does_not_speak_for_the_module(module: Module, luca: str) -> None:
    answer = module.post(EVALUATION, question(luca, CASO, world.BOVEZZO), own_token=luca)

    assert answer.status_code == 401


def test_another_module_learns_nothing_from_introspection(module: Module, luca: str) -> None:
    other = Module(client_id="altro").install()

    assert other.introspect(luca) == {"active": False}
    assert other.introspect("sconosciuto") == {"active": False}
    assert Http().post("/oauth/introspect/", {"token": luca}).status_code == 401
    assert Http().get("/oauth/introspect/", {"token": luca}).status_code == 405


def test_the_resource_of_a_token_may_introspect_it(module: Module) -> None:
    world.operator(LUCA, CASE_MANAGER)
    resource = Module(client_id="archivio").install()
    module.install(audiences=(module.resource, resource.resource))
    token = module.enter(LUCA, resource=resource.resource)["access_token"]

    told = resource.introspect(token)

    assert told["active"]
    assert told["aud"] == [resource.resource]
    assert told["territory"] == [world.BOVEZZO]
    assert {"sub", "iss", "iat", "exp", "scope", "client_id", "jti", "grant"} <= set(told)


# --- evidence first -------------------------------------------------------------------


def test_a_codice_fiscale_never_enters_the_log(module: Module, luca: str) -> None:
    why = {"purpose": "presa-in-carico", "practice": GIULIA.codice_fiscale}

    answer = module.post(EVALUATION, question(luca, CASO, world.BOVEZZO, context=why))

    assert answer.status_code == 400
    assert GIULIA.codice_fiscale not in answer.content.decode()
    assert not decisions()


def _reasons(answer: Any) -> list[str]:
    found: list[str] = answer.json()["context"]["reasons"]
    return found
