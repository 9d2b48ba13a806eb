# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""578 invented Ambiti that share out the real Comuni, province by province. SIMULATO.

No complete list of the real ones could be had: these have their number and their shape only.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from demo.personas import COMUNE_OF_MARCO, COMUNE_OF_THE_JOURNEY

AMBITI = 578
"""How many Ambiti the slides of 12-9-2019 count: 44 + 118 + 416."""

PLACED = {COMUNE_OF_THE_JOURNEY: 4, COMUNE_OF_MARCO: 1}
"""The number, in its province, of the Ambito of the Comuni that the demonstration names."""


@dataclass(frozen=True, slots=True)
class RealComune:
    codice_catastale: str
    sigla: str
    provincia: str
    regione: str
    capoluogo: bool


@dataclass(frozen=True, slots=True)
class InventedAmbito:
    codice: str
    denominazione: str
    regione: str
    capofila: str
    comuni: tuple[str, ...]


def partition(comuni: Iterable[RealComune], *, into: int = AMBITI) -> list[InventedAmbito]:
    """Return `into` Ambiti: each Comune is in one, and none crosses its province.

    `comuni` come in order of name; neighbours in the alphabet stay together. The same Comuni
    always give the same Ambiti.
    """
    by_province: dict[str, list[RealComune]] = {}
    for comune in comuni:
        by_province.setdefault(comune.sigla, []).append(comune)
    sizes = {sigla: len(group) for sigla, group in by_province.items()}
    shares = _shares(sizes, into=into)
    return [
        ambito
        for sigla in sorted(by_province)
        for ambito in _of_province(by_province[sigla], shares[sigla])
    ]


def _shares(sizes: Mapping[str, int], *, into: int) -> dict[str, int]:
    """Share `into` among the provinces: one each, then each next where Ambiti are the largest."""
    shares = dict.fromkeys(sorted(sizes), 1)
    waiting = [(-size / 2, sigla) for sigla, size in sorted(sizes.items())]
    heapq.heapify(waiting)
    for _ in range(into - len(sizes)):
        _, sigla = heapq.heappop(waiting)
        shares[sigla] += 1
        heapq.heappush(waiting, (-sizes[sigla] / (shares[sigla] + 1), sigla))
    return shares


def _of_province(comuni: Sequence[RealComune], count: int) -> list[InventedAmbito]:
    size, larger = divmod(len(comuni), count)
    groups, start = [], 0
    for position in range(count):
        end = start + size + (position < larger)
        groups.append(tuple(comuni[start:end]))
        start = end
    _place(groups)
    return [_ambito(number, group) for number, group in enumerate(groups, start=1)]


def _place(groups: list[tuple[RealComune, ...]]) -> None:
    """Swap the groups of the Comuni that the demonstration names to their number."""
    for code, number in PLACED.items():
        for position, group in enumerate(groups):
            if any(comune.codice_catastale == code for comune in group):
                wanted = min(number, len(groups)) - 1
                groups[position], groups[wanted] = groups[wanted], groups[position]
                break


def _ambito(number: int, comuni: Sequence[RealComune]) -> InventedAmbito:
    first = comuni[0]
    head = next((comune for comune in comuni if comune.capoluogo), first)
    return InventedAmbito(
        codice=f"{first.sigla}-{number:02d}",
        denominazione=f"Ambito {first.provincia} {number} (inventato)",
        regione=first.regione,
        capofila=head.codice_catastale,
        comuni=tuple(comune.codice_catastale for comune in comuni),
    )
