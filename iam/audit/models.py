# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tables of the log. Triggers of migration 0001 keep them append-only, for the owner too."""

from typing import Any

from auditlog.models import AbstractLogEntry
from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Cast, Length, Now
from django.db.models.lookups import Exact

from iam.kernel.actor import Actor

CURRENT_TRANSACTION = Cast(
    Cast(models.Func(function="pg_current_xact_id"), models.TextField()), models.BigIntegerField()
)
"""PostgreSQL's 64-bit transaction number as a number: its text sorts wrongly at a new digit."""


class Outcome(models.IntegerChoices):
    DONE = 0, "riuscito"
    REFUSED = 1, "rifiutato"
    FAILED = 2, "errore"


class AuditEvent(models.Model):
    """One fact. The columns serve searches; `body` is what is proven, and repeats them."""

    id = models.BigAutoField(primary_key=True)
    log_epoch = models.IntegerField(db_default=1)
    xid = models.BigIntegerField(db_default=CURRENT_TRANSACTION)
    at = models.DateTimeField()
    kind = models.TextField()
    outcome = models.SmallIntegerField(choices=Outcome.choices, default=Outcome.DONE)
    actor = models.UUIDField(null=True)
    actor_kind = models.TextField(default="", blank=True)
    role = models.TextField(default="", blank=True)
    acting_grant = models.UUIDField(null=True)
    ambito = models.TextField(default="", blank=True)
    comune = models.TextField(default="", blank=True)
    ente = models.TextField(default="", blank=True)
    person = models.UUIDField(null=True)
    subject = models.BinaryField(null=True)
    client = models.TextField(default="", blank=True)
    purpose = models.TextField(default="", blank=True)
    practice = models.TextField(default="", blank=True)
    request_id = models.TextField(default="", blank=True)
    address = models.TextField(default="", blank=True)
    body = models.BinaryField()
    leaf = models.BinaryField()

    class Meta:
        db_table = "audit_event"
        ordering = ("-id",)
        indexes = (
            models.Index("log_epoch", "xid", "id", name="audit_event_order"),
            models.Index(
                "subject",
                models.F("id").desc(),
                name="audit_event_subject",
                condition=models.Q(subject__isnull=False),
            ),
            models.Index("actor", models.F("id").desc(), name="audit_event_actor"),
            models.Index(
                "person",
                models.F("id").desc(),
                name="audit_event_person",
                condition=models.Q(person__isnull=False),
            ),
            models.Index(
                "ambito",
                models.F("id").desc(),
                name="audit_event_ambito",
                condition=models.Q(subject__isnull=True) & ~models.Q(ambito=""),
            ),
            models.Index(
                "comune",
                models.F("id").desc(),
                name="audit_event_refused",
                condition=~models.Q(outcome=0),
            ),
            BrinIndex("at", name="audit_event_at"),
        )
        constraints = (
            models.CheckConstraint(
                name="audit_event_leaf_is_sha256",
                condition=Exact(Length("leaf"), 32),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class LogEpoch(models.Model):
    """A database cluster the log has lived in: transaction numbers start again in the next one."""

    epoch = models.IntegerField(primary_key=True)
    cluster = models.TextField()
    opened_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "audit_epoch"

    def __str__(self) -> str:
        return str(self.epoch)


class Tile(models.Model):
    """Up to 256 hashes of one level, the left ones first; it only grows to the right."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        db_table = "audit_tile"

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class Batch(models.Model):
    """What the sequencer appended at once: whole transactions, `xid_from` to `xid_to` included."""

    first_leaf = models.BigIntegerField(primary_key=True)
    n = models.IntegerField()
    log_epoch = models.IntegerField()
    xid_from = models.BigIntegerField()
    xid_to = models.BigIntegerField()
    root = models.BinaryField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "audit_batch"
        constraints = (
            models.CheckConstraint(name="audit_batch_is_not_empty", condition=models.Q(n__gt=0)),
            models.UniqueConstraint("log_epoch", "xid_to", name="audit_batch_follows_the_order"),
        )

    def __str__(self) -> str:
        return f"{self.first_leaf}+{self.n}"


class Checkpoint(models.Model):
    """A signed note on the tree of `size` leaves. Source: C2SP tlog-checkpoint."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "audit_checkpoint"

    def __str__(self) -> str:
        return str(self.size)


class Cosignature(models.Model):
    """A witness's signature line on a checkpoint. Source: C2SP tlog-cosignature."""

    pk = models.CompositePrimaryKey("size", "witness")
    size = models.BigIntegerField()
    witness = models.TextField()
    line = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "audit_cosignature"

    def __str__(self) -> str:
        return f"{self.size} {self.witness}"


class Change(AbstractLogEntry):  # type: ignore[misc]  # django-auditlog has no types
    """One change of an administrative record, as django-auditlog sees it.

    Nothing that is deleted elsewhere may take its history away: the two references
    are not enforced, and their meaning is kept in text beside them.
    """

    content_type = models.ForeignKey(
        "contenttypes.ContentType",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        blank=True,
        null=True,
        related_name="+",
    )
    model = models.TextField(default="")
    actor_id_text = models.TextField(default="", blank=True)

    class Meta(AbstractLogEntry.Meta):  # type: ignore[misc]  # django-auditlog has no types
        abstract = False
        db_table = "audit_change"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Say who acts from the action under way, and keep what a record calls itself out of it."""
        from iam.audit.history.mirror import acting

        who = acting()
        if isinstance(who, Actor) and who.kind == "person":
            self.actor_id = who.id
        self.cid = who.request_id if who else None
        self.model = self.content_type.model_class()._meta.label_lower
        self.actor_id_text = "" if self.actor_id is None else str(self.actor_id)
        self.object_repr = f"{self.model} {self.object_pk}"
        super().save(*args, **kwargs)
