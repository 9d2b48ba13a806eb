# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""What the frame of every page needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from iam.kernel.permissions import Permission
from iam.web.access import actor_of
from iam.web.configuration import SERVICE


@dataclass(frozen=True, slots=True)
class Entry:
    label: str
    address: str
    needs: Permission | None = None
    of_an_ambito: bool = False
    covers: tuple[str, ...] = ()


MENU: Final = (
    Entry("Da fare", "/"),
    Entry("Cruscotto", "/cruscotto/", Permission.NETWORK_READ),
    Entry("Ambiti", "/ambiti/", Permission.NETWORK_READ, covers=("/pratiche/", "/note/")),
    Entry("Comuni", "/comuni/", Permission.CONVENZIONE_READ, of_an_ambito=True),
    Entry("Operatori", "/operatori/", Permission.GRANT_READ),
    Entry("Gestori", "/gestori/", Permission.PROVIDER_DECIDE),
    Entry("Identità di altri Paesi", "/identita-estere/", Permission.IDENTITY_READ),
    Entry("Registro", "/registro/", Permission.REGISTER_READ),
    Entry("Accessi conservati", "/accessi/", Permission.LOGIN_READ),
    Entry("Chi ha visto i dati", "/registro/interessato/", Permission.REGISTER_READ_SUBJECT),
)


def service(request: HttpRequest) -> dict[str, Any]:
    """Name the service and, for a person who logged in, the pages of the profile in use."""
    return {
        "service": {**SERVICE, **getattr(settings, "SERVICE", {})},
        "is_demo": bool(getattr(settings, "IAM_DEMO", False)),
        "menu": SimpleLazyObject(lambda: menu_of(request)),
    }


def menu_of(request: HttpRequest) -> list[dict[str, object]]:
    actor = actor_of(request)
    if actor is None:
        return []
    entries = [
        entry
        for entry in MENU
        if entry.needs is None
        or any(
            entry.needs in held.may and (held.place.ambito or not entry.of_an_ambito)
            for held in actor.held
        )
    ]
    here = max((e for e in entries if is_within(request.path, e)), key=_depth, default=None)
    return [
        {"label": entry.label, "address": entry.address, "here": entry is here} for entry in entries
    ]


def is_within(path: str, entry: Entry) -> bool:
    """Return if a page is one of those that an entry of the menu leads to."""
    if entry.address == "/":
        return path == "/"
    return path.startswith((entry.address, *entry.covers))


def _depth(entry: Entry) -> int:
    return len(entry.address)
