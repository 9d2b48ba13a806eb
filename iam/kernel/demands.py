# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What some operations ask of the log-in, beyond the level 2 that all of them ask.

The law holds the rule; which operations it concerns is a setting, like the addresses of an
installation, because it depends on how people work there. Source: NIST SP 800-63B, 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from iam.kernel.permissions import Permission

HIGHEST_LEVEL = 3


@dataclass(frozen=True, slots=True)
class Demand:
    """The least level of the log-in, and how many seconds old it may be; 0 asks for nothing."""

    level: int = 0
    fresh_seconds: int = 0


NOTHING = Demand()


class BadDemandError(ValueError):
    """A setting cannot be read; the text says which word, in Italian."""


def read(*, fresh: str, level_3: str) -> Mapping[Permission, Demand]:
    """Return the demands of two settings: `permission=minutes ...` and `permission ...`.

    Raises `BadDemandError`.
    """
    minutes = dict(_minutes(word) for word in fresh.split())
    highest = {_permission(word) for word in level_3.split()}
    return {
        permission: Demand(
            level=HIGHEST_LEVEL if permission in highest else 0,
            fresh_seconds=60 * minutes.get(permission, 0),
        )
        for permission in {*minutes, *highest}
    }


def _minutes(word: str) -> tuple[Permission, int]:
    name, sign, number = word.partition("=")
    if not sign or not number.isdecimal() or not int(number):
        raise BadDemandError(f"«{word}» non è nella forma permesso=minuti.")
    return _permission(name), int(number)


def _permission(name: str) -> Permission:
    try:
        return Permission(name)
    except ValueError:
        raise BadDemandError(f"«{name}» non è un permesso del servizio.") from None


_demands: Mapping[Permission, Demand] = {}


def configure(demands: Mapping[Permission, Demand]) -> Mapping[Permission, Demand]:
    """Say what is asked from now on, and return what was asked before; the settings call it."""
    global _demands
    before, _demands = _demands, dict(demands)
    return before


def demand_of(permission: Permission) -> Demand:
    return _demands.get(permission, NOTHING)


def digest() -> str:
    """Return a text that changes with the demands, empty when there are none: it is evidence."""
    if not _demands:
        return ""
    return sha256("\n".join(_lines(_demands.items())).encode()).hexdigest()


def _lines(demands: Iterable[tuple[Permission, Demand]]) -> list[str]:
    return sorted(f"{name}={one.level},{one.fresh_seconds}" for name, one in demands)
