# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Which limit each address of the service has: one table, read before the view runs.

Log-in, answers and log-out are counted by address, as nobody is known yet. What a person does
in her session is counted by person. The credentials of a module are counted when they fail, by
address alone: who sends wrong ones in a module's name cannot shut that module out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from iam.accounts.actions import note_limit
from iam.accounts.errors import TooManyAttempts
from iam.accounts.limits.counting import is_news, key_of_address, key_of_person, take, wait
from iam.accounts.limits.rules import (
    ANONYMOUS_FORM,
    FORM,
    LINK,
    LOGIN_ANSWER,
    LOGIN_START,
    LOGOUT,
    SEARCH,
    TOKEN_FAILURE,
    Rule,
)
from iam.accounts.sessions.opening import session_facts
from iam.web.middleware import refusal

OF_THE_FEDERATION: Final = {"login": LOGIN_START, "acs": LOGIN_ANSWER, "slo": LOGOUT}
"""By the last word of the route: each scheme has the same addresses."""

OF_A_PERSON: Final = {
    "registro": SEARCH,
    "interessato": SEARCH,
    "evento": SEARCH,
    "accessi": SEARCH,
    "accesso-registrato": SEARCH,
    "operatori": SEARCH,
    "ambiti": SEARCH,
    "comuni": SEARCH,
    "perche": SEARCH,
    "controfirma-link": LINK,
    "controfirma-link-atto": LINK,
}
WAYS_OUT: Final = {"esci", "io-chiudi"}
"""Never refused to who is in: a thief with a session of hers must not keep her from closing it."""

OF_MODULES: Final = {
    "oauth:token",
    "oauth:revoke",
    "oauth:introspect",
}
DECISIONS: Final = {"oauth:evaluation", "oauth:evaluations"}
"""Not limited: a module asks one for each household, with a token that nobody guesses."""
WHENCE: Final = {"address": "questo collegamento", "person": "te"}


class LimitsMiddleware:
    """Answers 429 to who does a thing too often; the sentence says how long to wait."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        key = getattr(request, "counted_if_refused", None)
        if key is not None and _credentials_refused(response):
            take(TOKEN_FAILURE, key)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in DECISIONS:
            return None
        if name in OF_MODULES:
            return _module(request)
        person = person_of(request)
        rule = rule_for(name, request.method or "GET", known=person is not None)
        if rule is None:
            return None
        key = _key(request, rule, person)
        seconds = take(rule, key) if key else 0
        return _refused(request, rule, key, seconds, person) if key and seconds else None


def rule_for(route: str, method: str, *, known: bool) -> Rule | None:
    """Return the limit of a request, None if it has none; `known` if somebody logged in."""
    face, _, last = route.rpartition("-")
    if face in {"spid", "cie", "eidas"} and last in OF_THE_FEDERATION:
        return OF_THE_FEDERATION[last]
    if known and route in WAYS_OUT:
        return None
    if known and route in OF_A_PERSON:
        return OF_A_PERSON[route]
    if method not in {"POST", "PUT", "PATCH", "DELETE"}:
        return None
    return FORM if known else ANONYMOUS_FORM


def person_of(request: HttpRequest) -> UUID | None:
    """Return whose session this is; without our cookie nothing is read."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    facts = session_facts(request)
    return facts.person if facts else None


def _key(request: HttpRequest, rule: Rule, person: UUID | None) -> bytes | None:
    """Return what is counted; nothing at all for a loopback that is not."""
    address = key_of_address(_address(request))
    if address is None or rule.by == "address" or person is None:
        return address
    return key_of_person(person)


def _address(request: HttpRequest) -> str:
    return str(request.visitor.address)  # type: ignore[attr-defined]  # set by ActorMiddleware


def _module(request: HttpRequest) -> HttpResponseBase | None:
    """Refuse an address whose credentials failed too often; else count this one if they fail."""
    key = key_of_address(_address(request))
    if key is None:
        return None
    seconds = wait(TOKEN_FAILURE, key)
    if seconds:
        return _refused(request, TOKEN_FAILURE, key, seconds, None)
    request.counted_if_refused = key  # type: ignore[attr-defined]  # read when it was answered
    return None


def _credentials_refused(response: HttpResponseBase) -> bool:
    """Return whether the module did not prove who it is.

    A code or a token that is not good is no sign of it: a stranger can make an honest module
    bring one, and must not be able to shut it out. Source: RFC 6749, 5.2.
    """
    return response.status_code in {400, 401} and (
        b'"invalid_client"' in getattr(response, "content", b"")
    )


def _refused(
    request: HttpRequest, rule: Rule, key: bytes, seconds: int, person: UUID | None
) -> HttpResponseBase:
    who = person if rule.by == "person" else None
    if is_news(rule, key):
        note_limit(
            request.visitor,  # type: ignore[attr-defined]  # set by ActorMiddleware
            rule=rule.name,
            seconds=seconds,
            person=who,
        )
    fault = TooManyAttempts(seconds=seconds, whence=WHENCE["person" if who else "address"])
    return refusal(request, fault)
