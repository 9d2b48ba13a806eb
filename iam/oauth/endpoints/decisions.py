# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The decision point: AuthZEN Authorization API 1.0, evaluation and evaluations."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_POST

from iam.enti.codice_fiscale import reading as codice_fiscale
from iam.enti.codice_fiscale.errors import CodiceFiscaleFault
from iam.kernel.actor import Visitor
from iam.kernel.keyring import keyring
from iam.oauth.decision_point.asking import Put, answers_to
from iam.oauth.endpoints.answers import machine, visitor_of
from iam.oauth.endpoints.caller import caller_of
from iam.oauth.errors import QuestionMalformed
from iam.oauth.models import Client
from iam.oauth.types import Answer, Question

LARGEST_BODY = 512 * 1024
LARGEST_BATCH = 200
LONGEST_TEXT = 200
MOST_PEOPLE = 30
MOST_AT_ONCE = 1000
"""Persons in one call: each is an event, and all are written before the answer."""

CODICE_CATASTALE = re.compile(r"[A-Z]\d{3}")
EXECUTE_ALL = "execute_all"
STOP_AT = {"deny_on_first_deny": False, "permit_on_first_permit": True}


@machine
@require_POST
def evaluation(request: HttpRequest) -> HttpResponseBase:
    visitor = visitor_of(request)
    caller = caller_of(request, visitor)
    body = _body(request)
    return JsonResponse(_told(_asked(caller, visitor, [_put(body)])[0]))


@machine
@require_POST
def evaluations(request: HttpRequest) -> HttpResponseBase:
    """Top-level members are the defaults of each item, replaced whole; no item, one question."""
    visitor = visitor_of(request)
    caller = caller_of(request, visitor)
    body = _body(request)
    items = body.get("evaluations")
    if items is None or items == []:
        return JsonResponse(_told(_asked(caller, visitor, [_put(body)])[0]))
    if not isinstance(items, list) or len(items) > LARGEST_BATCH:
        raise QuestionMalformed(detail=f"evaluations è un elenco di al più {LARGEST_BATCH} domande")
    semantic = _semantic(body)
    read = [_read(body, item) for item in items]
    if sum(len(one.question.interessati) for one in read if isinstance(one, Put)) > MOST_AT_ONCE:
        raise QuestionMalformed(detail=f"le domande riguardano più di {MOST_AT_ONCE} persone")
    if semantic == EXECUTE_ALL:
        return JsonResponse({"evaluations": _all(caller, visitor, read)})
    return JsonResponse({"evaluations": _until(STOP_AT[semantic], caller, visitor, read)})


def _all(caller: Client, visitor: Visitor, read: list[Put | Unread]) -> list[dict[str, Any]]:
    """A question that cannot be read is a no of its own; the others are answered."""
    good = [one for one in read if isinstance(one, Put)]
    answers = iter(_asked(caller, visitor, good)) if good else iter(())
    return [_told(next(answers)) if isinstance(one, Put) else _unread(one) for one in read]


def _until(
    stop: bool, caller: Client, visitor: Visitor, read: list[Put | Unread]
) -> list[dict[str, Any]]:
    told = []
    for one in read:
        told.extend(_all(caller, visitor, [one]))
        if told[-1]["decision"] is stop:
            break
    return told


def _asked(caller: Client, visitor: Visitor, put: list[Put]) -> list[Answer]:
    return answers_to(caller, visitor, put)


# --- reading ----------------------------------------------------------------------


@dataclass(frozen=True)
class Unread:
    why: QuestionMalformed


def _body(request: HttpRequest) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise QuestionMalformed(detail="il corpo deve essere application/json")
    if len(request.body) > LARGEST_BODY:
        raise QuestionMalformed(detail="il corpo è troppo grande")
    try:
        body = json.loads(request.body)
    except ValueError as error:
        raise QuestionMalformed(detail="il corpo non è JSON") from error
    if not isinstance(body, dict):
        raise QuestionMalformed(detail="il corpo deve essere un oggetto")
    return body


