# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The role catalogue, the indications of the Comuni, and the grants.

What must never be false is a named constraint here; `actions` turns each into a sentence.
"""

from __future__ import annotations

from uuid import uuid4

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from iam.roles.accreditation.models import (
    Accreditation,
    AccreditationDocument,
    ActUpload,
    CountersignLink,
    IncomingNote,
)

NATION = "IT"
"""The territory of a grant at national level."""

IN_FORCE = Q(ended_at__isnull=True)


class Level(models.TextChoices):
    NATIONAL = "nazionale", "Nazionale"
    AMBITO = "ambito", "Ambito"
    COMUNE = "comune", "Comune"


class RoleVersion(models.Model):
    """One version of a role: data, so that a new role needs two approvals and no release.

    `may` is the most that the role can ever hold; `incompatibility` names the group in which
    one person may hold several roles, since grants of two groups never overlap in time.
    `default_holder` is the role that also holds this one until somebody else receives it.
    `founding` versions come with the service and state their source instead of approvals.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    code = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    denominazione = models.CharField(max_length=120)
    summary = models.CharField(max_length=300)
    levels = ArrayField(models.CharField(max_length=10, choices=Level.choices))
    may = ArrayField(models.CharField(max_length=60))
    incompatibility = models.CharField(max_length=40)
    default_holder = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=300)
    founding = models.BooleanField(default=False)
    proposed_by = models.UUIDField(null=True, blank=True)
    first_approver = models.UUIDField(null=True, blank=True)
    second_approver = models.UUIDField(null=True, blank=True)
    in_force_since = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = "versione del ruolo"
        verbose_name_plural = "catalogo dei ruoli"
        ordering = ("code", "-version")
        constraints = (
            models.UniqueConstraint(name="role_version_once", fields=["code", "version"]),
            models.CheckConstraint(
                name="role_version_in_force_has_two_approvals",
                condition=Q(founding=True)
                | Q(in_force_since=None)
                | Q(first_approver__isnull=False, second_approver__isnull=False),
            ),
            models.CheckConstraint(
                name="role_version_approvers_are_three_persons",
                condition=(
                    (Q(first_approver=None) | ~Q(first_approver=F("proposed_by")))
                    & (Q(second_approver=None) | ~Q(second_approver=F("proposed_by")))
                    & (
                        Q(first_approver=None)
                        | Q(second_approver=None)
                        | ~Q(second_approver=F("first_approver"))
                    )
                ),
            ),
            models.CheckConstraint(name="role_version_has_a_level", condition=~Q(levels=[])),
        )

    def __str__(self) -> str:
        return f"{self.denominazione}, versione {self.version}"


class Indication(models.Model):
    """A Comune names a person for a role: the Amministratore accredits on nothing else.

    `whole_ambito` marks an indication made for the joint management of the Ambito.
    `employer` is who pays the person when it is not the Comune (a consortium, a company).
    Source: nota del Ministero, "su indicazione dei relativi Comuni".
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    comune = models.ForeignKey("enti.Comune", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=40)
    whole_ambito = models.BooleanField(default=False)
    act = models.CharField(max_length=200)
    protocol_number = models.CharField(max_length=40)
    protocol_date = models.DateField()
    fund = models.CharField(max_length=100, blank=True)
    employer = models.CharField(max_length=200, blank=True)
    recorded_by = models.UUIDField()
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "indicazione del Comune"
        verbose_name_plural = "indicazioni dei Comuni"
        ordering = ("-recorded_at", "pk")
        constraints = (
            models.UniqueConstraint(
                name="indication_once_per_person_role_and_protocol",
                fields=["comune", "person", "role", "protocol_number", "protocol_date"],
                condition=Q(withdrawn_at=None),
            ),
            models.CheckConstraint(
                name="indication_names_its_act",
                condition=~Q(act="") & ~Q(protocol_number=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.comune_id}: {self.role}"


class Grant(models.Model):
    """A profile assigned to a person: role, territory, period, act. Never deleted.

    `period` is what was granted; `ended_at` (UTC) is when it was taken away before its end,
    and from that instant the grant gives nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=40)
    role_version = models.ForeignKey(RoleVersion, on_delete=models.PROTECT, related_name="grants")
    incompatibility = models.CharField(max_length=40)
    ambito = models.ForeignKey(
        "enti.Ambito", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    comune = models.ForeignKey(
        "enti.Comune", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    territory = models.GeneratedField(
        expression=Coalesce(F("comune"), F("ambito"), models.Value(NATION)),
        output_field=models.CharField(max_length=12),
        db_persist=True,
    )
    ente = models.ForeignKey(
        "enti.Ente", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    period = DateRangeField()
    act = models.CharField(max_length=200)
    indication = models.ForeignKey(
        Indication, on_delete=models.PROTECT, null=True, blank=True, related_name="grants"
    )
    granted_by = models.UUIDField()
    granted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.UUIDField(null=True, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "profilo assegnato"
        verbose_name_plural = "profili assegnati"
        ordering = ("-granted_at", "pk")
        constraints = (
            ExclusionConstraint(
                name="grant_once_per_person_role_and_territory",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("territory", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=IN_FORCE,
            ),
            ExclusionConstraint(
                name="grant_roles_are_compatible",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("incompatibility", RangeOperators.NOT_EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=IN_FORCE,
            ),
            models.CheckConstraint(
                name="grant_has_one_territory", condition=Q(ambito=None) | Q(comune=None)
            ),
            models.CheckConstraint(
                name="grant_lasts_some_day",
                condition=Q(period__isempty=False, period__startswith__isnull=False),
            ),
            models.CheckConstraint(
                name="grant_ends_with_a_name_and_a_reason",
                condition=Q(ended_at=None, ended_by=None, end_reason="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(end_reason="")),
            ),
            models.CheckConstraint(name="grant_names_its_act", condition=~Q(act="")),
            models.CheckConstraint(
                name="grant_is_never_to_oneself", condition=~Q(granted_by=F("person"))
            ),
        )
        indexes = (
            models.Index(fields=["ambito"], name="grant_by_ambito", condition=IN_FORCE),
            models.Index(fields=["comune"], name="grant_by_comune", condition=IN_FORCE),
        )

    def __str__(self) -> str:
        return f"{self.role} in {self.territory}"


__all__ = [
    "NATION",
    "Accreditation",
    "AccreditationDocument",
    "ActUpload",
    "CountersignLink",
    "Grant",
    "IncomingNote",
    "Indication",
    "Level",
    "RoleVersion",
]
