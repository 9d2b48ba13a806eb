# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A question names the persons whose data it would show, and each may know who saw them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from django.db import connection
from django.test import Client
from gepi_iam import Question as Asked
from gepi_iam.decisions import _batches

from demo.modules.patti.households import HOUSEHOLDS
from demo.personas import FRANCA, LUCA
from iam.audit import selectors
from iam.audit.models import AuditEvent
from iam.enti.codice_fiscale.reading import read
from iam.kernel import keyring as keys
from iam.kernel.keyring import keyring
from iam.roles.types import CASE_MANAGER
from iam.web.templatetags.bi import moment_to_the_second
from tests import world
from tests.oauth import ground
from tests.oauth.ground import EMMA, NICOLO, ROSA, Module, question
from tests.web.entering import browser_of

CASO = "gepi:caso.completo"
EVALUATION, EVALUATIONS = "/access/v1/evaluation", "/access/v1/evaluations"
OMOCODE, CANONICAL = "RSSMRA80A01F20RS", "RSSMRA80A01F205X"
WRONG = "RSSMRA80A01F205Y"
REASON = "Richiesta dell'interessato, prot. 12"

pytestmark = pytest.mark.usefixtures("italy", "db")


@pytest.fixture
def module() -> Module:
    ground.open_comune(world.BOVEZZO)
    return Module().install()


@pytest.fixture
def luca(module: Module) -> str:
    """The access token of Luca, case manager in Bovezzo."""
    world.operator(LUCA, CASE_MANAGER)
    return str(module.enter(LUCA)["access_token"])


@pytest.fixture
def franca() -> Client:
    """The privacy officer, at the pages of the register."""
    world.rpd()
    return browser_of(FRANCA)


def given() -> list[AuditEvent]:
    kinds = ("oauth.decision.given", "oauth.question.rejected")
    return list(AuditEvent.objects.filter(kind__in=kinds).order_by("pk"))


def subjects() -> list[bytes]:
    return [bytes(event.subject or b"") for event in given()]


def asked_of(franca: Client, codice_fiscale: str, **more: str) -> str:
    asked = {"codice_fiscale": codice_fiscale, "reason": REASON, **more}
    answer = franca.post("/registro/interessato/", asked)
    assert answer.status_code == 200
    return answer.content.decode()


# --- one event for each person ---------------------------------------------------------


@pytest.mark.norma("GDPR", "15", "Each person whose data were asked has an event of her own")
def test_a_decision_leaves_one_event_for_each_person(module: Module, luca: str) -> None:
    answer = module.ask(luca, CASO, world.BOVEZZO, mine=True, people=(ROSA, NICOLO, EMMA))

    assert answer["decision"] is True
    assert subjects() == [keyring().pseudonym(person) for person in (ROSA, NICOLO, EMMA)]
    decisions = {body_fact(event, "decision") for event in given()}
    assert decisions == {answer["context"]["id"]}


def test_a_batch_leaves_one_event_for_each_person_of_each_household(
    module: Module, luca: str
) -> None:
    items = [
        question(luca, CASO, world.BOVEZZO, mine=True, people=(ROSA, NICOLO)),
        question(luca, CASO, world.BOVEZZO, people=(EMMA,)),
    ]

    answer = module.post(EVALUATIONS, {"evaluations": items}).json()

    assert [one["decision"] for one in answer["evaluations"]] == [True, False]
    assert [event.outcome for event in given()] == [0, 0, 1]
    assert len(set(subjects())) == 3


def test_a_person_named_twice_has_one_event(module: Module, luca: str) -> None:
    module.ask(luca, CASO, world.BOVEZZO, mine=True, people=(ROSA, ROSA.lower(), f" {ROSA}"))

    assert subjects() == [keyring().pseudonym(ROSA)]


def test_a_question_that_names_nobody_is_refused(module: Module, luca: str) -> None:
    answer = module.ask(luca, CASO, world.BOVEZZO, mine=True, people=(), nucleo="n-9")

    assert answer["decision"] is False
    assert answer["context"]["reasons"] == ["interessati"]
    assert "non ha indicato le persone" in answer["context"]["reason_user"]["it"]
    assert subjects() == [keyring().pseudonym("n-9")]


def test_a_module_that_predates_the_rule_is_refused_not_let_in(module: Module, luca: str) -> None:
    asked = question(luca, CASO, world.BOVEZZO, mine=True)
    del asked["resource"]["properties"]["interessati"]

    assert module.post(EVALUATION, asked).json()["context"]["reasons"] == ["interessati"]


