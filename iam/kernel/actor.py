# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who acts, with which grants, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL, Place

ROME = ZoneInfo("Europe/Rome")
SYSTEM_NAMESPACE = UUID("5b6f6a3e-2a5e-5d5c-9f0b-6f1f3f1f7c11")
SYSTEM_ROLE = "SISTEMA"


def day_in_rome(at: datetime) -> date:
    """Return the day that the instant `at` (aware) falls on in Rome."""
    return at.astimezone(ROME).date()


@dataclass(frozen=True, slots=True)
class Held:
    """One grant in force: a role on a place, and what that role may do."""

    grant: UUID
    role: str
    place: Place
    may: frozenset[Permission]


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser nobody knows yet. `at` is UTC, `on` the same instant's day in Rome."""

    at: datetime
    on: date
    address: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """A known person, a system job or a module, with the grants in force at `at`.

    `spid_level` is the level of the log-in (1 to 3), 0 where none was made; `entered_at` is
    its instant (UTC), None where nobody knows it: such a log-in is never fresh.
    `client` is the OAuth client through which a person acts, empty on our pages.
    """

    kind: Literal["person", "system", "client"]
    id: UUID
    held: tuple[Held, ...]
    at: datetime
    on: date
    address: str = ""
    request_id: str = ""
    spid_level: int = 0
    client: str = ""
    entered_at: datetime | None = None

    @classmethod
    def system(
        cls, job: str, /, *, may: Iterable[Permission], at: datetime, request_id: str = ""
    ) -> Actor:
        """Return the actor of a system job: it holds `may`, on the whole country, and no more."""
        who = uuid5(SYSTEM_NAMESPACE, job)
        held = Held(grant=who, role=SYSTEM_ROLE, place=NATIONAL, may=frozenset(may))
        return cls(
            kind="system",
            id=who,
            held=(held,),
            at=at,
            on=day_in_rome(at),
            request_id=request_id or f"job:{job}",
        )
