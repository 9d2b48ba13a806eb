# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The law decides: for an administrative action, for a scope of a token, for a module's question.

The statements are in `law.cedar`, readable by a privacy officer. A person's
rights are asked grant by grant, because what one grant lacks another of the
same person never completes: a right in one Comune and a role in another do not
add up.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import cedarpy

from iam.kernel import demands
from iam.kernel.actor import Actor, Held
from iam.kernel.law import schema
from iam.kernel.permissions import Permission, Section
from iam.kernel.places import Place

logger = logging.getLogger(__name__)

STRANGER = "nessun-profilo"
BROKEN = "errore-nella-legge"
LOG_IN_AGAIN = frozenset({"livello-spid", "livello-richiesto", "accesso-recente"})
"""The statements that a new log-in of the same person may satisfy."""

AGE_UNKNOWN = 2**31
"""Seconds since a log-in of which nobody knows the instant."""

SENTENCES = {
    STRANGER: "Non hai un profilo attivo che consenta questa operazione.",
    BROKEN: "Il controllo di accesso non è riuscito: nel dubbio la risposta è no.",
}


@dataclass(frozen=True, slots=True)
class Resource:
    """What the question is about.

    `Luogo` is an administrative matter of a place: `about` is the person whose rights
    change, `asked_by` who asked for it, `signed_by` who signed it (ids as text).
    `Nucleo` is beneficiary data of a Comune: `covered` are the sections with a
    convention in force, `enabled` those the Amministratore enabled, `own` whether
    the module states that the case is the person's own.
    """

    kind: Literal["Luogo", "Nucleo"]
    place: Place
    about: str = ""
    asked_by: str = ""
    signed_by: frozenset[str] = frozenset()
    own: bool = False
    covered: frozenset[Section] = frozenset()
    enabled: frozenset[Section] = frozenset()

    def attributes(self) -> dict[str, Any]:
        place = {"ambito": self.place.ambito, "comune": self.place.comune}
        if self.kind == "Nucleo":
            return place | {
                "own": self.own,
                "covered": sorted(self.covered),
                "enabled": sorted(self.enabled),
            }
        return place | {
            "about": self.about,
            "asked_by": self.asked_by,
            "signed_by": sorted(self.signed_by),
        }


@dataclass(frozen=True, slots=True)
class Why:
    """The stated reason of an access: a purpose code, a practice reference, how many persons.

    `subjects` counts the persons whose data are asked: one unless the module says otherwise.
    """

    purpose: str = ""
    practice: str = ""
    subjects: int = 1


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer of the law. `reasons` are ids of its statements, none when allowed."""

    allowed: bool
    held: Held | None
    reasons: tuple[str, ...] = ()
    law_version: str = ""
    sentence: str = field(default="", compare=False)


def decide(
    actor: Actor, permission: Permission, *, on: Resource | Place, why: Why | None = None
) -> Decision:
    """Ask the law. Yes needs one grant that satisfies every statement.

    A refusal tells the conditions that the nearest grant misses. An error inside
    the law is a refusal too, and is logged as an alarm: Cedar skips a statement
    that errs, and a skipped prohibition must never open a door.
    """
    resource = on if isinstance(on, Resource) else Resource("Luogo", on)
    refusals = []
    for held in actor.held:
        reasons = _missing(actor, held, permission, resource, why or Why())
        if not reasons:
            return Decision(True, held, law_version=version())
        refusals.append((len(reasons), reasons, held))
    if not refusals:
        return _refusal((STRANGER,), None)
    _, reasons, held = min(refusals, key=lambda refusal: refusal[0])
    return _refusal(reasons, held)


def allows(
    actor: Actor, permission: Permission, *, on: Resource | Place, why: Why | None = None
) -> bool:
    return decide(actor, permission, on=on, why=why).allowed


def sentence_of(reason: str) -> str:
    """Return the Italian sentence of a statement's id."""
    return SENTENCES.get(reason) or _book().sentences.get(reason, SENTENCES[BROKEN])


def version() -> str:
    """Return a short digest of the law, its schema and the demands: what decided, as evidence."""
    told = demands.digest()
    if not told:
        return _book().version
    return sha256(f"{_book().version} {told}".encode()).hexdigest()[:16]


