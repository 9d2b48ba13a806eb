# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""In whose name a module may ask, and what the law answers.

A module shows the access token of the person: it cannot ask for a person who has not entered
it, nor with a profile the person did not choose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from iam.kernel.actor import Visitor
from iam.kernel.permissions import BENEFICIARY, Permission
from iam.oauth.actions import answer, reject_questions
from iam.oauth.models import Client
from iam.oauth.selectors import Acting, held_now, live_token, person_actor
from iam.oauth.types import Answer, LiveToken, Question

KNOWN = {permission.value: permission for permission in BENEFICIARY}

REJECTED = {
    "soggetto-non-gestito": "Il punto di decisione risponde solo per le persone.",
    "risorsa-non-gestita": "Il punto di decisione risponde solo per i nuclei.",
    "token-mancante": "Il modulo non ha mostrato il token della persona.",
    "token-non-valido": "La sessione della persona è terminata. Accedi di nuovo al modulo.",
    "token-di-un-altro-modulo": "Il token mostrato è stato rilasciato a un altro modulo.",
    "persona-diversa": "Il token mostrato è di un'altra persona.",
    "permesso-sconosciuto": "Il permesso chiesto non esiste.",
    "comune-mancante": "Il modulo non ha detto di quale Comune è il nucleo.",
}


@dataclass(frozen=True, slots=True)
class Put:
    """A question, and in whose name it is put; `token` is the person's, as the module shows it."""

    question: Question
    resource_type: str
    subject_type: str
    subject: str
    token: str


@dataclass(frozen=True, slots=True)
class _Judged:
    put: Put
    row: LiveToken | None
    objection: str


def answers_to(caller: Client, visitor: Visitor, questions: Sequence[Put]) -> list[Answer]:
    """Return an answer for each question, in their order; each has left its event."""
    shown = {put.token for put in questions if put.token}
    rows = {token: live_token(token, visitor.at) for token in shown}
    judged = [_judged(caller, visitor, put, rows.get(put.token)) for put in questions]
    answers: dict[int, Answer] = {}
    order = sorted(range(len(judged)), key=lambda i: _group(judged[i]))
    for _, members in groupby(order, key=lambda i: _group(judged[i])):
        indexes = list(members)
        found = _answers(caller, visitor, [judged[i] for i in indexes])
        answers.update(zip(indexes, found, strict=True))
    return [answers[i] for i in range(len(judged))]


def _group(one: _Judged) -> tuple[bool, str, str]:
    """Questions in one name on one permission are one read, in one transaction."""
    return (bool(one.objection), one.put.token, one.put.question.action)


def _judged(caller: Client, visitor: Visitor, put: Put, row: LiveToken | None) -> _Judged:
    return _Judged(put, row, _objection(caller, visitor, put, row))


def _objection(caller: Client, visitor: Visitor, put: Put, row: LiveToken | None) -> str:
    """Return why the question may not even be put to the law; empty when it may."""
    checks = {
        "soggetto-non-gestito": put.subject_type != "person",
        "risorsa-non-gestita": put.resource_type != "nucleo",
        "token-mancante": not put.token,
        "token-non-valido": row is None or row.person is None,
        "token-di-un-altro-modulo": row is not None and row.client != caller.pk,
        "persona-diversa": row is not None and str(row.person) != put.subject,
        "permesso-sconosciuto": put.question.action not in KNOWN,
        "comune-mancante": not put.question.comune,
    }
    return next((reason for reason, true in checks.items() if true), "")


def _answers(caller: Client, visitor: Visitor, group: list[_Judged]) -> list[Answer]:
    first = group[0]
    row = first.row
    if first.objection or row is None or row.person is None:
        told = [(one.put.question, one.objection, REJECTED[one.objection]) for one in group]
        theirs = row is not None and row.client == caller.pk
        person = row.person if theirs and row else None
        return reject_questions(visitor, client=caller, person=person, questions=told)
    acting = Acting.of(row)
    held = held_now(row.person, acting.grant, visitor)
    actor = person_actor(row.person, acting, held, client=caller, visitor=visitor)
    permission: Permission = KNOWN[first.put.question.action]
    ceiling = frozenset(row.scopes) & frozenset(caller.allowed_scopes)
    return answer(
        actor,
        permission,
        [one.put.question for one in group],
        within=permission.value in ceiling,
    )
