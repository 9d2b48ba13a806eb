# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""AuthZEN Authorization API 1.0: what its certification asks whatever the policy is."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Http

from demo.personas import LUCA
from iam.roles.types import CASE_MANAGER
from tests import world
from tests.oauth import ground
from tests.oauth.ground import Module, question

CASO = "gepi:caso.completo"
EVALUATION, EVALUATIONS = "/access/v1/evaluation", "/access/v1/evaluations"

pytestmark = pytest.mark.norma("AuthZEN", "1.0", "Authorization API")


@pytest.fixture
def module(italy: None, db: None) -> Module:
    ground.open_comune(world.BOVEZZO)
    world.operator(LUCA, CASE_MANAGER)
    return Module().install()


@pytest.fixture
def luca(module: Module) -> str:
    return str(module.enter(LUCA)["access_token"])


def mine(luca: str, **changes: Any) -> dict[str, Any]:
    return question(luca, CASO, world.BOVEZZO, mine=True) | changes


def test_the_metadata_names_the_decision_point() -> None:
    told = Http().get("/.well-known/authzen-configuration").json()

    assert told["policy_decision_point"] == ground.issuer()
    assert told["access_evaluation_endpoint"] == f"{ground.issuer()}{EVALUATION}"
    assert told["access_evaluations_endpoint"] == f"{ground.issuer()}{EVALUATIONS}"
    assert "search_subject_endpoint" not in told


def test_the_decision_is_a_boolean_and_the_request_id_is_echoed(module: Module, luca: str) -> None:
    answer = module.post(EVALUATION, mine(luca), **{"X-Request-ID": "abc-123"})

    assert answer["Content-Type"].startswith("application/json")
    assert answer.json()["decision"] is True
    assert answer["X-Request-ID"] == "abc-123"


def test_a_caller_who_is_nobody_gets_401(module: Module, luca: str) -> None:
    answer = Http().post(EVALUATION, mine(luca), content_type="application/json")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "broken",
    [
        {"subject": None},
        {"subject": "luca"},
        {"subject": {"type": "person"}},
        {"subject": {"id": "x"}},
        {"subject": {"type": 1, "id": "x"}},
        {"action": None},
        {"action": {}},
        {"action": {"name": 7}},
        {"resource": None},
        {"resource": {"type": "nucleo"}},
        {"resource": {"id": "n-1"}},
        {"resource": {"type": "nucleo", "id": "n-1", "properties": []}},
        {"resource": {"type": "nucleo", "id": "n-1", "properties": {"comune": "bovezzo"}}},
        {"context": "perché sì"},
    ],
    ids=str,
)
def test_a_question_that_cannot_be_read_gets_400(
    module: Module, luca: str, broken: dict[str, Any]
) -> None:
    assert module.post(EVALUATION, mine(luca, **broken)).status_code == 400


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("", "application/json"),
        ("{", "application/json"),
        ("[]", "application/json"),
        ("{}", "application/json"),
        ("{}", "text/plain"),
    ],
)
def test_a_body_that_is_no_question_gets_400(module: Module, body: str, kind: str) -> None:
    headers = {"Authorization": f"Bearer {module.own_token()}"}
    for path in (EVALUATION, EVALUATIONS):
        assert Http().post(path, body, content_type=kind, headers=headers).status_code == 400


def test_unknown_members_are_ignored(module: Module, luca: str) -> None:
    assert module.post(EVALUATION, mine(luca, novità={"x": 1})).json()["decision"] is True


def test_only_post_is_served(module: Module) -> None:
    assert Http().get(EVALUATION).status_code == 405


def test_a_batch_without_items_is_one_question(module: Module, luca: str) -> None:
    assert module.post(EVALUATIONS, mine(luca)).json()["decision"] is True
    assert module.post(EVALUATIONS, mine(luca, evaluations=[])).json()["decision"] is True


def test_top_level_members_are_defaults_that_an_item_replaces_whole(
    module: Module, luca: str
) -> None:
    whole = mine(luca)
    other = {"resource": {"type": "nucleo", "id": "n-2", "properties": {"comune": "E897"}}}

    answer = module.post(EVALUATIONS, whole | {"evaluations": [{}, other, {"context": {}}]})

    told = answer.json()["evaluations"]
    assert [one["decision"] for one in told] == [True, False, False]
    assert told[2]["context"]["reasons"] == ["finalita"]


def test_a_bad_item_is_a_no_of_its_own(module: Module, luca: str) -> None:
    items = [mine(luca), {"action": {}}, "no", mine(luca)]

    answer = module.post(EVALUATIONS, {"evaluations": items})

    assert answer.status_code == 200
    told = answer.json()["evaluations"]
    assert [one["decision"] for one in told] == [True, False, False, True]
    assert told[1]["context"]["error"]["status"] == 400


@pytest.mark.parametrize(
    ("semantic", "expected"),
    [
        ("execute_all", [True, False, True]),
        ("deny_on_first_deny", [True, False]),
        ("permit_on_first_permit", [True]),
    ],
)
def test_the_batch_stops_where_it_was_asked_to(
    module: Module, luca: str, semantic: str, expected: list[bool]
) -> None:
    items = [mine(luca), question(luca, CASO, world.BOVEZZO), mine(luca)]
    options = {"evaluations_semantic": semantic}

    answer = module.post(EVALUATIONS, {"evaluations": items, "options": options})

    assert [one["decision"] for one in answer.json()["evaluations"]] == expected


def test_an_unknown_semantic_gets_400(module: Module, luca: str) -> None:
    options = {"evaluations_semantic": "a_caso"}
    body = {"evaluations": [mine(luca)], "options": options}

    assert module.post(EVALUATIONS, body).status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"action": {"name": "can_read"}},
        {"resource": {"type": "record", "id": "1"}},
        {"subject": {"type": "user", "id": "rick"}},
    ],
    ids=["action", "resource", "subject"],
)
def test_what_the_policy_does_not_know_is_a_no(
    module: Module, luca: str, changes: dict[str, Any]
) -> None:
    answer = module.post(EVALUATION, mine(luca, **changes))

    assert (answer.status_code, answer.json()["decision"]) == (200, False)
