# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What changes the outbox and the mailbox's record.

Some functions here are steps of another room's action: they ask no permission, since that
action asked its own, and they raise `UnguardedActionError` outside of one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict
from uuid import UUID, uuid4

import psycopg
from django.conf import settings
from django.db import OperationalError
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException

from iam.audit.guard import action, record, refusing, require
from iam.audit.guard.frames import current
from iam.kernel.actor import Actor
from iam.kernel.errors import NotFound
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL, Place
from iam.notifications.errors import (
    IncomingAlreadyExamined,
    MessageAlreadyFetched,
    MessageAlreadyQueued,
    MessageNotDue,
    MessageTooLarge,
    NoRecipient,
    OutcomeStillAwaited,
    RecipientNotUsable,
)
from iam.notifications.events import (
    IncomingDiscarded,
    IncomingMatched,
    IncomingReceived,
    IncomingRepeated,
    MessageAccepted,
    MessageAttempted,
    MessageDelivered,
    MessageFailed,
    MessageOutcomeUnknown,
    MessagePostponed,
    MessageQueued,
    MessageReleased,
    MessageSent,
    ReceiptKept,
)
from iam.notifications.models import (
    FetchedMessage,
    IncomingAttachment,
    IncomingMessage,
    OutboxAttachment,
    OutboxMessage,
    OutboxRecipient,
    RawPart,
    Receipt,
)
from iam.notifications.pec.daticert import Certified, Daticert
from iam.notifications.pec.envelope import Carried, local_part
from iam.notifications.pec.letter import reference_of, write_letter
from iam.notifications.pec.reading import Reading
from iam.notifications.pec.submission import Attempt, Handed
from iam.notifications.types import (
    Channel,
    IncomingState,
    MessageState,
    Outcome,
    ProviderSignature,
    RecipientState,
)
from iam.signatures.actions import keep
from iam.signatures.selectors import stored_file
from iam.signatures.types import MAX_BYTES

ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\\x00-\x1f\x7f]+@[a-z0-9.-]+")
LARGEST_BYTES = 30 * 1024 * 1024
"""What a PEC may carry, before it is written in base64. Source: DM 2-11-2005, technical rules."""

PIECE_BYTES = 16 * 1024 * 1024
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=1)
AWAIT_RECEIPTS = timedelta(minutes=30)
"""How long receipts may still tell an unknown outcome before a person may decide."""

NOT_YET_SETTLED = frozenset(
    {
        MessageState.DA_INVIARE,
        MessageState.ESITO_IGNOTO,
        MessageState.INVIATO,
        MessageState.ACCETTATO,
    }
)


# ---------------------------------------------------------------- steps of other rooms' actions


def send_pec(
    by: Actor,
    *,
    to: str | Sequence[str],
    subject: str,
    body: str,
    attachments: Sequence[UUID] = (),
    dedupe_key: str,
    about: UUID,
    kind: str,
    place: Place = NATIONAL,
    read_with: Permission = Permission.ACCREDITATION_READ,
) -> UUID:
    """Write a PEC to the outbox, in the transaction under way, and return its id.

    It leaves after that transaction commits, and not at all if it rolls back. `attachments`
    are stored files; `kind` is what `on_delivery` and `on_failure` are registered for; the same
    `dedupe_key` never leaves twice; `place` is the territory it concerns and `read_with` the
    permission that opens it there. Raises `MessageAlreadyQueued`, `NoRecipient`,
    `RecipientNotUsable` or `MessageTooLarge`.
    """
    current()
    recipients = _recipients(to)
    _check_size(attachments)
    identifier = uuid4()
    with refusing({"outbox_message_once_per_key": MessageAlreadyQueued()}):
        message = OutboxMessage.objects.create(
            id=identifier,
            channel=Channel.PEC,
            kind=kind,
            about=about,
            ambito=place.ambito,
            comune=place.comune,
            read_with=read_with,
            sender=str(settings.PEC["ADDRESS"]),
            subject=" ".join(subject.split())[:300],
            body=body,
            dedupe_key=dedupe_key,
            reference=reference_of(identifier),
            next_at=by.at,
            queued_at=by.at,
            queued_by=by.id,
        )
    OutboxRecipient.objects.bulk_create(
        OutboxRecipient(message=message, position=position, address=address)
        for position, address in enumerate(recipients)
    )
    OutboxAttachment.objects.bulk_create(
        OutboxAttachment(message=message, position=position, file_id=file)
        for position, file in enumerate(attachments)
    )
    record(
        MessageQueued(
            **_facts(message),
            channel=Channel.PEC,
            reason=kind,
            recipients=len(recipients),
            attachments=len(attachments),
        ),
        by=by,
    )
    _wake_sender(message.pk)
    return message.pk


