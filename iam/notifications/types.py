# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words of messages, and what other rooms see of them. Plain values, no Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Channel(StrEnum):
    """The way a message leaves. PEC also reaches ordinary addresses, without proof of delivery."""

    PEC = "pec"


class MessageState(StrEnum):
    """The life of a message that leaves. It only moves towards what receipts prove.

    ESITO_IGNOTO begins before the first byte goes to the provider, and stays if nobody ever
    learns what the provider did: a crash therefore leaves the truth, and no machine sends twice.
    """

    DA_INVIARE = "da-inviare"
    ESITO_IGNOTO = "esito-ignoto"
    INVIATO = "inviato"
    ACCETTATO = "accettato"
    CONSEGNATO = "consegnato"
    NON_ACCETTATO = "non-accettato"
    NON_CONSEGNATO = "non-consegnato"


class RecipientState(StrEnum):
    """What is proven for one recipient. ESTERNO is not a PEC address: it never gives a receipt."""

    IN_ATTESA = "in-attesa"
    CONSEGNATO = "consegnato"
    NON_CONSEGNATO = "non-consegnato"
    ESTERNO = "esterno"


class IncomingState(StrEnum):
    DA_ESAMINARE = "da-esaminare"
    ABBINATO = "abbinato"
    SCARTATO = "scartato"


class ProviderSignature(StrEnum):
    """What the provider's signature is worth. Only VALIDA may change anything."""

    VALIDA = "valida"
    NON_VALIDA = "non-valida"
    ASSENTE = "assente"
    NON_VERIFICABILE = "non-verificabile"


class Outcome(StrEnum):
    """What a room that sent a message is told about it."""

    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient of a message; `at` (UTC) is the legal instant of its delivery or failure."""

    address: str
    state: RecipientState
    at: datetime | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message of the outbox. `about` is the practice that it serves, `kind` why it was sent."""

    id: UUID
    channel: Channel
    kind: str
    about: UUID
    subject: str
    body: str
    state: MessageState
    recipients: tuple[Recipient, ...]
    queued_at: datetime
    sent_at: datetime | None
    accepted_at: datetime | None
    settled_at: datetime | None
    receipts: tuple[ReceiptLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """A receipt as a page shows it; `applied` is false where it changed nothing."""

    kind: str
    at: datetime
    recipient: str
    provider: str
    detail: str
    verdict: ProviderSignature
    applied: bool
    files: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came with a message; `file` is None where it was empty or too large to keep."""

    file: UUID | None
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A message that arrived. `certified` means that a PEC provider signed who sent it and when."""

    id: UUID
    sender: str
    certified: bool
    subject: str
    text: str
    sent_at: datetime
    received_at: datetime
    state: IncomingState
    verdict: ProviderSignature
    about: UUID | None
    attachments: tuple[Attachment, ...]