def _semantic(body: Mapping[str, Any]) -> str:
    options = body.get("options", {})
    if not isinstance(options, dict):
        raise QuestionMalformed(detail="options deve essere un oggetto")
    semantic = options.get("evaluations_semantic", EXECUTE_ALL)
    if semantic != EXECUTE_ALL and semantic not in STOP_AT:
        raise QuestionMalformed(detail="evaluations_semantic sconosciuta")
    return str(semantic)


def _read(body: Mapping[str, Any], item: Any) -> Put | Unread:
    try:
        if not isinstance(item, dict):
            raise QuestionMalformed(detail="ogni domanda deve essere un oggetto")
        return _put(
            {**{n: v for n, v in body.items() if n not in ("evaluations", "options")}, **item}
        )
    except QuestionMalformed as why:
        return Unread(why)


def _put(body: Mapping[str, Any]) -> Put:
    """Return the question and in whose name it is put. Unknown members are ignored."""
    subject, action, resource = (_member(body, name) for name in ("subject", "action", "resource"))
    properties = _optional(resource, "properties")
    context = _optional(body, "context")
    question = Question(
        action=_text(action, "name"),
        resource=_text(resource, "id"),
        comune=_comune(properties),
        own=properties.get("assigned_to_me") is True,
        purpose=_optional_text(context, "purpose"),
        practice=_optional_text(context, "practice"),
        interessati=_interessati(properties),
    )
    return Put(
        question=question,
        resource_type=_text(resource, "type"),
        subject_type=_text(subject, "type"),
        subject=_text(subject, "id"),
        token=str(_optional(subject, "properties").get("access_token", "")),
    )


def _member(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    if not isinstance(found, dict):
        raise QuestionMalformed(detail=f"manca {name}, o non è un oggetto")
    return found


def _optional(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name, {})
    if not isinstance(found, dict):
        raise QuestionMalformed(detail=f"{name} non è un oggetto")
    return found


def _text(member: Mapping[str, Any], name: str) -> str:
    found = member.get(name)
    if not isinstance(found, str) or not 0 < len(found) <= LONGEST_TEXT or not found.isprintable():
        raise QuestionMalformed(detail=f"manca {name}, o non è un testo")
    return found


def _optional_text(member: Mapping[str, Any], name: str) -> str:
    return _text(member, name) if member.get(name) not in (None, "") else ""


def _comune(properties: Mapping[str, Any]) -> str:
    found = properties.get("comune", "")
    if found == "":
        return ""
    if not isinstance(found, str) or not CODICE_CATASTALE.fullmatch(found):
        raise QuestionMalformed(detail="comune non è un codice catastale")
    return found


def _interessati(properties: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a pseudonym for each person named, once each; none if the module named nobody.

    Nothing after this line knows a codice fiscale, and no refusal repeats one.
    """
    found = properties.get("interessati", [])
    if not isinstance(found, list) or len(found) > MOST_PEOPLE:
        raise QuestionMalformed(
            detail=f"interessati è un elenco di al più {MOST_PEOPLE} codici fiscali"
        )
    return tuple(dict.fromkeys(_pseudonym(one) for one in found))


def _pseudonym(told: Any) -> str:
    try:
        person = codice_fiscale.read(told if isinstance(told, str) else "")
    except CodiceFiscaleFault:
        raise QuestionMalformed(
            detail="interessati contiene un valore che non è un codice fiscale"
        ) from None
    return keyring().pseudonym(person.as_presented).hex()


# --- telling ----------------------------------------------------------------------


def _told(answer: Answer) -> dict[str, Any]:
    context: dict[str, Any] = {"id": str(answer.decision), "law": answer.law}
    if not answer.allowed:
        context["reasons"] = list(answer.reasons)
        context["reason_user"] = {"it": answer.sentence}
    return {"decision": answer.allowed, "context": context}


def _unread(item: Unread) -> dict[str, Any]:
    error = {"status": item.why.status, "message": item.why.sentence}
    return {"decision": False, "context": {"reasons": [item.why.code], "error": error}}