def test_a_rejected_question_is_on_record_for_each_person(module: Module, luca: str) -> None:
    thief = Module(client_id="ladro").install()

    thief.ask(luca, CASO, world.BOVEZZO, mine=True, people=(ROSA, NICOLO))

    assert {event.kind for event in given()} == {"oauth.question.rejected"}
    assert subjects() == [keyring().pseudonym(ROSA), keyring().pseudonym(NICOLO)]
    assert len({body_fact(event, "decision") for event in given()}) == 1


# --- a codice fiscale is repeated nowhere -------------------------------------------------

MALFORMED: list[Any] = [
    [ROSA, WRONG],
    [WRONG],
    [f"{ROSA}{ROSA}"],
    [""],
    [None],
    [{"codice_fiscale": ROSA}],
    ROSA,
    {"uno": ROSA},
    [ROSA] * 31,
]


@pytest.mark.parametrize("told", MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_codice_fiscale_is_refused_and_never_repeated(
    module: Module,
    luca: str,
    told: Any,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    asked = question(luca, CASO, world.BOVEZZO, mine=True)
    asked["resource"]["properties"]["interessati"] = told

    with caplog.at_level(logging.DEBUG):
        answer = module.post(EVALUATION, asked)
        batch = module.post(EVALUATIONS, {"evaluations": [asked]})

    assert answer.status_code == 400
    assert answer.json()["code"] == "domanda-non-valida"
    assert batch.json()["evaluations"][0]["context"]["reasons"] == ["domanda-non-valida"]
    assert not given()
    shown = (
        answer.content.decode() + batch.content.decode() + caplog.text + "".join(capfd.readouterr())
    )
    assert not any(code in shown.upper() for code in (ROSA, WRONG))


@pytest.mark.norma("GDPR", "25", "A codice fiscale is in no answer, event, log line or address")
def test_a_codice_fiscale_of_a_question_is_in_no_answer_event_or_log_line(
    module: Module,
    luca: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with caplog.at_level(logging.DEBUG):
        yes = module.post(EVALUATION, question(luca, CASO, world.BOVEZZO, mine=True))
        no = module.post(EVALUATION, question(luca, CASO, world.MANTOVA))

    assert (yes.json()["decision"], no.json()["decision"]) == (True, False)
    shown = yes.content + no.content + caplog.text.encode() + "".join(capfd.readouterr()).encode()
    assert ROSA.encode() not in shown
    assert not any(ROSA.encode() in bytes(event.body) for event in AuditEvent.objects.all())


def test_a_call_about_more_than_a_thousand_persons_is_refused_whole(
    module: Module, luca: str
) -> None:
    item = question(luca, CASO, world.BOVEZZO, mine=True, people=everybody())
    items = [item] * (1000 // len(everybody()) + 1)

    for options in ({}, {"evaluations_semantic": "deny_on_first_deny"}):
        answer = module.post(EVALUATIONS, {"evaluations": items, "options": options})

        assert answer.status_code == 400
        assert "più di 1000 persone" in answer.json()["detail"]
    assert not given()


def test_the_kit_splits_its_questions_as_the_service_asks() -> None:
    one = Asked(CASO, "n-1", world.BOVEZZO, "presa-in-carico", "PR-1", people=(ROSA,) * 30)
    few = Asked(CASO, "n-1", world.BOVEZZO, "presa-in-carico", "PR-1", people=(ROSA,))

    assert [len(batch) for batch in _batches([one] * 70)] == [33, 33, 4]
    assert [len(batch) for batch in _batches([few] * 201)] == [100, 100, 1]
    assert list(_batches([])) == []


def everybody() -> list[str]:
    return [code for household in HOUSEHOLDS for code in household.people]


def test_a_question_of_the_kit_prints_no_codice_fiscale() -> None:
    asked = Asked(CASO, "n-1", world.BOVEZZO, "presa-in-carico", "PR-1", people=(ROSA,))

    assert ROSA not in repr(asked)
    assert asked.item()["resource"]["properties"]["interessati"] == [ROSA]


def test_a_failure_to_record_shows_no_codice_fiscale(
    module: Module,
    luca: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    own = module.own_token()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")

    answer = module.post(EVALUATION, question(luca, CASO, world.BOVEZZO), own_token=own)

    assert answer.status_code == 503
    assert ROSA not in caplog.text + "".join(capfd.readouterr()) + answer.content.decode()


def test_a_traceback_in_the_log_shows_no_codice_fiscale_of_a_local_variable(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def read_question(body: dict[str, str]) -> None:
        raise LookupError(f"{len(body)} members")

    try:
        read_question({"interessati": ROSA})
    except LookupError:
        structlog.get_logger("tests").exception("prova")

    said = "".join(capfd.readouterr())
    assert "Traceback" in said
    assert "read_question" in said
    assert ROSA not in said


# --- the privacy officer asks ------------------------------------------------------------


@pytest.mark.norma("GDPR", "15", "Who saw a person's data is answered by codice fiscale")
def test_the_privacy_officer_finds_who_saw_the_data_of_a_member(
    module: Module, luca: str, franca: Client
) -> None:
    module.ask(luca, CASO, world.BOVEZZO, mine=True, people=(ROSA, NICOLO))
    module.ask(luca, CASO, world.BOVEZZO, people=(EMMA,))

    page = asked_of(franca, NICOLO)

    assert "1 accesso" in page
    assert "Vedere i dati completi di un caso" in page
    assert "presa-in-carico, PR-2026-0001" in page
    assert "Comune di Bovezzo" in page
    assert "Operatore 1, Case Manager per il Patto" in page
    assert "Luca Moretti" not in page
    assert "consentito" in page
    assert moment_to_the_second(given()[1].at) in page
    assert "/registro/" + str(given()[1].pk) not in page  # the event tells who it was
    refused = asked_of(franca, EMMA)
    assert "Operatore 1, Case Manager per il Patto" in refused
    assert "rifiutato" in refused
    assert "consentito" not in refused


def test_the_operator_is_named_only_on_request_with_a_reason(
    module: Module, luca: str, franca: Client
) -> None:
    module.ask(luca, CASO, world.BOVEZZO, mine=True)

    unsaid = franca.post(
        "/registro/interessato/", {"codice_fiscale": ROSA, "reason": " ", "operators": "on"}
    )
    assert unsaid.status_code == 422
    assert "Luca Moretti" not in unsaid.content.decode()
    assert "Luca Moretti, Case Manager per il Patto" in asked_of(franca, ROSA, operators="on")


def test_the_search_itself_is_in_the_register(module: Module, luca: str, franca: Client) -> None:
    module.ask(luca, CASO, world.BOVEZZO, mine=True)

    asked_of(franca, ROSA, operators="on")

    event = AuditEvent.objects.get(kind="audit.subject-accesses.read")
    assert event.actor == world.person(FRANCA).pk
    assert bytes(event.subject or b"") == keyring().pseudonym(ROSA)
    assert ROSA.encode() not in bytes(event.body)
    assert body_fact(event, "operators") is True
    assert body_fact(event, "reason") == REASON
    assert (
        "Ha chiesto chi ha visto i dati di una persona" in franca.get("/registro/").content.decode()
    )


def test_a_mistyped_codice_fiscale_is_told_rather_than_found_nowhere(franca: Client) -> None:
    answer = franca.post("/registro/interessato/", {"codice_fiscale": WRONG, "reason": REASON})

    assert answer.status_code == 422
    assert "L&#x27;ultima lettera non torna" in answer.content.decode()
    assert not AuditEvent.objects.filter(kind="audit.subject-accesses.read").exists()


def test_a_rejected_question_is_found_and_told_as_of_the_module(
    module: Module, luca: str, franca: Client
) -> None:
    Module(client_id="ladro").install().ask(luca, CASO, world.BOVEZZO, mine=True)

    for masked in ({}, {"operators": "on"}):
        page = asked_of(franca, ROSA, **masked)
        assert "Il modulo ladro" in page
        assert "rifiutato" in page


def test_a_person_with_omocodia_is_found_under_both_codes(
    module: Module, luca: str, franca: Client
) -> None:
    """The canonical code may have been hers before the Agenzia gave her another."""
    assert read(OMOCODE).canonical == CANONICAL
    module.ask(luca, CASO, world.BOVEZZO, mine=True, people=(OMOCODE,))
    module.ask(luca, CASO, world.BOVEZZO, mine=True, people=(CANONICAL,))

    assert "2 accessi" in asked_of(franca, OMOCODE)
    assert "1 accesso" in asked_of(franca, CANONICAL)


@pytest.fixture
def turned(tmp_path: Path) -> Iterator[Any]:
    """Return a way to turn the keyring to its second epoch."""
    usual = keys._path
    assert usual is not None
    epochs = json.loads(usual.read_text())["epochs"]

    def turn() -> None:
        path = tmp_path / "keyring.json"
        path.write_text(json.dumps({"epochs": [keys.new_epoch(2), *epochs]}))
        keys.configure(path)

    yield turn
    keys.configure(usual)


def test_an_access_of_before_the_keys_turned_is_found(
    module: Module, luca: str, turned: Any
) -> None:
    module.ask(luca, CASO, world.BOVEZZO, mine=True)
    turned()
    module.ask(luca, CASO, world.BOVEZZO, mine=True)

    assert len(set(subjects())) == 2
    found = selectors.subject_accesses(world.rpd(), codice_fiscale=ROSA, reason=REASON)
    assert len(found.rows) == 2


def body_fact(event: AuditEvent, name: str) -> Any:
    return json.loads(bytes(event.body))["facts"][name]
