# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Every page says who may open it; what is open to all says why."""

from __future__ import annotations

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from iam.web.access import Access


def routes(room: str = "iam.web.") -> list[URLPattern]:
    """Return the routes that a room answers, wherever they are mounted; "" for every room."""

    def walk(patterns: list[URLPattern | URLResolver]) -> list[URLPattern]:
        found: list[URLPattern] = []
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                found += walk(pattern.url_patterns)
            elif pattern.callback.__module__.startswith(room):
                found.append(pattern)
        return found

    return walk(get_resolver().url_patterns)


def access_of(route: URLPattern) -> Access:
    access: Access = route.callback.access  # type: ignore[attr-defined]  # set by iam.web.access
    return access


@pytest.mark.parametrize("route", routes(), ids=lambda route: route.name)
def test_a_route_has_a_permission_or_a_reason(route: URLPattern) -> None:
    access = getattr(route.callback, "access", None)

    assert isinstance(access, Access), f"{route.pattern}: nobody declared who may open it"
    assert access.needs or access.why_open, f"{route.pattern}: open without a reason"
    assert not (access.needs and not access.login), (
        f"{route.pattern}: a permission without a log-in"
    )


PUBLIC = {
    "inizio",
    "accesso",
    "esci",
    "uscita",
    "aiuto",
    "stato",
    "accessibilita",
    "privacy",
    "note-legali",
    "security-txt",
    "healthz",
    "readyz",
    "metrics",
}


def test_the_public_pages_are_these_and_no_others() -> None:
    opened = {route.name for route in routes() if not access_of(route).login}

    assert opened == PUBLIC


def test_no_address_has_a_codice_fiscale_in_it() -> None:
    assert not [str(route.pattern) for route in routes() if "fiscale" in str(route.pattern)]
