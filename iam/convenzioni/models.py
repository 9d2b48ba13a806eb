# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A convention, the files that came back signed, and the Comuni it opens."""

from __future__ import annotations

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from iam.kernel.permissions import Section

SECTIONS = [(section.value, section.value) for section in Section]


class State(models.TextChoices):
    """Where a convention stands. Source: slides of 12-9-2019, procedure in six steps."""

    PRONTA = "pronta", "Pronta da firmare"
    VERIFICATA = "verificata", "Firma verificata"
    IN_VIGORE = "in-vigore", "In vigore"
    CESSATA = "cessata", "Cessata"


class Convenzione(models.Model):
    """The convention of an ente for some sections of GePI: one open at a time.

    `document` is the file generated and sealed by the platform: its bytes are what
    must come back signed. `rappresentante` is who was expected to sign, then.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    number = models.CharField(max_length=30, unique=True)
    ente = models.ForeignKey("enti.Ente", on_delete=models.PROTECT, related_name="+")
    ambito = models.ForeignKey("enti.Ambito", on_delete=models.PROTECT, related_name="+")
    sections = ArrayField(models.CharField(max_length=20, choices=SECTIONS))
    modello = models.CharField(max_length=20)
    modello_sha256 = models.CharField(max_length=64)
    rappresentante = models.ForeignKey(
        "enti.LegaleRappresentante", on_delete=models.PROTECT, related_name="+"
    )
    document = models.ForeignKey(
        "signatures.StoredFile", on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=20, choices=State.choices, default=State.PRONTA)
    prepared_by = models.UUIDField()
    prepared_at = models.DateTimeField()
    accepted = models.OneToOneField(
        "SignedUpload", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    in_force_since = models.DateTimeField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    ceased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "convenzione"
        verbose_name_plural = "convenzioni"
        ordering = ("-prepared_at", "pk")
        constraints = (
            models.UniqueConstraint(
                name="convenzione_one_open_per_ente",
                fields=["ente"],
                condition=~Q(state=State.CESSATA.value),
            ),
            models.CheckConstraint(name="convenzione_covers_a_section", condition=~Q(sections=[])),
            models.CheckConstraint(
                name="convenzione_in_force_was_verified",
                condition=Q(state__in=[State.PRONTA.value, State.CESSATA.value])
                | Q(accepted__isnull=False),
            ),
            models.CheckConstraint(
                name="convenzione_in_force_has_its_first_day",
                condition=~Q(state=State.IN_VIGORE.value) | Q(in_force_since__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.number


class Coverage(models.Model):
    """A Comune that a convention covers: its own, or each of the Ambito that signed for them."""

    convenzione = models.ForeignKey(Convenzione, on_delete=models.PROTECT, related_name="coverage")
    comune = models.ForeignKey("enti.Comune", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "Comune coperto"
        verbose_name_plural = "Comuni coperti"
        constraints = (
            models.UniqueConstraint(name="coverage_once", fields=["convenzione", "comune"]),
        )

    def __str__(self) -> str:
        return f"{self.convenzione_id}: {self.comune_id}"


class UploadState(models.TextChoices):
    RICEVUTO = "ricevuto", "Ricevuto, in verifica"
    ACCETTATO = "accettato", "Firma valida"
    RIFIUTATO = "rifiutato", "Rifiutato"
    IN_SOSPESO = "in-sospeso", "Controllo da ripetere"


class SignedUpload(models.Model):
    """A file that came back, with what the verification said of it. Refused ones are kept too.

    `report` is the verdict as JSON, encrypted: it holds names and codici fiscali.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    convenzione = models.ForeignKey(Convenzione, on_delete=models.PROTECT, related_name="uploads")
    file = models.ForeignKey("signatures.StoredFile", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=20, choices=UploadState.choices, default=UploadState.RICEVUTO
    )
    uploaded_by = models.UUIDField()
    uploaded_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=60, blank=True)
    report_sealed = models.BinaryField(null=True)
    report_hash = models.CharField(max_length=64, blank=True)
    signers = ArrayField(models.UUIDField(), default=list)

    class Meta:
        verbose_name = "file firmato"
        verbose_name_plural = "file firmati"
        ordering = ("-uploaded_at", "pk")
        constraints = (
            models.CheckConstraint(
                name="upload_judged_has_its_report",
                condition=Q(state=UploadState.RICEVUTO.value)
                | (Q(report_sealed__isnull=False, verified_at__isnull=False) & ~Q(report_hash="")),
            ),
        )
        indexes = (
            models.Index(
                fields=["uploaded_at"],
                name="upload_to_verify",
                condition=Q(state__in=[UploadState.RICEVUTO.value, UploadState.IN_SOSPESO.value]),
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)


class Enablement(models.Model):
    """The act by which an Amministratore opens a section of a Comune, and its suspensions.

    `report_hash` is that of the verdict read before enabling (law 8).
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    comune = models.ForeignKey("enti.Comune", on_delete=models.PROTECT, related_name="+")
    section = models.CharField(max_length=20, choices=SECTIONS)
    convenzione = models.ForeignKey(
        Convenzione, on_delete=models.PROTECT, related_name="enablements"
    )
    report_hash = models.CharField(max_length=64)
    enabled_by = models.UUIDField()
    enabled_at = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspended_by = models.UUIDField(null=True, blank=True)
    suspension_reason = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "abilitazione"
        verbose_name_plural = "abilitazioni"
        ordering = ("comune", "section")
        constraints = (
            models.UniqueConstraint(
                name="enablement_one_per_comune_and_section",
                fields=["comune", "section"],
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="enablement_rests_on_a_report",
                condition=Q(report_hash__regex=r"^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(
                name="enablement_suspended_with_a_name_and_a_reason",
                condition=Q(suspended_at=None, suspended_by=None, suspension_reason="")
                | (
                    Q(suspended_at__isnull=False, suspended_by__isnull=False)
                    & ~Q(suspension_reason="")
                ),
            ),
            models.CheckConstraint(
                name="enablement_ends_after_it_begins",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("enabled_at")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.comune_id}: {self.section}"
