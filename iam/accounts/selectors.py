# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading persons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import TypeGuard
from uuid import UUID

from django.db.models import F

from iam.accounts.models import BrowserSession, ForeignIdentity, Person
from iam.accounts.sessions.store import FACTS_KEY
from iam.accounts.types import OpenSession
from iam.kernel.actor import Actor
from iam.kernel.errors import NotFound
from iam.kernel.law import allows
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL


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
        log_ins=(entered_at, *(datetime.fromisoformat(one) for one in facts.get("earlier", ()))),
        expires_at=row.expire_date,
        scheme=facts.get("scheme", ""),
        address=whence.get("address", ""),
        browser=whence.get("browser", ""),
    )


def foreign_identities(actor: Actor, /, *, reference: str = "") -> list[ForeignIdentity]:
    """Return the identities of other States: those that wait first, then the linked ones.

    With a `reference` (case and blanks ignored), that one alone; none for who may not.
    """
    if not _may_read(actor):
        return []
    found = ForeignIdentity.objects.select_related("person")
    if reference:
        found = found.filter(reference="".join(reference.upper().split()))
    return list(found.order_by(F("linked_at").asc(nulls_first=True), "-last_seen", "pk"))


def foreign_identity(actor: Actor, /, *, identity: UUID) -> ForeignIdentity:
    """Return one. Raises `NotFound`, for who may not too."""
    row = ForeignIdentity.objects.select_related("person").filter(pk=identity).first()
    if row is None or not _may_read(actor):
        raise NotFound
    return row


def is_foreign(arrived: Person | ForeignIdentity) -> TypeGuard[ForeignIdentity]:
    """Return whether somebody came with an identity of another State that is linked to nobody."""
    return isinstance(arrived, ForeignIdentity)


def _may_read(actor: Actor) -> bool:
    return allows(actor, Permission.IDENTITY_READ, on=NATIONAL)
