# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files kept for ever, and the copies of the trust list that verdicts rest on."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q

from iam.kernel.keyring import keyring


class StoredFile(models.Model):
    """A file as it arrived. Its bytes are encrypted, and a trigger refuses every change."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    sealed_content = models.BinaryField()
    stored_at = models.DateTimeField()

    class Meta:
        verbose_name = "file conservato"
        verbose_name_plural = "file conservati"
        indexes = [models.Index(fields=["sha256"], name="stored_file_by_digest")]
        constraints = [
            models.CheckConstraint(
                name="stored_file_is_at_most_20_mb",
                condition=Q(size__gt=0, size__lte=20 * 1024 * 1024),
            ),
            models.CheckConstraint(
                name="stored_file_has_a_digest", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def content(self) -> bytes:
        """The bytes as they arrived. Raises `InvalidTag` if the row was altered."""
        return keyring().decrypt(bytes(self.sealed_content), about=self.pk.bytes)


class TrustListCopy(models.Model):
    """A verified trust list, kept so that a verdict can be repeated with what was trusted then."""

    id = models.BigAutoField(primary_key=True)
    territory = models.CharField(max_length=2)
    sequence = models.PositiveIntegerField()
    issued_at = models.DateTimeField()
    next_update = models.DateTimeField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    authorities = models.PositiveIntegerField()
    timestamp_authorities = models.PositiveIntegerField()
    excluded = models.JSONField(default=list)
    loaded_at = models.DateTimeField()

    class Meta:
        verbose_name = "copia dell'elenco di fiducia"
        verbose_name_plural = "copie dell'elenco di fiducia"
        ordering = ["-loaded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="trust_list_copy_is_kept_once", fields=["territory", "sha256"]
            ),
            models.CheckConstraint(
                name="trust_list_copy_has_authorities", condition=Q(authorities__gt=0)
            ),
            models.CheckConstraint(
                name="trust_list_copy_ends_after_it_begins",
                condition=Q(next_update__gt=models.F("issued_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.territory} {self.sequence}"
