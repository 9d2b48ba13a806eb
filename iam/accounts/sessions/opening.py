# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opening, reading and closing the session of a browser; `request` is any Django request."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.dateparse import parse_datetime

from iam.accounts.models import Person
from iam.accounts.sessions.browsers import browser_named
from iam.accounts.sessions.store import FACTS_KEY, PERSON_KEY, SessionStore
from iam.accounts.types import SessionFacts, VerifiedIdentity

CHOSEN_KEY = "iam_grant"
USED_KEY = "iam_used_at"
MOST_LOG_INS = 50
NOTED_EVERY = timedelta(minutes=1)
"""How often the use of a session is written down: not at each of a page's requests."""


def open_session(
    request: Any,
    person: Person,
    identity: VerifiedIdentity,
    *,
    at: datetime,
    replacing: str = "",
) -> None:
    """Make this browser `person`'s, under a new session key (no fixation); `at` is UTC.

    The session that was open there ends: `replacing` is its key, as the answer of a provider
    comes from another site without its cookie. A fresh log-in of the same person keeps the
    profile that she was using, and her earlier log-ins.
    """
    old = SimpleNamespace(session=SessionStore(replacing)) if replacing else request
    before = session_facts(old)
    again = before is not None and before.person == person.pk
    earlier = before.log_ins[:MOST_LOG_INS] if before is not None and again else ()
    chosen = chosen_grant(old) if again else None
    if replacing:
        old.session.flush()
    request.session.flush()
    request.session[PERSON_KEY] = str(person.pk)
    request.session[FACTS_KEY] = {
        "level": identity.level,
        "scheme": identity.scheme,
        "idp": identity.idp,
        "entered_at": at.isoformat(),
        "name_id": identity.name_id,
        "session_index": identity.session_index,
        "from": _whence(request),
        "earlier": [instant.isoformat() for instant in earlier],
    }
    if chosen is not None:
        choose_grant(request, chosen)
    request.session[USED_KEY] = at.isoformat()
    # A fixed end: without it each write to the session would begin its hours again.
    request.session.set_expiry(at + timedelta(seconds=settings.SESSION_COOKIE_AGE))
    request.session.cycle_key()


def _whence(request: Any) -> dict[str, str]:
    """Return the address and the kind of browser, for the person who looks at her sessions."""
    agent = getattr(request, "headers", {}).get("User-Agent", "")
    address = getattr(getattr(request, "visitor", None), "address", "")
    return {"address": str(address), "browser": browser_named(agent)}


def is_over(request: Any, *, at: datetime) -> bool:
    """Return whether nobody used the session for too long, or it has lasted its hours."""
    facts = session_facts(request)
    used_at = parse_datetime(request.session.get(USED_KEY) or "")
    if facts is None or used_at is None:
        return True
    return at - used_at > timedelta(
        seconds=settings.IAM_IDLE_SECONDS
    ) or at - facts.entered_at > timedelta(seconds=settings.SESSION_COOKIE_AGE)


def note_use(request: Any, *, at: datetime) -> None:
    """Remember that the session is in use at `at` (UTC)."""
    used_at = parse_datetime(request.session.get(USED_KEY) or "")
    if used_at is None or at - used_at > NOTED_EVERY:
        request.session[USED_KEY] = at.isoformat()


def session_facts(request: Any) -> SessionFacts | None:
    """Return who is behind this browser, or None."""
    person, facts = request.session.get(PERSON_KEY), request.session.get(FACTS_KEY)
    if not person or not facts:
        return None
    entered_at = parse_datetime(facts["entered_at"])
    assert entered_at is not None
    return SessionFacts(
        person=UUID(person),
        level=facts["level"],
        scheme=facts["scheme"],
        idp=facts["idp"],
        entered_at=entered_at,
        name_id=facts.get("name_id", ""),
        session_index=facts.get("session_index", ""),
        earlier=tuple(datetime.fromisoformat(one) for one in facts.get("earlier", ())),
    )


def close_session(request: Any) -> None:
    """Forget everything about this browser."""
    request.session.flush()


def choose_grant(request: Any, grant: UUID) -> None:
    """Remember the profile with which the person chose to work."""
    request.session[CHOSEN_KEY] = str(grant)


def chosen_grant(request: Any) -> UUID | None:
    chosen = request.session.get(CHOSEN_KEY)
    return UUID(chosen) if chosen else None
