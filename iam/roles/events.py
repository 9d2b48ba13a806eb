# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happens to roles, indications and grants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Self
from uuid import UUID

from iam.audit.event import Event
from iam.enti.types import last_day
from iam.kernel.places import Place
from iam.roles.models import NATION, Grant, RoleVersion


@dataclass(frozen=True, kw_only=True)
class IndicationRecorded(Event):
    """A Comune named a person for a role, by an act with its protocol number."""

    kind = "roles.indication.recorded"
    indication: UUID
    person: UUID
    role: str
    comune: str
    ambito: str
    protocol_number: str
    protocol_date: date


@dataclass(frozen=True, kw_only=True)
class RoleGranted(Event):
    """A person holds a role on a territory, both days included; `until` is absent if open."""

    kind = "roles.grant.created"
    grant: UUID
    person: UUID
    role: str
    role_version: int
    territory: str
    comune: str | None
    ambito: str | None
    indication: UUID | None
    since: date
    until: date | None

    @classmethod
    def of(cls, grant: Grant, version: RoleVersion, place: Place) -> Self:
        return cls(
            grant=grant.pk,
            person=grant.person_id,
            role=grant.role,
            role_version=version.version,
            territory=place.comune or place.ambito or NATION,
            comune=place.comune or None,
            ambito=place.ambito or None,
            indication=grant.indication_id,
            since=grant.period.lower,
            until=last_day(grant.period),
        )


@dataclass(frozen=True, kw_only=True)
class GrantRevoked(Event):
    """A grant was taken away: from this instant it gives nothing."""

    kind = "roles.grant.revoked"
    grant: UUID
    person: UUID
    role: str
    comune: str | None
    ambito: str | None

    @classmethod
    def of(cls, grant: Grant, place: Place) -> Self:
        return cls(
            grant=grant.pk,
            person=grant.person_id,
            role=grant.role,
            comune=place.comune or None,
            ambito=place.ambito or None,
        )


@dataclass(frozen=True, kw_only=True)
class RoleVersionProposed(Event):
    """Somebody proposed a version of a role; it needs two approvals."""

    kind = "roles.version.proposed"
    version: UUID
    role: str
    number: int


@dataclass(frozen=True, kw_only=True)
class RoleVersionApproved(Event):
    """A version of a role was approved; with the second approval it is in force."""

    kind = "roles.version.approved"
    version: UUID
    role: str
    number: int
    in_force: bool
