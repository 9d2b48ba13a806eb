# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The copies of a registry, the signers a person trusted, and the changes that wait for one."""

from __future__ import annotations

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from iam.saml.registry.types import Decision
from iam.saml.types import Scheme


def is_scheme() -> Q:
    return Q(scheme__in=[scheme.value for scheme in Scheme])


class RegistryState(models.Model):
    """How the registry of a scheme stands. `checked_at` is the last time a copy was verified.

    Its row is locked by who takes a copy or decides on a change: workers take turns.
    """

    scheme = models.TextField(primary_key=True)
    sha256 = models.TextField(blank=True, default="")
    signer = models.BinaryField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    fault = models.TextField(blank=True, default="")
    unusable = models.JSONField(default=dict)

    class Meta:
        db_table = "saml_registry_state"
        constraints = (
            models.CheckConstraint(name="registry_state_has_a_scheme", condition=is_scheme()),
        )

    def __str__(self) -> str:
        return self.scheme


class RegistryCopy(models.Model):
    """A copy that was taken. `replaced_at` is when another took its place: it must not return."""

    id = models.BigAutoField(primary_key=True)
    scheme = models.TextField()
    sha256 = models.TextField()
    document = models.BinaryField()
    valid_until = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "saml_registry_copy"
        constraints = (
            models.UniqueConstraint("scheme", "sha256", name="registry_copy_once"),
            models.UniqueConstraint(
                "scheme",
                condition=Q(replaced_at__isnull=True),
                name="registry_copy_one_in_force",
            ),
            models.CheckConstraint(name="registry_copy_has_a_scheme", condition=is_scheme()),
            models.CheckConstraint(
                name="registry_copy_digest_is_sha256", condition=Q(sha256__regex="^[0-9a-f]{64}$")
            ),
        )

    def __str__(self) -> str:
        return f"{self.scheme} {self.sha256[:12]}"


class TrustedSigner(models.Model):
    """A signer that a person trusted beside those of the settings; `certificate` is DER."""

    id = models.BigAutoField(primary_key=True)
    scheme = models.TextField()
    certificate = models.BinaryField()
    fingerprint = models.TextField()
    trusted_at = models.DateTimeField()
    trusted_by = models.UUIDField()

    class Meta:
        db_table = "saml_trusted_signer"
        constraints = (
            models.UniqueConstraint("scheme", "fingerprint", name="trusted_signer_once"),
            models.CheckConstraint(name="trusted_signer_has_a_scheme", condition=is_scheme()),
        )

    def __str__(self) -> str:
        return self.fingerprint


class RegistryChange(models.Model):
    """What a copy says and nobody approved yet. `about` is an entityID, a fingerprint, a digest.

    `name` is what people call it. `digest` names the change: once refused, the same is not
    asked again. `document` is the new metadata of the provider, the certificate of the signer
    or the copy, empty for a removal.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    scheme = models.TextField()
    about = models.TextField()
    name = models.TextField(blank=True, default="")
    differences = ArrayField(models.TextField())
    digest = models.TextField()
    document = models.BinaryField()
    seen_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    decision = models.TextField(blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.UUIDField(null=True, blank=True)
    reason = models.TextField(blank=True, default="")

    class Meta:
        db_table = "saml_registry_change"
        constraints = (
            models.UniqueConstraint(
                "scheme",
                "about",
                condition=Q(decision="", withdrawn_at__isnull=True),
                name="registry_change_one_open",
            ),
            models.CheckConstraint(name="registry_change_has_a_scheme", condition=is_scheme()),
            models.CheckConstraint(
                name="registry_change_says_what_differs",
                condition=Q(differences__len__gt=0),
            ),
            models.CheckConstraint(
                name="registry_change_decision_is_whole",
                condition=Q(
                    decision="", decided_at__isnull=True, decided_by__isnull=True, reason=""
                )
                | (
                    Q(
                        decision__in=[one.value for one in Decision],
                        decided_at__isnull=False,
                        decided_by__isnull=False,
                    )
                    & ~Q(reason="")
                ),
            ),
            models.CheckConstraint(
                name="registry_change_digest_is_sha256", condition=Exact(Length("digest"), 64)
            ),
        )

    def __str__(self) -> str:
        return f"{self.scheme} {self.about}"
