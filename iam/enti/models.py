# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Public bodies and territories, each with the days on which it exists."""

from __future__ import annotations

from uuid import uuid4

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.functions import Upper


class EnteKind(models.TextChoices):
    COMUNE = "comune", "Comune"
    AMBITO = "ambito", "Ambito territoriale sociale"
    REGIONE = "regione", "Regione"
    PROVINCIA_AUTONOMA = "provincia-autonoma", "Provincia autonoma"
    MINISTERO = "ministero", "Ministero"
    ENTE_GESTORE = "ente-gestore", "Ente gestore"
    ALTRO = "altro", "Altro soggetto accreditato"


class Ente(models.Model):
    """A body that signs, receives PEC and employs people.

    `domicilio_digitale` is the PEC address of the IPA: the only one to which legal notices go.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=EnteKind.choices)
    denominazione = models.CharField(max_length=200)
    codice_fiscale_ente = models.CharField(max_length=11, blank=True)
    codice_ipa = models.CharField(max_length=20, blank=True)
    domicilio_digitale = models.EmailField(blank=True)
    sort_key = models.CharField(max_length=250)

    class Meta:
        verbose_name = "ente"
        verbose_name_plural = "enti"
        ordering = ("sort_key", "pk")
        constraints = (
            models.UniqueConstraint(
                name="ente_codice_ipa_once",
                fields=["codice_ipa"],
                condition=~models.Q(codice_ipa=""),
            ),
            models.CheckConstraint(
                name="ente_codice_fiscale_has_eleven_digits",
                condition=models.Q(codice_fiscale_ente="")
                | models.Q(codice_fiscale_ente__regex=r"^\d{11}$"),
            ),
        )
        indexes = (models.Index(Upper("domicilio_digitale"), name="ente_domicilio_digitale"),)

    def __str__(self) -> str:
        return self.denominazione


class Regione(models.Model):
    codice = models.CharField(primary_key=True, max_length=2)
    denominazione = models.CharField(max_length=100)
    ente = models.OneToOneField(Ente, on_delete=models.PROTECT, related_name="+")
    sort_key = models.CharField(max_length=150)

    class Meta:
        verbose_name = "Regione"
        verbose_name_plural = "Regioni"
        ordering = ("sort_key",)

    def __str__(self) -> str:
        return self.denominazione


class Provincia(models.Model):
    """A province or a territorial unit of ISTAT; `ente` only for Trento and Bolzano."""

    sigla = models.CharField(primary_key=True, max_length=2)
    codice_uts = models.CharField(max_length=3, unique=True)
    denominazione = models.CharField(max_length=100)
    regione = models.ForeignKey(Regione, on_delete=models.PROTECT, related_name="province")
    ente = models.OneToOneField(Ente, on_delete=models.PROTECT, null=True, related_name="+")
    sort_key = models.CharField(max_length=150)

    class Meta:
        verbose_name = "Provincia"
        verbose_name_plural = "Province"
        ordering = ("sort_key",)

    def __str__(self) -> str:
        return self.denominazione


class Comune(models.Model):
    """A Comune in force or ceased. Its codice catastale survives a change of name or province.

    `since` and `until` are the first and last day of this Comune in its present extent.
    `codice_istat` is empty for a few days after a merger.
    """

    codice_catastale = models.CharField(primary_key=True, max_length=4)
    codice_istat = models.CharField(max_length=6, blank=True)
    denominazione = models.CharField(max_length=120)
    denominazione_altra_lingua = models.CharField(max_length=120, blank=True)
    provincia = models.ForeignKey(Provincia, on_delete=models.PROTECT, related_name="comuni")
    capoluogo = models.BooleanField(default=False)
    ente = models.OneToOneField(Ente, on_delete=models.PROTECT, related_name="comune")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    successor = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="predecessors"
    )
    sort_key = models.CharField(max_length=250)

    class Meta:
        verbose_name = "Comune"
        verbose_name_plural = "Comuni"
        ordering = ("sort_key", "pk")
        constraints = (
            models.CheckConstraint(
                name="comune_codice_catastale_is_a_letter_and_three_digits",
                condition=models.Q(codice_catastale__regex=r"^[A-M]\d{3}$"),
            ),
            models.CheckConstraint(
                name="comune_codice_istat_has_six_digits",
                condition=models.Q(codice_istat="") | models.Q(codice_istat__regex=r"^\d{6}$"),
            ),
            models.CheckConstraint(
                name="comune_ends_after_it_begins",
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
            ),
            models.UniqueConstraint(
                name="comune_codice_istat_once",
                fields=["codice_istat"],
                condition=~models.Q(codice_istat="") & models.Q(until=None),
            ),
        )
        indexes = (
            models.Index(OpClass("sort_key", name="text_pattern_ops"), name="comune_by_name"),
        )

    def __str__(self) -> str:
        return f"{self.denominazione} ({self.provincia_id})"


class StatoEstero(models.Model):
    codice_catastale = models.CharField(primary_key=True, max_length=4)
    denominazione = models.CharField(max_length=120)
    denominazione_en = models.CharField(max_length=120, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    sort_key = models.CharField(max_length=150)

    class Meta:
        verbose_name = "Stato estero"
        verbose_name_plural = "Stati esteri"
        ordering = ("sort_key",)

    def __str__(self) -> str:
        return self.denominazione


class Ambito(models.Model):
    """An Ambito territoriale sociale. `invented` marks those made for a demonstration."""

    codice = models.CharField(primary_key=True, max_length=12)
    denominazione = models.CharField(max_length=200)
    invented = models.BooleanField(default=False)
    regione = models.ForeignKey(Regione, on_delete=models.PROTECT, related_name="ambiti")
    ente = models.OneToOneField(Ente, on_delete=models.PROTECT, related_name="ambito")
    capofila = models.ForeignKey(
        Comune, on_delete=models.PROTECT, null=True, blank=True, related_name="ambiti_led"
    )
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    sort_key = models.CharField(max_length=250)

    class Meta:
        verbose_name = "Ambito"
        verbose_name_plural = "Ambiti"
        ordering = ("sort_key", "pk")
        constraints = (
            models.CheckConstraint(
                name="ambito_ends_after_it_begins",
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
            ),
        )

    def __str__(self) -> str:
        return self.denominazione


class AmbitoMembership(models.Model):
    """A Comune belongs to an Ambito for a period; on any day, to one Ambito at most."""

    comune = models.ForeignKey(Comune, on_delete=models.PROTECT, related_name="memberships")
    ambito = models.ForeignKey(Ambito, on_delete=models.PROTECT, related_name="memberships")
    period = DateRangeField()

    class Meta:
        verbose_name = "appartenenza all'Ambito"
        verbose_name_plural = "appartenenze agli Ambiti"
        constraints = (
            ExclusionConstraint(
                name="comune_in_one_ambito_at_a_time",
                expressions=[
                    ("comune", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="ambito_membership_lasts_some_day",
                condition=models.Q(period__isempty=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.comune_id} in {self.ambito_id}"


class LegaleRappresentante(models.Model):
    """Who may sign for an Ente, by which act and in which days.

    The codice fiscale is encrypted at rest and found by its keyed digest: `selectors` reads it.
    `confirmed_by` is the person who checked the office, empty when the source is a public index.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    ente = models.ForeignKey(Ente, on_delete=models.PROTECT, related_name="rappresentanti")
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    codice_fiscale = models.BinaryField()
    codice_fiscale_index = models.BinaryField(max_length=32, db_index=True)
    office = models.CharField(max_length=100, default="Legale rappresentante")
    act = models.CharField(max_length=200)
    period = DateRangeField()
    confirmed_by = models.UUIDField(null=True, blank=True)

    class Meta:
        verbose_name = "legale rappresentante"
        verbose_name_plural = "legali rappresentanti"
        constraints = (
            ExclusionConstraint(
                name="ente_has_one_legale_rappresentante_at_a_time",
                expressions=[
                    ("ente", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="legale_rappresentante_lasts_some_day",
                condition=models.Q(period__isempty=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"
