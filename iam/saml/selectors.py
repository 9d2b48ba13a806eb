# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading what this room knows."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from iam.saml.models import IdentityProvider, LoginRecord
from iam.saml.registry.types import Origin
from iam.saml.types import Scheme


@dataclass(frozen=True, slots=True)
class ProviderChoice:
    """One line of the log-in page."""

    name: str
    entity_id: str


def identity_providers(scheme: Scheme = Scheme.SPID) -> list[ProviderChoice]:
    """Return the providers a person may choose, by name; the page shows them in random order."""
    rows = IdentityProvider.objects.filter(scheme=scheme.value).order_by("name", "entity_id")
    return [ProviderChoice(name, entity) for name, entity in rows.values_list("name", "entity_id")]


def providers_from_folders(scheme: Scheme = Scheme.SPID) -> list[str]:
    """Return the entityIDs that no registry vouches for: development and tests only."""
    rows = IdentityProvider.objects.filter(scheme=scheme.value, origin=Origin.FOLDER.value)
    return list(rows.order_by("entity_id").values_list("entity_id", flat=True))


def provider_with(entity_id: str, *, scheme: Scheme = Scheme.SPID) -> IdentityProvider | None:
    return IdentityProvider.objects.filter(scheme=scheme.value, entity_id=entity_id).first()


def login_records(
    *, reference: str = "", request: str = "", response: str = "", person: UUID | None = None
) -> list[LoginRecord]:
    """Return the log-ins that match every criterion given, newest first; none if none is given."""
    criteria = {
        "reference": reference,
        "request_id": request,
        "response_id": response,
        "person": person,
    }
    asked = {name: value for name, value in criteria.items() if value}
    if not asked:
        return []
    return list(LoginRecord.objects.filter(**asked).order_by("-at", "-pk"))
