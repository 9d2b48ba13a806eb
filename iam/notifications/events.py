# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happens to messages, and how the rooms above hear of it.

A room registers its reactions when the service starts, in `AppConfig.ready`:

    @on_delivery("accreditation.outcome")
    def communicated(message: Message, /, *, at: datetime) -> None: ...

A reaction runs in a job of its own after the receipt was stored. It is repeated until it
succeeds, so it must give the same result twice, and it changes state in an action of its room.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from iam.audit.event import Event
from iam.notifications.types import Incoming, Message, MessageState, Outcome, ProviderSignature


class MessageReaction(Protocol):
    """`at` is the database's instant, in UTC, read by the job."""

    def __call__(self, message: Message, /, *, at: datetime) -> None: ...


class IncomingReaction(Protocol):
    """`at` is the database's instant, in UTC, read by the job."""

    def __call__(self, message: Incoming, /, *, at: datetime) -> None: ...


_on_outcome: dict[tuple[Outcome, str], list[MessageReaction]] = {}
_on_incoming: list[IncomingReaction] = []


def on_delivery(kind: str) -> Callable[[MessageReaction], MessageReaction]:
    """React when every certified recipient of a message of this kind has it."""
    return _registering(Outcome.DELIVERED, kind)


def on_failure(kind: str) -> Callable[[MessageReaction], MessageReaction]:
    """React when a message of this kind was refused, or one recipient will not have it."""
    return _registering(Outcome.FAILED, kind)


def on_incoming(reaction: IncomingReaction) -> IncomingReaction:
    """React to a message that arrived, certified or not: the reaction looks at `certified`."""
    if reaction not in _on_incoming:
        _on_incoming.append(reaction)
    return reaction


def reactions_to(outcome: Outcome, kind: str) -> tuple[MessageReaction, ...]:
    return tuple(_on_outcome.get((outcome, kind), ()))


def reactions_to_incoming() -> tuple[IncomingReaction, ...]:
    return tuple(_on_incoming)


def _registering(outcome: Outcome, kind: str) -> Callable[[MessageReaction], MessageReaction]:
    def register(reaction: MessageReaction) -> MessageReaction:
        known = _on_outcome.setdefault((outcome, kind), [])
        if reaction not in known:
            known.append(reaction)
        return reaction

    return register


@dataclass(frozen=True, kw_only=True)
class MessageQueued(Event):
    """A message was written to the outbox, in the transaction of what it tells."""

    kind = "notifications.message.queued"
    message: UUID
    channel: str
    reason: str
    practice: UUID
    ambito: str
    comune: str
    recipients: int
    attachments: int


@dataclass(frozen=True, kw_only=True)
class MessageAttempted(Event):
    """The message is about to be handed to the provider: from here the outcome may be unknown."""

    kind = "notifications.message.attempted"
    message: UUID
    practice: UUID
    ambito: str
    comune: str
    attempt: int


@dataclass(frozen=True, kw_only=True)
class MessageSent(Event):
    """The provider took the message."""

    kind = "notifications.message.sent"
    message: UUID
    practice: UUID
    ambito: str
    comune: str


@dataclass(frozen=True, kw_only=True)
class MessagePostponed(Event):
    """The provider could not take the message now; it certainly has not taken it."""

    kind = "notifications.message.postponed"
    message: UUID
    practice: UUID
    ambito: str
    comune: str
    answer: str
    next_at: datetime


@dataclass(frozen=True, kw_only=True)
class MessageOutcomeUnknown(Event):
    """The provider never said whether it took the message: receipts will tell, or a person."""

    kind = "notifications.message.outcome-unknown"
    message: UUID
    practice: UUID
    ambito: str
    comune: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class MessageReleased(Event):
    """A person decided that a message of unknown outcome is sent once more."""

    kind = "notifications.message.released"
    message: UUID
    practice: UUID
    ambito: str
    comune: str


@dataclass(frozen=True, kw_only=True)
class MessageAccepted(Event):
    """A signed receipt proves that the sender's provider accepted the message."""

    kind = "notifications.message.accepted"
    message: UUID
    practice: UUID
    ambito: str
    comune: str
    receipt: UUID
    certified_at: datetime


@dataclass(frozen=True, kw_only=True)
class MessageDelivered(Event):
    """A signed receipt proves delivery to one recipient; `complete` when all have it."""

    kind = "notifications.message.delivered"
    message: UUID
    practice: UUID
    ambito: str
    comune: str
    receipt: UUID
    certified_at: datetime
    complete: bool


@dataclass(frozen=True, kw_only=True)
class MessageFailed(Event):
    """The message was refused, or a signed receipt proves that a recipient will not have it.

    `receipt` is absent when the provider refused at once, before any receipt.
    """

    kind = "notifications.message.failed"
    message: UUID
    practice: UUID
    ambito: str
    comune: str
    state: MessageState
    receipt: UUID | None
    fault: str


@dataclass(frozen=True, kw_only=True)
class ReceiptKept(Event):
    """A receipt was kept and changed nothing; `why` says whether that is expected."""

    kind = "notifications.receipt.kept"
    receipt: UUID
    message: UUID | None
    receipt_kind: str
    verdict: ProviderSignature
    why: str


@dataclass(frozen=True, kw_only=True)
class IncomingReceived(Event):
    """A message arrived in the mailbox and was kept as it came."""

    kind = "notifications.incoming.received"
    message: UUID
    certified: bool
    verdict: ProviderSignature
    attachments: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class IncomingRepeated(Event):
    """A message already kept was in the mailbox again, and changed nothing."""

    kind = "notifications.incoming.repeated"
    sha256: str


@dataclass(frozen=True, kw_only=True)
class IncomingMatched(Event):
    """A message that arrived was tied to a practice."""

    kind = "notifications.incoming.matched"
    message: UUID
    practice: UUID


@dataclass(frozen=True, kw_only=True)
class IncomingDiscarded(Event):
    """A person set a message aside."""

    kind = "notifications.incoming.discarded"
    message: UUID
