# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is asking, with which grants, at what instant: read once per request, if somebody looks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from iam.accounts.sessions.opening import chosen_grant, session_facts
from iam.audit import clock
from iam.kernel.actor import Actor, Visitor, day_in_rome
from iam.roles.selectors import actor_for, in_use


class ActorMiddleware:
    """Set `request.visitor`, and `request.actor`, which is false when nobody logged in.

    Both are lazy: a static page reads neither the clock nor the grants. The actor holds the
    profile in use and no other; `request.must_choose`, set with it, says that there are several
    and none was chosen. `request.whole_actor` holds them all, for pages that explain.
    """

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        asking = Asking(request)
        request.request_id = asking.request_id
        request.visitor = SimpleLazyObject(lambda: asking.visitor)
        request.whole_actor = SimpleLazyObject(lambda: asking.whole)
        request.actor = SimpleLazyObject(lambda: asking.actor)
        response = self.get_response(request)
        response.headers.setdefault("X-Request-Id", asking.request_id)
        return response


class Asking:
    """The facts of one request. The clock is the database's, read at the first need."""

    def __init__(self, request: Any) -> None:
        self.request = request
        self.request_id = str(uuid4())

    @cached_property
    def at(self) -> datetime:
        return clock.now()

    @cached_property
    def address(self) -> str:
        return address_of(request=self.request)

    @cached_property
    def visitor(self) -> Visitor:
        return Visitor(
            at=self.at,
            on=day_in_rome(self.at),
            address=self.address,
            request_id=self.request_id,
        )

    @cached_property
    def whole(self) -> Actor | None:
        """The person with all that she holds: to tell her of it, never to act."""
        facts = session_facts(self.request)
        if facts is None:
            return None
        return actor_for(
            facts.person,
            on=day_in_rome(self.at),
            at=self.at,
            spid_level=facts.level,
            address=self.address,
            request_id=self.request_id,
            entered_at=facts.entered_at,
        )

    @cached_property
    def actor(self) -> Actor | None:
        if self.whole is None:
            return None
        acting = in_use(self.whole, chosen_grant(self.request))
        self.request.must_choose = len(self.whole.held) > len(acting.held) == 0
        return acting


def address_of(*, request: Any) -> str:
    """Return the address of the last hop we trust.

    Behind the setting TRUSTED_PROXIES, the number of proxies of ours, the header ends with
    as many addresses that they wrote; what stands before was written by the client.
    """
    proxies = int(getattr(settings, "TRUSTED_PROXIES", 0))
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop]
    if proxies and len(hops) >= proxies:
        return str(hops[-proxies])
    return str(request.META.get("REMOTE_ADDR", ""))
