# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Legal holds on the register of log-ins, and the notices of anomalous use. Both only grow.

They name a record by its reference, without a foreign key: a record may go, its history stays.
"""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q


class LoginHold(models.Model):
    """One record, or all those of a person, must not be purged. Released once, by somebody else."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    reference = models.TextField(blank=True, default="")
    person = models.UUIDField(null=True, blank=True)
    act = models.TextField()
    reason = models.TextField()
    set_by = models.UUIDField()
    set_at = models.DateTimeField()
    release_act = models.TextField(blank=True, default="")
    release_reason = models.TextField(blank=True, default="")
    released_by = models.UUIDField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "saml_login_hold"
        indexes = (
            models.Index(
                "reference", name="login_hold_reference", condition=Q(released_at__isnull=True)
            ),
            models.Index("person", name="login_hold_person", condition=Q(released_at__isnull=True)),
        )
        constraints = (
            models.CheckConstraint(
                name="login_hold_is_on_a_record_or_a_person",
                condition=Q(reference="", person__isnull=False)
                | (~Q(reference="") & Q(person__isnull=True)),
            ),
            models.CheckConstraint(
                name="login_hold_has_an_act_and_a_reason", condition=~Q(act="") & ~Q(reason="")
            ),
            models.CheckConstraint(
                name="login_hold_is_released_by_another_with_an_act",
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | (
                    Q(released_at__isnull=False, released_by__isnull=False)
                    & ~Q(release_act="")
                    & ~Q(release_reason="")
                    & ~Q(released_by=F("set_by"))
                ),
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)


class AnomalyNotice(models.Model):
    """A notice of anomalous use, as it was prepared. Source: DPCM 24-10-2014, art. 13, comma 3."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    reference = models.TextField()
    at = models.DateTimeField()
    by = models.UUIDField()
    noticed_on = models.DateField()
    what = models.TextField()
    to_provider = models.TextField()
    to_agency = models.TextField()

    class Meta:
        db_table = "saml_anomaly_notice"
        indexes = (models.Index("reference", name="anomaly_notice_reference"),)
        constraints = (
            models.CheckConstraint(name="anomaly_notice_says_what", condition=~Q(what="")),
        )

    def __str__(self) -> str:
        return str(self.pk)
