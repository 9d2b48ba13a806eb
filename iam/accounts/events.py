# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happens to persons and their log-ins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from iam.audit.event import Event


@dataclass(frozen=True, kw_only=True)
class PersonEntered(Event):
    """Somebody proved who they are; `first` if we had never heard of them."""

    kind = "accounts.person.entered"
    person: UUID
    scheme: str
    idp: str
    level: int
    first: bool


@dataclass(frozen=True, kw_only=True)
class PersonLeft(Event):
    """Somebody closed their session."""

    kind = "accounts.person.left"
    person: UUID


@dataclass(frozen=True, kw_only=True)
class AttemptsLimited(Event):
    """An address, or a person, did a thing too often: at most one event a minute for each."""

    kind = "accounts.attempts.limited"
    rule: str
    seconds: int
    person: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class SessionClosed(Event):
    """A person closed one of her sessions from another one."""

    kind = "accounts.session.closed"
    person: UUID
    entered_at: datetime
