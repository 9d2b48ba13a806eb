# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Who may open a page: declared on the view, walked by a test.

This is the door of the page only. What it shows and does is decided again by the selectors
and the actions it calls, on the thing itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from iam.kernel.actor import Actor
from iam.kernel.errors import Denied
from iam.kernel.law import sentence_of
from iam.kernel.permissions import Permission

LEVEL_TWO = "livello-spid"

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
PersonsView = Callable[Concatenate[HttpRequest, Actor, P], HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Access:
    """`needs`: one of these permissions opens the page. `why_open`: why it asks for none.

    `level` is the least of the log-in, where no permission asks the law for it.
    """

    needs: frozenset[Permission] = frozenset()
    login: bool = True
    why_open: str = ""
    level: int = 0


class RoleNotEnough(Denied):
    code = "profilo-non-adatto"
    message = (
        "Il profilo con cui sei entrato non comprende questa pagina. "
        "Se hai un altro profilo, sceglilo; altrimenti leggi chi può dartelo."
    )

    def __init__(self) -> None:
        super().__init__(why="")


class LevelTooLow(Denied):
    """The same sentence as the law's: here it has no permission to be asked about."""

    def __init__(self) -> None:
        super().__init__(why=sentence_of(LEVEL_TWO), reasons=(LEVEL_TWO,))


def _declare(view: Any, access: Access) -> Any:
    view.access = access
    return view


def public(why: str) -> Callable[[View[P]], View[P]]:
    """Open to anyone; `why` is kept in the list of public pages."""

    def mark(view: View[P]) -> View[P]:
        return _declare(view, Access(login=False, why_open=why))  # type: ignore[no-any-return]  # the view itself, marked

    return mark


def personal(why: str, *, level: int = 0) -> Callable[[PersonsView[P]], View[P]]:
    """Open to any person who logged in, at this level or above, with or without a role."""

    def mark(view: PersonsView[P]) -> View[P]:
        return _guarded(view, Access(why_open=why, level=level))

    return mark


def page(*needs: Permission) -> Callable[[PersonsView[P]], View[P]]:
    """Open to persons whose profile in use holds one of `needs`."""

    def mark(view: PersonsView[P]) -> View[P]:
        return _guarded(view, Access(needs=frozenset(needs)))

    return mark


def _guarded(view: PersonsView[P], access: Access) -> View[P]:
    @wraps(view)
    def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        actor = actor_of(request)
        if actor is None:
            return to_login(request)
        if access.needs and must_choose(request):
            return to_choice(request)
        if actor.spid_level < access.level:
            raise LevelTooLow
        if access.needs and not any(access.needs & held.may for held in actor.held):
            raise RoleNotEnough
        response = view(request, actor, *args, **kwargs)
        add_never_cache_headers(response)
        patch_vary_headers(response, ["HX-Request"])
        return response

    return _declare(door, access)  # type: ignore[no-any-return]  # the view itself, marked


def actor_of(request: HttpRequest) -> Actor | None:
    """Return the person who logged in, with the profile in use; None for a visitor."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return None
    actor = getattr(request, "actor", None)
    return actor if actor else None


def must_choose(request: HttpRequest) -> bool:
    """Return if the person holds several profiles and has chosen none: she acts with none."""
    actor_of(request)
    return bool(getattr(request, "must_choose", False))


def to_choice(request: HttpRequest) -> HttpResponse:
    """Ask which profile to use, then go on to a page that was only being read."""
    address = reverse("scegli-profilo")
    if request.method == "GET" and request.get_full_path() != "/":
        address += "?" + urlencode({"prossima": request.get_full_path()})
    return redirect(address)


def to_login(request: HttpRequest) -> HttpResponse:
    """Send to the log-in, and from there back to a page that was only being read."""
    address = str(settings.LOGIN_URL)
    if request.method == "GET" and request.get_full_path() != "/":
        address += "?" + urlencode({"prossima": request.get_full_path()})
    return redirect(address)
