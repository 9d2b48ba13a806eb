# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The territories that ship with the service: Regioni, Province, Comuni, foreign States."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"
AUTONOMOUS = {"TN": "Provincia autonoma di Trento", "BZ": "Provincia autonoma di Bolzano"}
"""With these two the twenty Regioni are twenty-two bodies."""

MINISTERO = "Ministero del Lavoro e delle Politiche Sociali"
MINISTERO_CODE = "MLPS"
MINISTERO_IPA = "m_lps"


@dataclass(frozen=True, slots=True)
class RegioneRow:
    codice: str
    denominazione: str


@dataclass(frozen=True, slots=True)
class ProvinciaRow:
    sigla: str
    codice_uts: str
    denominazione: str
    regione: str


@dataclass(frozen=True, slots=True)
class ComuneRow:
    codice_catastale: str
    codice_istat: str
    denominazione: str
    denominazione_altra_lingua: str
    provincia: str
    capoluogo: bool
    since: date


@dataclass(frozen=True, slots=True)
class StatoRow:
    codice_catastale: str
    denominazione: str
    denominazione_en: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Territories:
    """All of them; each tuple in the order of its file."""

    regioni: tuple[RegioneRow, ...]
    province: tuple[ProvinciaRow, ...]
    comuni: tuple[ComuneRow, ...]
    stati: tuple[StatoRow, ...]


def read_territories(folder: Path = DATA) -> Territories:
    """Read the CSV files of `folder`. Raises `KeyError` or `ValueError` on another layout."""
    province = tuple(_province(folder))
    regioni = {row["codice_regione"]: row["regione"] for row in _rows(folder / "province_uts.csv")}
    return Territories(
        regioni=tuple(RegioneRow(code, name) for code, name in sorted(regioni.items())),
        province=province,
        comuni=tuple(_comuni(folder)),
        stati=tuple(_stati(folder)),
    )


def _province(folder: Path) -> Iterator[ProvinciaRow]:
    for row in _rows(folder / "province_uts.csv"):
        yield ProvinciaRow(
            row["sigla"], row["codice_uts"], row["denominazione"], row["codice_regione"]
        )


def _comuni(folder: Path) -> Iterator[ComuneRow]:
    for row in _rows(folder / "comuni_attivi.csv"):
        yield ComuneRow(
            codice_catastale=row["codice_catastale"],
            codice_istat=row["codice_istat"],
            denominazione=row["denominazione"],
            denominazione_altra_lingua=row["denominazione_altra_lingua"],
            provincia=row["sigla_provincia"],
            capoluogo=row["capoluogo"] == "1",
            since=date.fromisoformat(row["data_istituzione"]),
        )


def _stati(folder: Path) -> Iterator[StatoRow]:
    for row in _rows(folder / "stati_esteri.csv"):
        end = row["data_fine"]
        yield StatoRow(
            codice_catastale=row["codice_catastale"],
            denominazione=row["denominazione"],
            denominazione_en=row["denominazione_en"],
            since=date.fromisoformat(row["data_inizio"]),
            until=date.fromisoformat(end) if end else None,
        )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)
