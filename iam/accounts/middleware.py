# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""`request.user`, for the libraries that ask for it: the person of the session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils.functional import SimpleLazyObject

from iam.accounts.selectors import person_by_id
from iam.accounts.sessions.opening import session_facts


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
