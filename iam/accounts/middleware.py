# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How long a session lasts, and `request.user`, for the libraries that ask for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.cache import add_never_cache_headers
from django.utils.functional import SimpleLazyObject

from iam.accounts.actions import leave
from iam.accounts.selectors import person_by_id
from iam.accounts.sessions.opening import (
    close_session,
    is_over,
    note_use,
    session_facts,
)


class PersonMiddleware:
    """Set `request.user`; read from the database only if somebody looks."""

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        request.user = SimpleLazyObject(lambda: _person_of(request))
        return self.get_response(request)


def _person_of(request: Any) -> Any:
    facts = session_facts(request)
    person = person_by_id(facts.person) if facts else None
    return person if person is not None and person.is_active else AnonymousUser()


class SessionLimits:
    """End a session left alone for too long, or too old; its pages stay in no cache.

    It stands after the one that sets `request.visitor`, whose instant it uses. A browser
    without our cookie costs nothing here.
    """

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        facts = session_facts(request) if _has_session(request) else None
        if facts is None:
            return self.get_response(request)
        if is_over(request, at=request.visitor.at):
            leave(request.visitor, person=facts.person)
            close_session(request)
        else:
            note_use(request, at=request.visitor.at)
        response = self.get_response(request)
        add_never_cache_headers(response)
        return response


def _has_session(request: Any) -> bool:
    return settings.SESSION_COOKIE_NAME in request.COOKIES
