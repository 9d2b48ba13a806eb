# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an event is: a frozen dataclass whose facts mypy checks, and its canonical bytes.

An event holds identifiers, never names, codici fiscali or documents. A person
who is not a user of the platform appears as a pseudonym (hex of a keyed HMAC).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from stdnum.it import codicefiscale

KIND = re.compile(r"[a-z]+(-[a-z]+)*(\.[a-z]+(-[a-z]+)*){2,3}")
LOOKS_LIKE_CODICE_FISCALE = re.compile(
    r"[A-Za-z]{6}[0-9A-Za-z]{2}[A-Za-z][0-9A-Za-z]{2}[A-Za-z][0-9A-Za-z]{3}[A-Za-z]"
)

registered: dict[str, type[Event]] = {}


class PersonalDatumInEvent(ValueError):
    """A codice fiscale in clear was about to enter the log (law 10)."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all events. Subclasses are frozen, keyword-only, and have a unique `kind`."""

    kind: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        kind = cls.__dict__.get("kind", "")
        if not KIND.fullmatch(kind):
            raise TypeError(f"{cls.__name__}.kind must read room.thing.past, not {kind!r}")
        known = registered.setdefault(kind, cls)
        if known.__qualname__ != cls.__qualname__:
            raise TypeError(f"two events are called {kind}")

    def facts(self) -> dict[str, object]:
        """Return the event's own fields as JSON values, absent ones left out."""
        named = ((f.name, getattr(self, f.name)) for f in fields(self))
        return {name: _plain(value) for name, value in named if value is not None}


def canonical(body: Mapping[str, object]) -> bytes:
    """Return the bytes that are hashed: for str, int and bool they equal RFC 8785's.

    Raises `PersonalDatumInEvent` if a codice fiscale is among the values.
    """
    _refuse_codice_fiscale(body)
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def _plain(value: object) -> object:
    if isinstance(value, bool | int) and not isinstance(value, Enum):
        return value
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, str):
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple | frozenset):
        items = sorted(value) if isinstance(value, frozenset) else value
        return [_plain(item) for item in items]
    raise TypeError(f"an event cannot hold a {type(value).__name__}")


def _refuse_codice_fiscale(value: object) -> None:
    if isinstance(value, Mapping):
        for item in value.values():
            _refuse_codice_fiscale(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_codice_fiscale(item)
    elif isinstance(value, str):
        for found in LOOKS_LIKE_CODICE_FISCALE.findall(value):
            if codicefiscale.is_valid(found.upper()):
                raise PersonalDatumInEvent("un evento contiene un codice fiscale in chiaro")