def send_again(by: Actor, *, message: UUID) -> None:
    """Let a message of unknown outcome leave once more: a person decided, and answers for it.

    A step of another room's action. Raises `MessageNotDue` if the outcome is known,
    `OutcomeStillAwaited` while receipts may still come.
    """
    current()
    row = _locked(message)
    if row.state != MessageState.ESITO_IGNOTO or row.attempted_at is None:
        raise MessageNotDue
    if row.attempted_at + AWAIT_RECEIPTS > by.at:
        raise OutcomeStillAwaited(minutes=int(AWAIT_RECEIPTS.total_seconds() // 60))
    row.state = MessageState.DA_INVIARE
    row.next_at = by.at
    row.save(update_fields=["state", "next_at"])
    record(MessageReleased(**_facts(row)), by=by)
    _wake_sender(row.pk)


def match_incoming(by: Actor, *, message: UUID, about: UUID) -> None:
    """Tie a message that arrived to the practice `about`, as a step of another room's action.

    Raises `IncomingAlreadyExamined`.
    """
    current()
    row = _incoming_locked(message)
    if row.state != IncomingState.DA_ESAMINARE:
        raise IncomingAlreadyExamined
    row.state, row.about = IncomingState.ABBINATO, about
    row.examined_at, row.examined_by = by.at, by.id
    row.save(update_fields=["state", "about", "examined_at", "examined_by"])
    record(IncomingMatched(message=row.pk, practice=about), by=by)


def discard_incoming(by: Actor, *, message: UUID, because: str) -> None:
    """Set a message aside, with the reason, as a step of another room's action.

    Raises `IncomingAlreadyExamined`.
    """
    current()
    row = _incoming_locked(message)
    if row.state != IncomingState.DA_ESAMINARE:
        raise IncomingAlreadyExamined
    row.state, row.discarded_because = IncomingState.SCARTATO, because[:300]
    row.examined_at, row.examined_by = by.at, by.id
    row.save(update_fields=["state", "discarded_because", "examined_at", "examined_by"])
    record(IncomingDiscarded(message=row.pk), by=by)


# ---------------------------------------------------------------- the job that sends


@dataclass(frozen=True, slots=True)
class ReadyLetter:
    """The bytes to hand to the provider, and to whom they go."""

    content: bytes
    recipients: tuple[str, ...]


@action(needs=Permission.PEC_SEND)
def begin_sending(actor: Actor, /, *, message: UUID) -> ReadyLetter:
    """Write down that the message is about to leave, and return what to hand over.

    From here its outcome is unknown until the provider answers: if the process dies, that is
    what the record says, and nothing is sent twice. Raises `MessageNotDue`.
    """
    held = require(actor, Permission.PEC_SEND, on=NATIONAL)
    row = _locked(message)
    if row.state != MessageState.DA_INVIARE or row.next_at > actor.at:
        raise MessageNotDue
    row.state = MessageState.ESITO_IGNOTO
    row.attempts += 1
    row.attempted_at = actor.at
    row.save(update_fields=["state", "attempts", "attempted_at"])
    record(
        MessageAttempted(**_facts(row), attempt=row.attempts),
        by=actor,
        held=held,
    )
    recipients = tuple(row.recipients.values_list("address", flat=True))
    files = [stored_file(sent.file_id) for sent in row.attachments.all()]
    letter = write_letter(
        message=row.pk,
        sender=row.sender,
        recipients=recipients,
        subject=row.subject,
        body=row.body,
        attachments=[Carried(file.name, file.media_type, file.content) for file in files],
        at=row.queued_at,
    )
    return ReadyLetter(content=letter, recipients=recipients)


@action(needs=Permission.PEC_SEND)
def note_attempt(actor: Actor, /, *, message: UUID, attempt: Attempt) -> None:
    """Write down what the provider answered. A receipt that came first is never undone."""
    held = require(actor, Permission.PEC_SEND, on=NATIONAL)
    row = _locked(message)
    row.last_answer = attempt.answer
    overtaken = row.state != MessageState.ESITO_IGNOTO
    match attempt.handed:
        case Handed.SENT:
            row.sent_at = actor.at
            if not overtaken:
                row.state = MessageState.INVIATO
            record(MessageSent(**_facts(row)), by=actor, held=held)
        case Handed.NOT_NOW:
            row.next_at = actor.at + min(FIRST_DELAY * 2 ** min(row.attempts - 1, 6), LONGEST_DELAY)
            if not overtaken:
                row.state = MessageState.DA_INVIARE
            postponed = MessagePostponed(**_facts(row), answer=_code(attempt), next_at=row.next_at)
            record(postponed, by=actor, held=held)
        case Handed.REFUSED:
            if not overtaken:
                _refuse(row, at=actor.at, detail=attempt.answer)
            record(_failed(row, fault=_code(attempt)), by=actor, held=held, outcome=2)
            _tell(row, Outcome.FAILED)
        case Handed.UNKNOWN:
            unknown = MessageOutcomeUnknown(**_facts(row), answer=_code(attempt))
            record(unknown, by=actor, held=held, outcome=2)
    row.save()


# ---------------------------------------------------------------- the job that reads the mailbox


@action(needs=Permission.PEC_RECEIVE)
def receive(actor: Actor, /, *, mailbox: str, uidvalidity: int, uid: int, reading: Reading) -> None:
    """Keep one message of the mailbox and act on it: both in this transaction, and once.

    Raises `MessageAlreadyFetched` if another job was first.
    """
    require(actor, Permission.PEC_RECEIVE, on=NATIONAL)
    repeated = FetchedMessage.objects.filter(sha256=reading.sha256).exists()
    with refusing({"fetched_message_once_per_uid": MessageAlreadyFetched()}):
        fetched = FetchedMessage.objects.create(
            mailbox=mailbox,
            uidvalidity=uidvalidity,
            uid=uid,
            sha256=reading.sha256,
            size=len(reading.raw),
            fetched_at=actor.at,
        )
    if repeated or _counted_already(reading):
        record(IncomingRepeated(sha256=reading.sha256), by=actor)
        return
    _keep_raw(fetched, reading, at=actor.at)
    if reading.envelope.is_receipt:
        _receive_receipt(actor, fetched, reading)
    else:
        _receive_message(actor, fetched, reading)
    if reading.verdict is ProviderSignature.NON_VERIFICABILE:
        _defer("notifications.verify_again", fetched=str(fetched.pk))


@action(needs=Permission.PEC_RECEIVE)
def receive_again(actor: Actor, /, *, fetched: int, reading: Reading) -> None:
    """Act on a message whose signature could not be checked when it came, now that it can.

    Raises `MessageAlreadyFetched` if that was done already.
    """
    require(actor, Permission.PEC_RECEIVE, on=NATIONAL)
    unchecked = {"fetched": fetched, "verdict": ProviderSignature.NON_VERIFICABILE.value}
    receipt = Receipt.objects.select_for_update().filter(**unchecked).first()
    message = IncomingMessage.objects.select_for_update().filter(**unchecked).first()
    if _counted_already(reading) or reading.envelope.is_receipt is not (receipt is not None):
        record(IncomingRepeated(sha256=reading.sha256), by=actor)
    elif receipt is not None:
        _fill_receipt(receipt, reading, at=receipt.at)
        receipt.save()
        _believe(actor, receipt, reading)
    elif message is not None:
        _fill_incoming(message, reading)
        message.save()
        _announce(actor, message)
    else:
        raise MessageAlreadyFetched


def _counted_already(reading: Reading) -> bool:
    """Whether what this message certifies was received before, in other outer headers."""
    certified = reading.envelope.daticert
    if certified is None or not reading.is_certified:
        return False
    if reading.envelope.is_receipt:
        return Receipt.objects.filter(
            verdict=ProviderSignature.VALIDA,
            identificativo=certified.identificativo,
            kind=certified.certifies,
            recipient=certified.delivered_to,
            last_word=certified.is_last_word,
        ).exists()
    return IncomingMessage.objects.filter(
        verdict=ProviderSignature.VALIDA, identificativo=certified.identificativo
    ).exists()


def _keep_raw(fetched: FetchedMessage, reading: Reading, *, at: datetime) -> None:
    """Keep the message as it came: what a court would want to see, signature included."""
    for position, start in enumerate(range(0, len(reading.raw), PIECE_BYTES)):
        piece = reading.raw[start : start + PIECE_BYTES]
        name = f"messaggio-{fetched.uid}-{position}.eml"
        file = keep(piece, name=name, media_type="message/rfc822", at=at)
        RawPart.objects.create(fetched=fetched, position=position, file=file)


# ---------------------------------------------------------------- receipts


def _receive_receipt(actor: Actor, fetched: FetchedMessage, reading: Reading) -> None:
    receipt = Receipt(fetched=fetched)
    _fill_receipt(receipt, reading, at=actor.at)
    receipt.save(force_insert=True)
    _believe(actor, receipt, reading)


def _fill_receipt(receipt: Receipt, reading: Reading, *, at: datetime) -> None:
    certified = reading.envelope.daticert
    receipt.message = _message_of(certified) if certified is not None else None
    receipt.kind = certified.certifies if certified else ""
    receipt.identificativo = certified.identificativo[:300] if certified else ""
    receipt.recipient = certified.delivered_to[:254] if certified else ""
    receipt.last_word = certified.is_last_word if certified else False
    receipt.msgid = certified.msgid[:500] if certified else ""
    receipt.provider = certified.provider[:200] if certified else ""
    receipt.fault = certified.fault if certified else ""
    receipt.detail = (certified.detail if certified else reading.envelope.problem)[:500]
    receipt.at = certified.at if certified else at
    receipt.verdict = reading.verdict
    receipt.verdict_detail = reading.verdict_detail[:100]


def _believe(actor: Actor, receipt: Receipt, reading: Reading) -> None:
    """Let a receipt move its message, if a provider signed it and it is about one of ours."""
    message, certified = receipt.message, reading.envelope.daticert
    why = _why_it_counts_for_nothing(reading, message)
    if why or certified is None or message is None:
        _record_kept(actor, receipt, why=why)
        return
    before = MessageState(message.state)
    receipt.applied = _apply(actor, message, receipt, certified)
    receipt.save(update_fields=["applied"])
    if not receipt.applied:
        _record_kept(actor, receipt, why="nulla da cambiare")
    _tell_if_settled(message, before=before)


def _why_it_counts_for_nothing(reading: Reading, message: OutboxMessage | None) -> str:
    certified = reading.envelope.daticert
    if reading.verdict is not ProviderSignature.VALIDA:
        return "firma del gestore non valida"
    if certified is None or reading.envelope.problem:
        return "dati di certificazione non leggibili"
    if message is None:
        return "nessun messaggio nostro"
    if certified.sender and certified.sender != message.sender.lower():
        return "mittente diverso dal nostro"
    return ""


def _message_of(certified: Daticert) -> OutboxMessage | None:
    """Return our message, by the local part of its Message-ID: the domain may be rewritten."""
    return (
        OutboxMessage.objects.select_for_update()
        .filter(reference=local_part(certified.msgid))
        .first()
    )


def _apply(actor: Actor, message: OutboxMessage, receipt: Receipt, certified: Daticert) -> bool:
    """Move the message towards what the receipt proves; return whether anything changed."""
    match certified.certifies:
        case Certified.ACCETTAZIONE:
            return _accept(actor, message, receipt, certified)
        case Certified.AVVENUTA_CONSEGNA:
            return _deliver(actor, message, receipt, certified)
        case Certified.NON_ACCETTAZIONE:
            return _reject(actor, message, receipt, certified)
        case Certified.ERRORE_CONSEGNA | Certified.RILEVAZIONE_VIRUS:
            return _fail(actor, message, receipt, certified)
        case Certified.PREAVVISO_ERRORE_CONSEGNA if certified.is_last_word:
            return _fail(actor, message, receipt, certified)
        case _:
            return False


def _accept(actor: Actor, message: OutboxMessage, receipt: Receipt, certified: Daticert) -> bool:
    external = [to.address for to in certified.addressees if not to.certified]
    message.recipients.filter(address__in=external, state=RecipientState.IN_ATTESA).update(
        state=RecipientState.ESTERNO, at=certified.at
    )
    if message.accepted_at is not None:
        return False
    message.accepted_at = certified.at
    _left(message)
    if MessageState(message.state) in NOT_YET_SETTLED:
        message.state = MessageState.ACCETTATO
    message.save()
    accepted = MessageAccepted(
        **_facts(message),
        receipt=receipt.pk,
        certified_at=certified.at,
    )
    record(accepted, by=actor)
    _settle(message, at=certified.at)
    return True


def _deliver(actor: Actor, message: OutboxMessage, receipt: Receipt, certified: Daticert) -> bool:
    """Delivery is the strongest proof: it corrects an earlier warning, and nothing undoes it."""
    changed = (
        message.recipients.filter(address=_delivered_to(certified))
        .exclude(state=RecipientState.CONSEGNATO)
        .update(state=RecipientState.CONSEGNATO, at=certified.at, detail="")
    )
    if not changed:
        return False
    _left(message)
    _settle(message, at=certified.at)
    delivered = MessageDelivered(
        **_facts(message),
        receipt=receipt.pk,
        certified_at=certified.at,
        complete=message.state == MessageState.CONSEGNATO,
    )
    record(delivered, by=actor)
    return True


def _delivered_to(certified: Daticert) -> str:
    """Return the mailbox of a delivery; without one, the only recipient of the message."""
    return certified.about[0] if len(certified.about) == 1 else ""


def _reject(actor: Actor, message: OutboxMessage, receipt: Receipt, certified: Daticert) -> bool:
    if MessageState(message.state) not in NOT_YET_SETTLED - {MessageState.ACCETTATO}:
        return False
    _left(message)
    _refuse(message, at=certified.at, detail=certified.detail)
    message.save()
    record(_failed(message, fault=certified.fault, receipt=receipt.pk), by=actor)
    return True


def _fail(actor: Actor, message: OutboxMessage, receipt: Receipt, certified: Daticert) -> bool:
    changed = message.recipients.filter(
        address__in=certified.about, state=RecipientState.IN_ATTESA
    ).update(state=RecipientState.NON_CONSEGNATO, at=certified.at, detail=certified.detail[:500])
    if not changed:
        return False
    _left(message)
    _settle(message, at=certified.at)
    record(_failed(message, fault=certified.fault, receipt=receipt.pk), by=actor)
    return True


def _settle(message: OutboxMessage, *, at: datetime) -> None:
    """Draw the state of the message from those of its recipients."""
    states = set(message.recipients.values_list("state", flat=True))
    if RecipientState.NON_CONSEGNATO in states:
        message.state, message.settled_at = MessageState.NON_CONSEGNATO, message.settled_at or at
    elif RecipientState.CONSEGNATO in states and RecipientState.IN_ATTESA not in states:
        message.state, message.settled_at = MessageState.CONSEGNATO, at
    elif MessageState(message.state) in NOT_YET_SETTLED and (
        message.accepted_at is not None or RecipientState.CONSEGNATO in states
    ):
        message.state = MessageState.ACCETTATO
    message.save()


def _left(message: OutboxMessage) -> None:
    """A receipt proves that the message left, even if no answer to our attempt ever came."""
    message.attempts = max(message.attempts, 1)
    message.attempted_at = message.attempted_at or message.queued_at
    message.sent_at = message.sent_at or message.attempted_at


def _refuse(message: OutboxMessage, *, at: datetime, detail: str) -> None:
    message.state, message.settled_at = MessageState.NON_ACCETTATO, at
    message.recipients.filter(state=RecipientState.IN_ATTESA).update(
        state=RecipientState.NON_CONSEGNATO, at=at, detail=detail[:500]
    )


def _failed(message: OutboxMessage, *, fault: str, receipt: UUID | None = None) -> MessageFailed:
    return MessageFailed(
        **_facts(message),
        state=MessageState(message.state),
        receipt=receipt,
        fault=fault,
    )


def _record_kept(actor: Actor, receipt: Receipt, *, why: str) -> None:
    kept = ReceiptKept(
        receipt=receipt.pk,
        message=receipt.message_id,
        receipt_kind=receipt.kind,
        verdict=ProviderSignature(receipt.verdict),
        why=why,
    )
    record(kept, by=actor, outcome=0 if receipt.verdict == ProviderSignature.VALIDA else 2)


def _tell_if_settled(message: OutboxMessage, *, before: MessageState) -> None:
    if message.state == before:
        return
    if message.state == MessageState.CONSEGNATO:
        _tell(message, Outcome.DELIVERED)
    elif message.state in {MessageState.NON_CONSEGNATO, MessageState.NON_ACCETTATO}:
        _tell(message, Outcome.FAILED)


# ---------------------------------------------------------------- messages for people


def _receive_message(actor: Actor, fetched: FetchedMessage, reading: Reading) -> None:
    letter = reading.envelope.original
    message = IncomingMessage(
        fetched=fetched,
        subject=(letter.subject if letter else "")[:300],
        text=letter.text if letter else "",
        message_id=(letter.message_id if letter else "")[:500],
        received_at=actor.at,
    )
    _fill_incoming(message, reading)
    message.save(force_insert=True)
    for position, carried in enumerate(letter.attachments if letter else ()):
        _keep_attachment(message, position, carried, at=actor.at)
    _announce(actor, message)


def _fill_incoming(message: IncomingMessage, reading: Reading) -> None:
    """Say who sent it: the provider's word where it is signed, a claim where it is not."""
    envelope, certified = reading.envelope, reading.envelope.daticert
    trusted = certified is not None and reading.is_certified and _is_for(message.fetched, certified)
    claimed = envelope.original.sender if envelope.original else ""
    message.sender = (certified.sender if certified is not None else claimed)[:254]
    message.certified = trusted
    message.transport = envelope.transport
    message.identificativo = certified.identificativo[:300] if certified else ""
    message.sent_at = certified.at if certified is not None and trusted else message.received_at
    message.verdict = reading.verdict
    message.verdict_detail = (envelope.problem or reading.verdict_detail)[:100]


def _announce(actor: Actor, message: IncomingMessage) -> None:
    received = IncomingReceived(
        message=message.pk,
        certified=message.certified,
        verdict=ProviderSignature(message.verdict),
        attachments=message.attachments.count(),
        sha256=message.fetched.sha256,
    )
    record(received, by=actor)
    _defer("notifications.react_to_incoming", message=str(message.pk))


def _is_for(fetched: FetchedMessage, certified: Daticert) -> bool:
    """Whether the mailbox is among the recipients: a true envelope may be sent on by anybody."""
    return fetched.mailbox.lower() in {to.address for to in certified.addressees}


def _keep_attachment(
    message: IncomingMessage, position: int, carried: Carried, *, at: datetime
) -> None:
    keepable = 0 < len(carried.content) <= MAX_BYTES
    name = carried.name or f"allegato-{position + 1}"
    IncomingAttachment.objects.create(
        message=message,
        position=position,
        name=name,
        media_type=carried.media_type[:100],
        size=len(carried.content),
        file=keep(carried.content, name=name, media_type=carried.media_type, at=at)
        if keepable
        else None,
    )


# ---------------------------------------------------------------- small steps


class _Facts(TypedDict):
    message: UUID
    practice: UUID
    ambito: str
    comune: str


def _facts(message: OutboxMessage) -> _Facts:
    """Return what every event on a message says, so that its territory finds it."""
    return _Facts(
        message=message.pk,
        practice=message.about,
        ambito=message.ambito,
        comune=message.comune,
    )


def _recipients(to: str | Sequence[str]) -> tuple[str, ...]:
    given = (to,) if isinstance(to, str) else tuple(to)
    found = tuple(dict.fromkeys(address.strip().lower() for address in given if address.strip()))
    if not found:
        raise NoRecipient
    if not all(ADDRESS.fullmatch(address) for address in found):
        raise RecipientNotUsable
    return found


def _check_size(attachments: Sequence[UUID]) -> None:
    if sum(stored_file(file).size for file in attachments) > LARGEST_BYTES:
        raise MessageTooLarge(megabytes=LARGEST_BYTES // 1024 // 1024)


def _locked(message: UUID) -> OutboxMessage:
    row = OutboxMessage.objects.select_for_update().filter(pk=message).first()
    if row is None:
        raise NotFound
    return row


def _incoming_locked(message: UUID) -> IncomingMessage:
    row = IncomingMessage.objects.select_for_update().filter(pk=message).first()
    if row is None:
        raise NotFound
    return row


def _code(attempt: Attempt) -> str:
    """Return the first word of an answer: the rest may repeat an address."""
    return attempt.answer.split(" ", 1)[0]


def _wake_sender(message: UUID) -> None:
    _defer("notifications.send", message=str(message))


def _tell(message: OutboxMessage, outcome: Outcome) -> None:
    _defer("notifications.react_to_outcome", message=str(message.pk), outcome=outcome.value)


def _defer(task: str, **arguments: str) -> None:
    """Queue a job in the transaction under way: a rollback leaves none.

    Raises `OperationalError` if the database is gone, as every other write does.
    """
    try:
        app.configure_task(task).defer(**arguments)
    except ConnectorException as fault:
        if isinstance(fault.__cause__, psycopg.OperationalError | psycopg.InterfaceError):
            raise OperationalError from fault
        raise
