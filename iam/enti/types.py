# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Periods, names in natural order, and identifiers that every installation shares."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from uuid import UUID, uuid5

from django.db.backends.postgresql.psycopg_any import DateRange

ENTE_NAMESPACE = UUID("0d6f1f0e-8a5c-5b07-9a3e-5f4b1e5f2c7d")
DIGITS = re.compile(r"\d+")
NOT_LETTERS = re.compile(r"[^a-z0-9]+")


def days(since: date, until: date | None = None) -> DateRange:
    """Return the period from `since` to `until`, both days included; None means with no end."""
    return DateRange(since, until, "[]")


def last_day(period: DateRange) -> date | None:
    """Return the last day inside `period`, or None when it has no end."""
    if period.upper is None:
        return None
    end: date = period.upper
    return end if period.upper_inc else date.fromordinal(end.toordinal() - 1)


def sort_key(name: str) -> str:
    """Return the text to sort `name` by: accents and case ignored, numbers by their value.

    "Ambito Ancona 2" comes before "Ambito Ancona 10" without any collation of the database.
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    ascii_only = plain.encode("ascii", "ignore").decode()
    spaced = NOT_LETTERS.sub(" ", ascii_only).strip()
    return DIGITS.sub(lambda number: number.group().zfill(6), spaced)


def ente_id(kind: str, code: str) -> UUID:
    """Return the identifier of an Ente: the same on every installation that loads the same data."""
    return uuid5(ENTE_NAMESPACE, f"{kind}:{code}")
