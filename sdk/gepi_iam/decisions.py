# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: BSD-3-Clause
"""Ask before showing. Every question is recorded by the service before it answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gepi_iam.errors import ServiceUnreachable
from gepi_iam.login import Session
from gepi_iam.service import Service

LARGEST_BATCH = 100
MOST_PEOPLE_AT_ONCE = 1000


@dataclass(frozen=True)
class Question:
    """May the person use `scope` on this household, for this purpose and practice?

    `household` is an opaque id of the module, never a codice fiscale; `comune` is its codice
    catastale. `people` are the codici fiscali, 1 to 30, of the persons whose data the answer would
    show: the service keeps a keyed pseudonym of each, so that they can know who saw their data,
    and says no to a question that names nobody. `mine` is the statement of the module that the
    case is assigned to the person who asks; the service records it, with purpose and practice.
    """

    scope: str
    household: str
    comune: str
    purpose: str
    practice: str
    people: tuple[str, ...] = field(repr=False)
    mine: bool = False

    def item(self) -> dict[str, Any]:
        return {
            "action": {"name": self.scope},
            "resource": {
                "type": "nucleo",
                "id": self.household,
                "properties": {
                    "comune": self.comune,
                    "assigned_to_me": self.mine,
                    "interessati": list(self.people),
                },
            },
            "context": {"purpose": self.purpose, "practice": self.practice},
        }


@dataclass(frozen=True)
class Answer:
    """True in `if` only when allowed. `reasons` are the ids of the laws that say no."""

    allowed: bool
    sentence: str = ""
    reasons: tuple[str, ...] = ()
    decision: str = ""

    def __bool__(self) -> bool:
        return self.allowed


class Decisions:
    """The decision point (AuthZEN 1.0). Answers hold for the page being built, not for later."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def ask(self, session: Session, question: Question) -> Answer:
        """Ask one thing. Raises `ServiceUnreachable` when there is no answer: show nothing."""
        endpoint = self._service.decision_point()["access_evaluation_endpoint"]
        body = {"subject": _subject(session), **question.item()}
        return _answer(self._service.question(endpoint, body))

    def ask_all(self, session: Session, questions: Iterable[Question]) -> list[Answer]:
        """Ask many things at once; the answers come in the order of the questions."""
        endpoint = self._service.decision_point()["access_evaluations_endpoint"]
        answers: list[Answer] = []
        for batch in _batches(questions):
            body = {
                "subject": _subject(session),
                "evaluations": [question.item() for question in batch],
            }
            found = self._service.question(endpoint, body).get("evaluations", [])
            if len(found) != len(batch):
                raise ServiceUnreachable(detail="answers and questions are not as many")
            answers.extend(_answer(item) for item in found)
        return answers


def _batches(questions: Iterable[Question]) -> Iterator[list[Question]]:
    """Split as the service asks: so many questions, so many persons in one call."""
    batch: list[Question] = []
    people = 0
    for question in questions:
        people += len(question.people)
        if batch and (len(batch) == LARGEST_BATCH or people > MOST_PEOPLE_AT_ONCE):
            yield batch
            batch, people = [], len(question.people)
        batch.append(question)
    if batch:
        yield batch


def _subject(session: Session) -> dict[str, Any]:
    return {
        "type": "person",
        "id": session.subject,
        "properties": {"access_token": session.access_token},
    }


def _answer(item: Mapping[str, Any]) -> Answer:
    context = item.get("context") or {}
    return Answer(
        allowed=item.get("decision") is True,
        sentence=str((context.get("reason_user") or {}).get("it", "")),
        reasons=tuple(context.get("reasons", ())),
        decision=str(context.get("id", "")),
    )
