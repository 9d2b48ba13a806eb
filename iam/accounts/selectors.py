# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading persons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from iam.accounts.models import BrowserSession, Person
from iam.accounts.sessions.store import FACTS_KEY
from iam.accounts.types import OpenSession


def person_with(codice_fiscale: str) -> Person | None:
    """Return the person with this codice fiscale (case and blanks ignored), if known."""
    return Person.objects.with_codice_fiscale(codice_fiscale).first()


def person_by_id(person: UUID) -> Person | None:
    return Person.objects.filter(pk=person).first()


def names_of(persons: Iterable[UUID]) -> dict[UUID, str]:
    """Return given and family name by id, in one query; unknown ids are left out."""
    found = Person.objects.filter(pk__in=set(persons))
    return {person.pk: person.full_name for person in found}


def sessions_of(person: UUID, *, at: datetime) -> list[OpenSession]:
    """Return the person's own sessions that are open at `at` (UTC), newest first."""
    rows = BrowserSession.objects.filter(person=person, expire_date__gt=at).order_by("-entered_at")
    return [_open_session(row, row.entered_at) for row in rows if row.entered_at]


def _open_session(row: BrowserSession, entered_at: datetime) -> OpenSession:
    facts = row.get_decoded().get(FACTS_KEY, {})
    whence = facts.get("from", {})
    return OpenSession(
        name=sha256(f"session {row.session_key}".encode()).hexdigest()[:16],
        key=row.session_key,
        entered_at=entered_at,
        expires_at=row.expire_date,
        scheme=facts.get("scheme", ""),
        address=whence.get("address", ""),
        browser=whence.get("browser", ""),
    )
