# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a right holds: the whole country, one Ambito, one Comune."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["nazionale", "ambito", "comune"]


@dataclass(frozen=True, slots=True)
class Place:
    """A territory. `comune` is the codice catastale, `ambito` the code of the Ambito."""

    level: Level
    ambito: str = ""
    comune: str = ""

    def __post_init__(self) -> None:
        expected = {"nazionale": (False, False), "ambito": (True, False), "comune": (None, True)}
        ambito, comune = expected[self.level]
        if (ambito is not None and bool(self.ambito) is not ambito) or bool(self.comune) is not comune:
            raise ValueError(f"not a place at level {self.level}")

    def __str__(self) -> str:
        return {"nazionale": "Italia", "ambito": self.ambito, "comune": self.comune}[self.level]


NATIONAL = Place("nazionale")


def ambito(code: str) -> Place:
    return Place("ambito", ambito=code)


def comune(code: str, *, in_ambito: str = "") -> Place:
    """Return the Comune with this codice catastale; `in_ambito` is empty when it has no Ambito."""
    return Place("comune", ambito=in_ambito, comune=code)
