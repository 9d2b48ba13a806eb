# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the tables should hold after a load: values by primary key, for comparison and writing."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from iam.enti.importers.territories import (
    AUTONOMOUS,
    MINISTERO,
    MINISTERO_CODE,
    MINISTERO_IPA,
    Territories,
)
from iam.enti.models import EnteKind
from iam.enti.types import ente_id, sort_key

Rows = Mapping[Hashable, Mapping[str, Any]]
"""The values of each row, keyed by its primary key; column names as in the database."""


def ente_rows(territories: Territories) -> Rows:
    """Return the bodies behind the territories, and the Ministry itself."""
    rows: dict[Hashable, Mapping[str, Any]] = {}

    def add(kind: EnteKind, code: str, name: str) -> None:
        values = {"kind": kind.value, "denominazione": name, "sort_key": sort_key(name)}
        rows[ente_id(kind.value, code)] = values

    add(EnteKind.MINISTERO, MINISTERO_CODE, MINISTERO)
    for regione in territories.regioni:
        add(EnteKind.REGIONE, regione.codice, f"Regione {regione.denominazione}")
    for sigla, name in AUTONOMOUS.items():
        add(EnteKind.PROVINCIA_AUTONOMA, sigla, name)
    for comune in territories.comuni:
        add(EnteKind.COMUNE, comune.codice_catastale, f"Comune di {comune.denominazione}")
    return rows


def ministero_values() -> Mapping[str, Any]:
    return {"codice_ipa": MINISTERO_IPA}


def regione_rows(territories: Territories) -> Rows:
    return {
        row.codice: {
            "denominazione": row.denominazione,
            "ente_id": ente_id(EnteKind.REGIONE.value, row.codice),
            "sort_key": sort_key(row.denominazione),
        }
        for row in territories.regioni
    }


def provincia_rows(territories: Territories) -> Rows:
    return {
        row.sigla: {
            "codice_uts": row.codice_uts,
            "denominazione": row.denominazione,
            "regione_id": row.regione,
            "ente_id": (
                ente_id(EnteKind.PROVINCIA_AUTONOMA.value, row.sigla)
                if row.sigla in AUTONOMOUS
                else None
            ),
            "sort_key": sort_key(row.denominazione),
        }
        for row in territories.province
    }


def comune_rows(territories: Territories) -> Rows:
    return {
        row.codice_catastale: {
            "codice_istat": row.codice_istat,
            "denominazione": row.denominazione,
            "denominazione_altra_lingua": row.denominazione_altra_lingua,
            "provincia_id": row.provincia,
            "capoluogo": row.capoluogo,
            "ente_id": ente_id(EnteKind.COMUNE.value, row.codice_catastale),
            "since": row.since,
            "sort_key": sort_key(row.denominazione),
        }
        for row in territories.comuni
    }


def stato_rows(territories: Territories) -> Rows:
    return {
        row.codice_catastale: {
            "denominazione": row.denominazione,
            "denominazione_en": row.denominazione_en,
            "since": row.since,
            "until": row.until,
            "sort_key": sort_key(row.denominazione),
        }
        for row in territories.stati
    }