def check() -> None:
    """Raise `ValueError` unless every statement fits the schema and has an id and a sentence."""
    book = _book()
    result = cedarpy.validate_policies(book.text, schema.text())
    if not result.validation_passed:
        raise ValueError(f"the law does not fit its schema: {result.errors}")
    for statement, sentence in book.sentences.items():
        if not statement or (statement != "permesso" and not sentence):
            raise ValueError(f"a statement of the law has no id or no sentence: {statement!r}")


def _refusal(reasons: tuple[str, ...], held: Held | None) -> Decision:
    sentence = " ".join(sentence_of(reason) for reason in reasons)
    return Decision(False, held, reasons, version(), sentence)


@dataclass(frozen=True, slots=True)
class _Book:
    text: str
    policies: cedarpy.PolicySet
    schema: cedarpy.Schema
    ids: Mapping[str, str]
    sentences: Mapping[str, str]
    version: str


@lru_cache(maxsize=1)
def _book() -> _Book:
    text = Path(__file__).with_name("law.cedar").read_text(encoding="utf-8")
    statements = json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"]
    in_order = sorted(statements, key=lambda key: int(key.removeprefix("policy")))
    annotations = {key: statements[key].get("annotations", {}) for key in in_order}
    return _Book(
        text=text,
        policies=cedarpy.PolicySet.from_str(text),
        schema=cedarpy.Schema.from_str(schema.text()),
        ids={key: notes.get("id", key) for key, notes in annotations.items()},
        sentences={notes.get("id", ""): notes.get("perche", "") for notes in annotations.values()},
        version=sha256((text + schema.text()).encode()).hexdigest()[:16],
    )


def _missing(
    actor: Actor, held: Held, permission: Permission, resource: Resource, why: Why
) -> tuple[str, ...]:
    """Return the ids of the statements that forbid, as the law orders them; empty when allowed."""
    book = _book()
    answer = cedarpy.is_authorized(
        {
            "principal": {"type": "Grant", "id": str(held.grant)},
            "action": {"type": "Action", "id": permission.value},
            "resource": {"type": resource.kind, "id": "asked"},
            "context": _context(permission, why),
        },
        book.policies,
        _entities(actor, held, resource),
        schema=book.schema,
    )
    if answer.diagnostics.errors:
        logger.error("law.error", extra={"errors": [str(e) for e in answer.diagnostics.errors]})
        return (BROKEN,)
    if answer.allowed:
        return ()
    forbidding = {book.ids.get(reason, reason) for reason in answer.diagnostics.reasons}
    return tuple(id for id in book.sentences if id in forbidding) or (BROKEN,)


def _context(permission: Permission, why: Why) -> dict[str, str | int]:
    demand = demands.demand_of(permission)
    of_the_log_in = {"level": demand.level, "fresh_seconds": demand.fresh_seconds}
    if permission.section is None:
        return {**of_the_log_in}
    return {
        **of_the_log_in,
        "section": permission.section,
        "purpose": why.purpose,
        "practice": why.practice,
        "subjects": why.subjects,
    }


def _age(actor: Actor) -> int:
    """Return how many seconds ago the person logged in."""
    if actor.entered_at is None:
        return AGE_UNKNOWN
    return int((actor.at - actor.entered_at).total_seconds())


def _entities(actor: Actor, held: Held, resource: Resource) -> list[dict[str, Any]]:
    return [
        {
            "uid": {"type": "Role", "id": held.role},
            "attrs": {
                "code": held.role,
                "may": [{"__entity": {"type": "Action", "id": p}} for p in sorted(held.may)],
            },
            "parents": [],
        },
        {
            "uid": {"type": "Grant", "id": str(held.grant)},
            "attrs": {
                "role": {"__entity": {"type": "Role", "id": held.role}},
                "person": str(actor.id),
                "kind": actor.kind,
                "assurance": actor.spid_level,
                "log_in_age": _age(actor),
                "level": held.place.level,
                "ambito": held.place.ambito,
                "comune": held.place.comune,
            },
            "parents": [],
        },
        {
            "uid": {"type": resource.kind, "id": "asked"},
            "attrs": resource.attributes(),
            "parents": [],
        },
    ]
