# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""What went wrong is told as a page to people and as a problem document to machines."""

from __future__ import annotations

import json

import pytest
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import BadRequest
from django.db import OperationalError
from django.test import RequestFactory

from iam.convenzioni.errors import ComuneAlreadyEnabled
from iam.kernel.errors import Denied, NotFound, Unavailable
from iam.web.middleware import answer


@pytest.mark.parametrize(
    ("fault", "status", "sentence"),
    [
        (ComuneAlreadyEnabled(comune="Bovezzo"), 409, "Il Comune di Bovezzo è già abilitato."),
        (Denied(why="Nessuno può cambiare i propri diritti."), 403, "Nessuno può cambiare"),
        (NotFound(), 404, "non è tra quelli che puoi vedere"),
        (Unavailable(), 503, "I dati sono al sicuro"),
    ],
)
def test_a_refusal_is_a_page_with_its_sentence_code_and_status(
    rf: RequestFactory, fault: Exception, status: int, sentence: str
) -> None:
    response = answer(rf.get("/comuni/"), fault)

    page = response.content.decode()
    assert response.status_code == status
    assert sentence in page
    assert fault.code in page  # type: ignore[attr-defined]  # a DomainError
    assert "Che cosa puoi fare" in page
    assert response["Cache-Control"] == "no-store"


def test_a_fault_of_ours_shows_a_reference_and_nothing_of_itself(rf: RequestFactory) -> None:
    response = answer(rf.get("/comuni/"), ValueError("segreto"))

    page = response.content.decode()
    assert response.status_code == 500
    assert "segreto" not in page
    assert "riferimento" in page


def test_a_dead_database_is_a_503_that_needs_no_database(rf: RequestFactory) -> None:
    """No `db` fixture: any query here would fail the test."""
    response = answer(rf.get("/comuni/"), OperationalError("connection refused"))

    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert "non mostriamo nulla" in response.content.decode()


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (SessionInterrupted("deleted"), 403, "sessione-finita"),
        (BadRequest("unreadable"), 400, "richiesta-non-valida"),
    ],
)
def test_what_the_browser_brought_on_itself_is_no_fault_of_ours(
    rf: RequestFactory, fault: Exception, status: int, code: str
) -> None:
    response = answer(rf.get("/comuni/"), fault)

    assert response.status_code == status
    assert code in response.content.decode()


def test_a_machine_gets_a_problem_document(rf: RequestFactory) -> None:
    response = answer(rf.get("/api/v1/comuni/"), ComuneAlreadyEnabled(comune="Bovezzo"))

    assert response["Content-Type"] == "application/problem+json"
    told = json.loads(response.content)
    assert told["status"] == 409
    assert told["code"] == "comune-gia-abilitato"
    assert told["detail"] == "Il Comune di Bovezzo è già abilitato."
