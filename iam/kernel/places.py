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
        allowed = {
            "nazionale": not self.ambito and not self.comune,
            "ambito": bool(self.ambito) and not self.comune,
            "comune": bool(self.comune),
        }
        if not allowed[self.level]:
            raise ValueError(f"not a place at level {self.level}")

    def __str__(self) -> str:
        return {"nazionale": "Italia", "ambito": self.ambito, "comune": self.comune}[self.level]


NATIONAL = Place("nazionale")


def ambito(code: str) -> Place:
    return Place("ambito", ambito=code)


def comune(code: str, *, in_ambito: str = "") -> Place:
    """Return the Comune with this codice catastale; `in_ambito` is empty when it has no Ambito."""
    return Place("comune", ambito=in_ambito, comune=code)
