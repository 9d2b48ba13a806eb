# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is asking: the session, the clock and the address of one request."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from demo.personas import LUCA
from iam.accounts.sessions.opening import open_session
from iam.accounts.sessions.store import SessionStore
from iam.accounts.types import VerifiedIdentity
from iam.audit import clock
from iam.roles.middleware import ActorMiddleware, address_of
from iam.roles.types import CASE_MANAGER
from tests import world


def asked(**headers: str) -> HttpRequest:
    request = RequestFactory().get("/", headers=headers)
    request.session = SessionStore()
    return request


def through(request: HttpRequest) -> HttpResponse:
    answer: HttpResponse = ActorMiddleware(lambda _: HttpResponse())(request)
    return answer


def test_a_stranger_is_a_visitor_and_no_actor(db: None) -> None:
    request = asked()
    response = through(request)
    assert not request.actor  # type: ignore[attr-defined]
    assert request.visitor.address == "127.0.0.1"  # type: ignore[attr-defined]
    assert response["X-Request-Id"] == request.visitor.request_id  # type: ignore[attr-defined]


def test_who_logged_in_acts_with_what_is_held_now(db: None) -> None:
    world.build()
    luca = world.operator(LUCA, CASE_MANAGER)
    request = asked()
    identity = VerifiedIdentity(
        codice_fiscale=LUCA.codice_fiscale,
        given_name=LUCA.given_name,
        family_name=LUCA.family_name,
        scheme="spid",
        idp="https://idp.example",
        level=2,
    )
    open_session(request, world.person(LUCA), identity, at=clock.now())
    through(request)
    actor = request.actor  # type: ignore[attr-defined]
    assert (actor.id, actor.spid_level, actor.held) == (luca.id, 2, luca.held)
    assert actor.at == request.visitor.at  # type: ignore[attr-defined]


def test_a_static_page_asks_the_database_nothing(
    django_assert_num_queries: object, db: None
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        through(asked())


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),
    ],
)
def test_only_our_own_proxies_are_believed(
    proxies: int, header: str, address: str, settings: object
) -> None:
    settings.TRUSTED_PROXIES = proxies  # type: ignore[attr-defined]
    assert address_of(request=asked(X_Forwarded_For=header)) == address
