# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where one may have been born: every Comune since 1861, ceased ones too, and every State.

Source: the archives of ANPR and of the Ministero dell'Interno, inside python-codicefiscale.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

from iam.enti.types import sort_key

ARCHIVES = (
    "municipalities.json",
    "municipalities-patch.json",
    "countries.json",
    "countries-patch.json",
    "deleted-countries.json",
)
FOREIGN = "EE"


@dataclass(frozen=True, slots=True)
class BirthPlace:
    """A Comune or a State under one name, from `since` to the day before `before`."""

    code: str
    name: str
    province: str
    since: date
    before: date | None

    @property
    def is_foreign(self) -> bool:
        return self.province == FOREIGN

    @property
    def label(self) -> str:
        where = "Stato estero" if self.is_foreign else self.province
        return f"{self.name} ({where})"


def birth_place(code: str, *, born: date) -> BirthPlace | None:
    """Return the place with this code as it was called on the day `born`; None if unknown."""
    known = _by_code().get(code, ())
    then = [p for p in known if p.since <= born and (p.before is None or born < p.before)]
    found = then or known
    return found[-1] if found else None


def existed(code: str, *, on: date) -> bool:
    """Return whether the code was in use on `on`.

    Gaps between two lives of the same Comune count as existence: the archives have holes.
    """
    known = _by_code().get(code, ())
    if not known or on < min(place.since for place in known):
        return False
    ends = [place.before for place in known]
    return None in ends or on < max(end for end in ends if end is not None)


def birth_places_named(text: str, *, born: date, limit: int = 20) -> list[BirthPlace]:
    """Return the places that existed on `born` and whose name begins with, then holds, `text`."""
    wanted = sort_key(text)
    if not wanted:
        return []
    found = [
        (not key.startswith(wanted), key, place)
        for key, place in _by_name()
        if wanted in key and place.since <= born and (place.before is None or born < place.before)
    ]
    found.sort(key=lambda item: item[:2])
    return [place for _, _, place in found[:limit]]


@lru_cache(maxsize=1)
def _by_code() -> dict[str, tuple[BirthPlace, ...]]:
    places: dict[str, list[BirthPlace]] = {}
    for place in _all():
        places.setdefault(place.code, []).append(place)
    return {
        code: tuple(sorted(group, key=lambda place: place.since)) for code, group in places.items()
    }


@lru_cache(maxsize=1)
def _by_name() -> tuple[tuple[str, BirthPlace], ...]:
    return tuple((sort_key(p.name), p) for group in _by_code().values() for p in group)


def _all() -> Iterator[BirthPlace]:
    for archive in ARCHIVES:
        text = files("codicefiscale").joinpath("data", archive).read_text(encoding="utf-8")
        for row in json.loads(text):
            yield _place(row)


def _place(row: dict[str, Any]) -> BirthPlace:
    ended = row["date_deleted"]
    return BirthPlace(
        code=row["code"],
        name=row["name"],
        province=row["province"],
        since=date.fromisoformat(row["date_created"][:10]),
        before=date.fromisoformat(ended[:10]) if ended else None,
    )
