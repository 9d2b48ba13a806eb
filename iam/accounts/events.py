# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happens to persons and their log-ins, and who is told when a log-in ends.

A room above that gave something out on the strength of a log-in registers, in
`AppConfig.ready`, how it takes it back:

    @on_end_of_log_in
    def tokens_end(visitor: Visitor, /, *, person: UUID, log_ins: tuple[datetime, ...]) -> None: ...

It runs inside the transaction that ends the log-in: all of it happens, or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from iam.audit.event import Event
from iam.kernel.actor import Actor, Visitor


class EndOfLogIn(Protocol):
    """`log_ins` are the instants (UTC) of every log-in of the session that ends."""

    def __call__(
        self, who: Actor | Visitor, /, *, person: UUID, log_ins: tuple[datetime, ...]
    ) -> None: ...


_reactions: list[EndOfLogIn] = []


def on_end_of_log_in(reaction: EndOfLogIn) -> EndOfLogIn:
    """Call `reaction` whenever a person, or her provider, closes a session."""
    if reaction not in _reactions:
        _reactions.append(reaction)
    return reaction


def forget_reaction(reaction: EndOfLogIn) -> None:
    """Undo `on_end_of_log_in`."""
    _reactions.remove(reaction)


def reactions_to_end_of_log_in() -> tuple[EndOfLogIn, ...]:
    return tuple(_reactions)


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


@dataclass(frozen=True, kw_only=True)
class ForeignIdentityArrived(Event):
    """Somebody came with an identity of another State that is linked to nobody: no session."""

    kind = "accounts.foreign-identity.arrived"
    identity: UUID
    idp: str
    level: int
    first: bool


@dataclass(frozen=True, kw_only=True)
class ForeignIdentityLinked(Event):
    """From now on, who comes with this identity is `person`."""

    kind = "accounts.foreign-identity.linked"
    identity: UUID
    person: UUID
    act: str


@dataclass(frozen=True, kw_only=True)
class ForeignIdentityUnlinked(Event):
    """The identity is nobody's again; `sessions` were opened with one of its kind, and closed."""

    kind = "accounts.foreign-identity.unlinked"
    identity: UUID
    person: UUID
    reason: str
    sessions: int
