# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may be read of the messages."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from iam.kernel.actor import Actor
from iam.kernel.errors import NotFound
from iam.kernel.law import allows
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL, Place, ambito, comune
from iam.notifications.models import (
    FetchedMessage,
    IncomingMessage,
    OutboxMessage,
    RawPart,
    Receipt,
)
from iam.notifications.types import (
    Attachment,
    Channel,
    Incoming,
    IncomingState,
    Message,
    MessageState,
    ProviderSignature,
    ReceiptLine,
    Recipient,
    RecipientState,
)
from iam.signatures.selectors import stored_file

MOST_ROWS = 200


# ---------------------------------------------------------------- for persons


def messages_about(actor: Actor, about: UUID) -> tuple[Message, ...]:
    """Return the messages sent for the practice `about`, newest first, with their receipts.

    None for an actor whom the law does not let read there.
    """
    rows = _outbox().filter(about=about)[:MOST_ROWS]
    return tuple(_message(row) for row in rows if _may_read(actor, row))


def incoming_about(actor: Actor, about: UUID, *, place: Place) -> tuple[Incoming, ...]:
    """Return the messages tied to the practice `about`, which is of `place`; newest first."""
    if not allows(actor, Permission.ACCREDITATION_READ, on=place):
        return ()
    return tuple(_incoming(row) for row in _inbox().filter(about=about)[:MOST_ROWS])


def incoming_to_examine(actor: Actor) -> tuple[Incoming, ...]:
    """Return what arrived and no room could tie to a practice, newest first.

    Only who reviews accreditations for the whole country sees them.
    """
    if not allows(actor, Permission.ACCREDITATION_REVIEW, on=NATIONAL):
        return ()
    waiting = _inbox().filter(state=IncomingState.DA_ESAMINARE.value)
    return tuple(_incoming(row) for row in waiting[:MOST_ROWS])


# ---------------------------------------------------------------- for the jobs of this room


def message(identifier: UUID) -> Message:
    """Return a message, for a job or a room that has already asked the law. Raises `NotFound`."""
    row = _outbox().filter(pk=identifier).first()
    if row is None:
        raise NotFound
    return _message(row)


def incoming(identifier: UUID) -> Incoming:
    """Return what arrived, for a job or a room that has already asked the law."""
    row = _inbox().filter(pk=identifier).first()
    if row is None:
        raise NotFound
    return _incoming(row)


def is_due(identifier: UUID, *, at: datetime) -> bool:
    return _due(at).filter(pk=identifier).exists()


def due_messages(*, at: datetime) -> tuple[UUID, ...]:
    """Return the messages whose attempt may begin at `at`, the oldest first."""
    return tuple(_due(at).order_by("next_at").values_list("pk", flat=True)[:MOST_ROWS])


def last_uid(*, mailbox: str, uidvalidity: int) -> int:
    """Return the highest UID already taken: a mailbox never gives a lower one to a new message."""
    taken = FetchedMessage.objects.filter(mailbox=mailbox, uidvalidity=uidvalidity)
    return int(taken.aggregate(last=Max("uid"))["last"] or 0)


def raw_of_unchecked(fetched: int) -> bytes | None:
    """Return a message as it came, if its signature could not be checked then; else None."""
    unchecked = Q(verdict=ProviderSignature.NON_VERIFICABILE.value, fetched=fetched)
    waiting = Receipt.objects.filter(unchecked).exists()
    if not waiting and not IncomingMessage.objects.filter(unchecked).exists():
        return None
    parts = RawPart.objects.filter(fetched=fetched).order_by("position")
    return b"".join(stored_file(part.file_id).content for part in parts)


# ---------------------------------------------------------------- rows into values


def _due(at: datetime) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(state=MessageState.DA_INVIARE.value, next_at__lte=at)


def _outbox() -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.prefetch_related("recipients", "receipts__fetched__parts")


def _inbox() -> QuerySet[IncomingMessage]:
    return IncomingMessage.objects.prefetch_related("attachments")


def _may_read(actor: Actor, row: OutboxMessage) -> bool:
    return allows(actor, Permission(row.read_with), on=_place(row))


def _place(row: OutboxMessage) -> Place:
    if row.comune:
        return comune(row.comune, in_ambito=row.ambito)
    return ambito(row.ambito) if row.ambito else NATIONAL


def _message(row: OutboxMessage) -> Message:
    return Message(
        id=row.pk,
        channel=Channel(row.channel),
        kind=row.kind,
        about=row.about,
        subject=row.subject,
        body=row.body,
        state=MessageState(row.state),
        recipients=tuple(
            Recipient(to.address, RecipientState(to.state), to.at, to.detail)
            for to in row.recipients.all()
        ),
        queued_at=row.queued_at,
        sent_at=row.sent_at,
        accepted_at=row.accepted_at,
        settled_at=row.settled_at,
        receipts=tuple(_receipt(receipt) for receipt in row.receipts.all()),
    )


def _receipt(row: Receipt) -> ReceiptLine:
    return ReceiptLine(
        kind=row.kind,
        at=row.at,
        recipient=row.recipient,
        provider=row.provider,
        detail=row.detail,
        verdict=ProviderSignature(row.verdict),
        applied=row.applied,
        files=tuple(part.file_id for part in row.fetched.parts.all()),
    )


def _incoming(row: IncomingMessage) -> Incoming:
    return Incoming(
        id=row.pk,
        sender=row.sender,
        certified=row.certified,
        subject=row.subject,
        text=row.text,
        sent_at=row.sent_at,
        received_at=row.received_at,
        state=IncomingState(row.state),
        verdict=ProviderSignature(row.verdict),
        about=row.about,
        attachments=tuple(
            Attachment(
                file=kept.file_id, name=kept.name, media_type=kept.media_type, size=kept.size
            )
            for kept in row.attachments.all()
        ),
    )
