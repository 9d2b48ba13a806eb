# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading persons."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from iam.accounts.models import BrowserSession, Person


def person_with(codice_fiscale: str) -> Person | None:
    """Return the person with this codice fiscale (case and blanks ignored), if known."""
    return Person.objects.with_codice_fiscale(codice_fiscale).first()


def person_by_id(person: UUID) -> Person | None:
    return Person.objects.filter(pk=person).first()


def names_of(persons: Iterable[UUID]) -> dict[UUID, str]:
    """Return given and family name by id, in one query; unknown ids are left out."""
    found = Person.objects.filter(pk__in=set(persons))
    return {person.pk: person.full_name for person in found}


def sessions_of(person: UUID) -> list[BrowserSession]:
    """Return the person's own open sessions, newest first."""
    return list(BrowserSession.objects.filter(person=person).order_by("-entered_at"))
