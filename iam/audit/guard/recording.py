# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing one event: one INSERT, in the transaction of what it witnesses."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from iam.audit.event import Event, canonical
from iam.kernel import law
from iam.kernel.actor import Actor, Held, Visitor

SALT_BYTES = 16
LEAF_PREFIX = b"\x00"
"""Domain separation of a leaf. Source: RFC 6962, 2.1."""

COLUMNS = ("ambito", "client", "comune", "ente", "person", "practice", "purpose", "subject")
"""The facts that become columns one can search by."""


@dataclass(frozen=True, kw_only=True)
class RefusalRecorded(Event):
    """A guarded verb said no; everything it had begun was rolled back."""

    kind = "audit.action.denied"
    verb: str
    permission: str | None
    code: str
    reasons: tuple[str, ...]
    comune: str | None = None
    ambito: str | None = None


def record(event: Event, *, by: Actor | Visitor, held: Held | None = None, outcome: int = 0) -> int:
    """Write `event` and return its number. `held` is the grant it was done, or asked, with.

    `outcome` is 0 for done or yes, 1 for refused, 2 for failed.
    Raises `UnguardedActionError` outside of an action.
    """
    from iam.audit.guard.frames import current

    frame = current()
    number = write(event, by=by, held=held, outcome=outcome)
    frame.recorded += 1
    return number


def write(event: Event, *, by: Actor | Visitor, held: Held | None = None, outcome: int = 0) -> int:
    """Insert the row. Only the guard calls it."""
    from iam.audit.models import AuditEvent

    facts = event.facts()
    who = _who(by, held)
    body = canonical(
        {
            "kind": event.kind,
            "at": by.at.isoformat(),
            "outcome": outcome,
            "law": law.version(),
            "salt": secrets.token_hex(SALT_BYTES),
            "by": {name: value for name, value in who.items() if value},
            "facts": facts,
        }
    )
    columns = {name: facts[name] for name in COLUMNS if name in facts}
    if held is not None:
        columns.setdefault("ambito", held.place.ambito)
        columns.setdefault("comune", held.place.comune)
    if by_client := who["client"]:
        columns.setdefault("client", by_client)
    row = AuditEvent(
        at=by.at,
        kind=event.kind,
        outcome=outcome,
        actor=by.id if isinstance(by, Actor) else None,
        actor_kind=who["kind"],
        role=who["role"],
        acting_grant=UUID(who["grant"]) if who["grant"] else None,
        request_id=by.request_id,
        address=by.address,
        body=body,
        leaf=sha256(LEAF_PREFIX + body).digest(),
        **_typed(columns),
    )
    row.save(force_insert=True)
    number: int = row.pk
    return number


def _who(by: Actor | Visitor, held: Held | None) -> dict[str, str]:
    known = isinstance(by, Actor)
    return {
        "id": str(by.id) if isinstance(by, Actor) else "",
        "kind": by.kind if isinstance(by, Actor) else "visitor",
        "role": held.role if held else "",
        "grant": str(held.grant) if held else "",
        "ambito": held.place.ambito if held else "",
        "comune": held.place.comune if held else "",
        "client": by.client if isinstance(by, Actor) else "",
        "level": str(by.spid_level) if known and isinstance(by, Actor) and by.spid_level else "",
        "request": by.request_id,
        "address": by.address,
    }


def _typed(columns: dict[str, object]) -> dict[str, object]:
    typed = dict(columns)
    if "subject" in typed:
        typed["subject"] = bytes.fromhex(str(typed["subject"]))
    if "person" in typed:
        typed["person"] = UUID(str(typed["person"]))
    return typed
