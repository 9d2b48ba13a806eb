# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What this room tells. Rights on a file belong to the room whose act keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from iam.kernel.errors import NotFound
from iam.signatures.models import StoredFile, TrustListCopy
from iam.signatures.trust import configuration
from iam.signatures.types import TrustStore


def stored_file(identifier: UUID) -> StoredFile:
    """Return the file, for a room that has already asked the law. Raises `NotFound`."""
    found = StoredFile.objects.filter(pk=identifier).first()
    if found is None:
        raise NotFound
    return found


def trust_in_use() -> TrustStore:
    """Return what a verdict may trust now: the newest trust list loaded, and the settings.

    With no list loaded the store is empty, and every verdict says so: it fails closed.
    """
    newest = TrustListCopy.objects.only("content").first()
    return configuration.trust_store(bytes(newest.content) if newest else b"")


def trust_list_in_use_sha256() -> str:
    """Return the digest of the list in use, empty when there is none."""
    newest = TrustListCopy.objects.only("sha256").first()
    return newest.sha256 if newest else ""


@dataclass(frozen=True)
class TrustListHealth:
    """For /readyz and the page of the trust list."""

    loaded: bool
    sequence: int = 0
    next_update: datetime | None = None
    authorities: int = 0
    excluded: int = 0
    expired: bool = True


def trust_list_health(*, at: datetime) -> TrustListHealth:
    newest = TrustListCopy.objects.defer("content").first()
    if newest is None:
        return TrustListHealth(loaded=False)
    return TrustListHealth(
        loaded=True,
        sequence=newest.sequence,
        next_update=newest.next_update,
        authorities=newest.authorities,
        excluded=len(newest.excluded),
        expired=newest.next_update <= at,
    )
