# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of Ambiti with their Comuni, one line for each membership, as CSV.

Columns: codice_ambito, denominazione, tipo_forma, comune_capofila, codice_istat_membro, dal, al.
The separator may be a comma or a semicolon; days are ISO; `al` may be empty.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from iam.enti.errors import ImportColumnsMissing, ImportLineUnreadable

COLUMNS = (
    "codice_ambito",
    "denominazione",
    "tipo_forma",
    "comune_capofila",
    "codice_istat_membro",
    "dal",
    "al",
)


@dataclass(frozen=True, slots=True)
class MembershipLine:
    """`number` is the line in the file, the header being 1."""

    number: int
    ambito: str
    denominazione: str
    form: str
    capofila: str
    comune_istat: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Completeness:
    """What a file of Ambiti leaves open, by codice catastale; `unknown` by number of line."""

    ambiti: int
    comuni: int
    without_ambito: tuple[str, ...]
    in_two_ambiti: tuple[str, ...]
    unknown: tuple[tuple[int, str], ...]

    @property
    def is_complete(self) -> bool:
        return not (self.without_ambito or self.in_two_ambiti or self.unknown)


def read_memberships(content: bytes) -> tuple[MembershipLine, ...]:
    """Return the lines of the file.

    Raises `ImportColumnsMissing` or `ImportLineUnreadable`, which names the line.
    """
    text = content.decode("utf-8-sig")
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in head else ",")
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise ImportColumnsMissing(columns=", ".join(missing))
    return tuple(_line(number, row) for number, row in enumerate(reader, start=2))


def completeness(
    lines: Iterable[MembershipLine], *, comuni_by_istat: Mapping[str, str], on: date
) -> Completeness:
    """Judge the lines in force `on` against the Comuni that exist (codice ISTAT to catastale)."""
    memberships: dict[str, set[str]] = defaultdict(set)
    times: Counter[str] = Counter()
    unknown: list[tuple[int, str]] = []
    ambiti = set()
    for line in lines:
        ambiti.add(line.ambito)
        code = comuni_by_istat.get(line.comune_istat)
        if code is None:
            unknown.append((line.number, line.comune_istat))
        elif line.since <= on and (line.until is None or on <= line.until):
            memberships[code].add(line.ambito)
            times[code] += 1
    return Completeness(
        ambiti=len(ambiti),
        comuni=len(memberships),
        without_ambito=tuple(sorted(set(comuni_by_istat.values()) - memberships.keys())),
        in_two_ambiti=tuple(sorted(code for code, count in times.items() if count > 1)),
        unknown=tuple(unknown),
    )


def _line(number: int, row: dict[str, str]) -> MembershipLine:
    try:
        until = row["al"].strip()
        return MembershipLine(
            number=number,
            ambito=row["codice_ambito"].strip(),
            denominazione=row["denominazione"].strip(),
            form=row["tipo_forma"].strip(),
            capofila=row["comune_capofila"].strip(),
            comune_istat=row["codice_istat_membro"].strip().zfill(6),
            since=date.fromisoformat(row["dal"].strip()),
            until=date.fromisoformat(until) if until else None,
        )
    except (AttributeError, ValueError) as fault:
        raise ImportLineUnreadable(line=number) from fault
