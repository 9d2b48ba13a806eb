# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happens to territories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from iam.audit.event import Event


@dataclass(frozen=True, kw_only=True)
class TerritoriesLoaded(Event):
    """The published list of Comuni was brought in; the numbers count lines."""

    kind = "enti.territories.loaded"
    created: int
    changed: int
    comuni: int


@dataclass(frozen=True, kw_only=True)
class AmbitiImported(Event):
    """A list of Ambiti with their Comuni was brought in."""

    kind = "enti.ambiti.imported"
    ambiti: int
    memberships: int


@dataclass(frozen=True, kw_only=True)
class IpaImported(Event):
    """Digital domiciles were taken from the IPA."""

    kind = "enti.ipa.imported"
    read: int
    changed: int


@dataclass(frozen=True, kw_only=True)
class RepresentativeAppointed(Event):
    """Somebody represents a body from a day on; who did before stops the day before."""

    kind = "enti.representative.appointed"
    representative: UUID
    body: UUID
    since: date
    succeeds: UUID | None
