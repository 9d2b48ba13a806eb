# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What only committed data show: races between requests, and a log that cannot be written."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connections
from django.test import Client as Http

from demo.personas import LUCA
from iam.oauth.clients.assertion import ASSERTION_TYPE
from iam.roles.types import CASE_MANAGER
from tests import world
from tests.oauth import ground
from tests.oauth.ground import Module, question

CASO = "gepi:caso.completo"
EVALUATION, EVALUATIONS = "/access/v1/evaluation", "/access/v1/evaluations"
VERIFIER = "v" * 43


@pytest.mark.norma("RFC 7523", "3(7)", "An assertion is accepted once")
def test_of_eight_sends_of_one_assertion_one_is_accepted(committed_db: str) -> None:
    ground.build()
    module = Module().install()
    assertion = module.assertion()

    def send(_: int) -> int:
        try:
            form = {"grant_type": "client_credentials", "scope": "iam:decide"}
            proof = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
            return int(Http().post("/oauth/token/", form | proof).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(send, range(8)))

    assert answers == [200] + [401] * 7


def test_of_eight_exchanges_of_one_code_one_is_answered(committed_db: str) -> None:
    ground.build()
    ground.open_comune(world.BOVEZZO)
    world.operator(LUCA, CASE_MANAGER)
    module, browser = Module().install(), Http()
    ground.log_in(browser, LUCA)
    code = module.code(browser, VERIFIER)

    def send(_: int) -> int:
        try:
            return int(module.exchange(code, VERIFIER).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(send, range(8)))

    assert answers == [200] + [400] * 7


def test_no_evidence_no_answer(committed_db: str, owner_db: psycopg.Connection) -> None:
    ground.build()
    ground.open_comune(world.BOVEZZO)
    world.operator(LUCA, CASE_MANAGER)
    module = Module().install()
    token, own = module.enter(LUCA)["access_token"], module.own_token()
    asked = question(token, CASO, world.BOVEZZO, mine=True)
    assert module.post(EVALUATION, asked, own_token=own).status_code == 200

    owner_db.execute("REVOKE INSERT ON audit_event FROM iam_app")
    owner_db.commit()

    for path, body in (
        (EVALUATION, asked),
        (EVALUATIONS, {"evaluations": [asked]}),
        (EVALUATION, asked | {"action": {"name": "altro"}}),
    ):
        answer = module.post(path, body, own_token=own)
        assert answer.status_code == 503
        assert answer.json()["code"] == "servizio-non-disponibile"
        assert "decision" not in answer.json()
