# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the pages are told of the register of log-ins."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginLine:
    """One log-in of a search. `outcome` is empty for one that let the person in."""

    reference: str
    at: datetime
    scheme: str
    provider: str
    outcome: str
    person: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    id: UUID
    of_person: bool
    act: str
    reason: str
    set_by: UUID
    set_at: datetime
    release_act: str
    release_reason: str
    released_by: UUID | None
    released_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice of anomalous use, ready to be sent by PEC."""

    id: UUID
    at: datetime
    by: UUID
    noticed_on: date
    what: str
    to_provider: str
    to_agency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedLogin:
    """A record without its messages. `is_whole` is False if a column or a message was altered.

    `event` is the number of the event that holds its digest; None for records older than it.
    """

    line: LoginLine
    request_id: str
    response_id: str
    assertion_id: str
    digest: str
    event: int | None
    is_whole: bool
    keep_until: datetime
    holds: tuple[Hold, ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """The two messages in clear: personal data. `facts` are what the law asks to extract."""

    request: str = field(repr=False)
    response: str = field(repr=False)
    facts: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServiceFault:
    """A provider that refused requests of ours of late: its entityID, and the name people know."""

    provider: str
    name: str
    count: int
