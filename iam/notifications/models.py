# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The outbox, its receipts, and what arrived. Messages are kept, never edited or deleted."""

from __future__ import annotations

from enum import StrEnum
from uuid import uuid4

from django.db import models
from django.db.models import Q

from iam.notifications.pec.daticert import RECEIPTS
from iam.notifications.types import (
    Channel,
    IncomingState,
    MessageState,
    ProviderSignature,
    RecipientState,
)


def _choices(words: type[StrEnum]) -> list[str]:
    return [word.value for word in words]


class OutboxMessage(models.Model):
    """A message to the outside, written in the transaction of what it tells.

    `reference` is the local part of its Message-ID: receipts are matched on it.
    `next_at` is when the next attempt may begin, while it is still to be sent. `ambito` and
    `comune` say which territory it concerns (none: the country), and `read_with` is the
    permission that opens it to a person there.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    channel = models.CharField(max_length=10)
    kind = models.CharField(max_length=80)
    about = models.UUIDField()
    ambito = models.CharField(max_length=40, blank=True)
    comune = models.CharField(max_length=4, blank=True)
    read_with = models.CharField(max_length=60)
    sender = models.CharField(max_length=254)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    dedupe_key = models.CharField(max_length=200)
    reference = models.CharField(max_length=100)
    state = models.CharField(max_length=20, default=MessageState.DA_INVIARE.value)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    queued_at = models.DateTimeField()
    queued_by = models.UUIDField()
    attempted_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    last_answer = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = "messaggio in uscita"
        verbose_name_plural = "messaggi in uscita"
        ordering = ("-queued_at", "pk")
        indexes = [
            models.Index(fields=["about", "-queued_at"], name="outbox_message_about"),
            models.Index(
                fields=["next_at"],
                name="outbox_message_due",
                condition=Q(state=MessageState.DA_INVIARE.value),
            ),
        ]
        constraints = [
            models.UniqueConstraint(name="outbox_message_once_per_key", fields=["dedupe_key"]),
            models.UniqueConstraint(name="outbox_message_has_own_reference", fields=["reference"]),
            models.CheckConstraint(
                name="outbox_message_state_is_known",
                condition=Q(state__in=_choices(MessageState)),
            ),
            models.CheckConstraint(
                name="outbox_message_channel_is_known",
                condition=Q(channel__in=_choices(Channel)),
            ),
            models.CheckConstraint(
                name="outbox_message_left_after_an_attempt",
                condition=Q(state=MessageState.DA_INVIARE.value)
                | Q(attempts__gt=0, attempted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="outbox_message_settled_has_its_instant",
                condition=Q(
                    state__in=[
                        MessageState.CONSEGNATO.value,
                        MessageState.NON_ACCETTATO.value,
                        MessageState.NON_CONSEGNATO.value,
                    ],
                    settled_at__isnull=False,
                )
                | Q(
                    state__in=[
                        MessageState.DA_INVIARE.value,
                        MessageState.ESITO_IGNOTO.value,
                        MessageState.INVIATO.value,
                        MessageState.ACCETTATO.value,
                    ],
                    settled_at__isnull=True,
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class OutboxRecipient(models.Model):
    """One recipient of a message and what is proven for it; `at` is the provider's instant."""

    message = models.ForeignKey(OutboxMessage, on_delete=models.PROTECT, related_name="recipients")
    position = models.PositiveSmallIntegerField()
    address = models.CharField(max_length=254)
    state = models.CharField(max_length=20, default=RecipientState.IN_ATTESA.value)
    at = models.DateTimeField(null=True, blank=True)
    detail = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = "destinatario"
        verbose_name_plural = "destinatari"
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(
                name="outbox_recipient_once_per_message", fields=["message", "address"]
            ),
            models.CheckConstraint(
                name="outbox_recipient_state_is_known",
                condition=Q(state__in=_choices(RecipientState)),
            ),
            models.CheckConstraint(
                name="outbox_recipient_settled_has_its_instant",
                condition=Q(state=RecipientState.IN_ATTESA.value) | Q(at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.position}"


class OutboxAttachment(models.Model):
    """A stored file that leaves with a message, under the name that the recipient sees."""

    message = models.ForeignKey(OutboxMessage, on_delete=models.PROTECT, related_name="attachments")
    position = models.PositiveSmallIntegerField()
    file = models.ForeignKey("signatures.StoredFile", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "allegato in uscita"
        verbose_name_plural = "allegati in uscita"
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(
                name="outbox_attachment_once_per_message", fields=["message", "file"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.position}"


class FetchedMessage(models.Model):
    """A message of the mailbox, taken once. Its row and its effects are one transaction.

    `sha256` is of the whole message as it came; `size` is in bytes.
    """

    mailbox = models.CharField(max_length=254)
    uidvalidity = models.BigIntegerField()
    uid = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    fetched_at = models.DateTimeField()

    class Meta:
        verbose_name = "messaggio letto dalla casella"
        verbose_name_plural = "messaggi letti dalla casella"
        ordering = ("-pk",)
        indexes = [models.Index(fields=["sha256"], name="fetched_message_by_digest")]
        constraints = [
            models.UniqueConstraint(
                name="fetched_message_once_per_uid", fields=["mailbox", "uidvalidity", "uid"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.uidvalidity}/{self.uid}"


class RawPart(models.Model):
    """A piece of a fetched message as it came: a PEC may be larger than one stored file."""

    fetched = models.ForeignKey(FetchedMessage, on_delete=models.PROTECT, related_name="parts")
    position = models.PositiveSmallIntegerField()
    file = models.ForeignKey("signatures.StoredFile", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "parte del messaggio originale"
        verbose_name_plural = "parti del messaggio originale"
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(name="raw_part_once", fields=["fetched", "position"]),
        ]

    def __str__(self) -> str:
        return f"{self.fetched_id} {self.position}"


class Receipt(models.Model):
    """A receipt of a provider, or what claims to be one. `at` is the certified instant.

    A forged receipt must not stand in the way of the true one, so only receipts with a valid
    signature are unique by what they say. `last_word` tells the second warning of missed
    delivery (24 hours) from the first (12 hours): all else is the same in both.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    fetched = models.OneToOneField(FetchedMessage, on_delete=models.PROTECT, related_name="receipt")
    message = models.ForeignKey(
        OutboxMessage, on_delete=models.PROTECT, null=True, blank=True, related_name="receipts"
    )
    kind = models.CharField(max_length=40)
    identificativo = models.CharField(max_length=300)
    recipient = models.CharField(max_length=254, blank=True)
    last_word = models.BooleanField(default=False)
    msgid = models.CharField(max_length=500, blank=True)
    provider = models.CharField(max_length=200, blank=True)
    fault = models.CharField(max_length=20, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    verdict = models.CharField(max_length=20)
    verdict_detail = models.CharField(max_length=100, blank=True)
    applied = models.BooleanField(default=False)

    class Meta:
        verbose_name = "ricevuta"
        verbose_name_plural = "ricevute"
        ordering = ("at", "fetched_id")
        constraints = [
            models.UniqueConstraint(
                name="receipt_counts_once",
                fields=["identificativo", "kind", "recipient", "last_word"],
                condition=Q(verdict=ProviderSignature.VALIDA.value) & ~Q(identificativo=""),
            ),
            models.CheckConstraint(
                name="receipt_kind_is_known",
                condition=Q(kind__in=["", *sorted(kind.value for kind in RECEIPTS)]),
            ),
            models.CheckConstraint(
                name="receipt_verdict_is_known",
                condition=Q(verdict__in=_choices(ProviderSignature)),
            ),
            models.CheckConstraint(
                name="receipt_applied_only_if_signed",
                condition=Q(applied=False)
                | Q(verdict=ProviderSignature.VALIDA.value, message__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class IncomingMessage(models.Model):
    """A message for the service. `sender` is certified only if `certified`; else it is a claim.

    `sent_at` is the provider's instant where certified, else the instant it was fetched.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    fetched = models.OneToOneField(
        FetchedMessage, on_delete=models.PROTECT, related_name="incoming"
    )
    sender = models.CharField(max_length=254)
    certified = models.BooleanField()
    transport = models.CharField(max_length=20, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    identificativo = models.CharField(max_length=300, blank=True)
    message_id = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField()
    verdict = models.CharField(max_length=20)
    verdict_detail = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=20, default=IncomingState.DA_ESAMINARE.value)
    about = models.UUIDField(null=True, blank=True)
    examined_at = models.DateTimeField(null=True, blank=True)
    examined_by = models.UUIDField(null=True, blank=True)
    discarded_because = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "messaggio in arrivo"
        verbose_name_plural = "messaggi in arrivo"
        ordering = ("-received_at", "pk")
        indexes = [
            models.Index(fields=["about", "-received_at"], name="incoming_message_about"),
            models.Index(
                fields=["-received_at"],
                name="incoming_message_waiting",
                condition=Q(state=IncomingState.DA_ESAMINARE.value),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="incoming_message_counts_once",
                fields=["identificativo"],
                condition=Q(verdict=ProviderSignature.VALIDA.value) & ~Q(identificativo=""),
            ),
            models.CheckConstraint(
                name="incoming_message_state_is_known",
                condition=Q(state__in=_choices(IncomingState)),
            ),
            models.CheckConstraint(
                name="incoming_message_verdict_is_known",
                condition=Q(verdict__in=_choices(ProviderSignature)),
            ),
            models.CheckConstraint(
                name="incoming_message_certified_only_if_signed",
                condition=Q(certified=False) | Q(verdict=ProviderSignature.VALIDA.value),
            ),
            models.CheckConstraint(
                name="incoming_message_matched_has_its_practice",
                condition=~Q(state=IncomingState.ABBINATO.value) | Q(about__isnull=False),
            ),
            models.CheckConstraint(
                name="incoming_message_discarded_says_why",
                condition=~Q(state=IncomingState.SCARTATO.value) | ~Q(discarded_because=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class IncomingAttachment(models.Model):
    """A file that came with a message. Without `file` it was empty or too large to keep apart."""

    message = models.ForeignKey(
        IncomingMessage, on_delete=models.PROTECT, related_name="attachments"
    )
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    file = models.ForeignKey(
        "signatures.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "allegato in arrivo"
        verbose_name_plural = "allegati in arrivo"
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(
                name="incoming_attachment_once", fields=["message", "position"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.position}"
