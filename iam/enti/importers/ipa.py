# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The register of public bodies (IPA), in the layout of its open data.

The digital domicile is MailN where Tipo_MailN is "Pec". The person in charge comes
without codice fiscale, so the index alone never makes a legal representative.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from iam.enti.errors import ImportColumnsMissing

COLUMNS = (
    "Codice_IPA",
    "Denominazione_ente",
    "Codice_fiscale_ente",
    "Codice_catastale_comune",
    "Codice_Categoria",
    "Mail1",
    "Tipo_Mail1",
)
CATEGORY_COMUNI = "L6"
MAILS = range(1, 6)


@dataclass(frozen=True, slots=True)
class IpaLine:
    """One body. `comune` is the codice catastale, only for a Comune itself."""

    codice_ipa: str
    denominazione: str
    codice_fiscale: str
    comune: str
    pec: str
    responsible: str


@dataclass(frozen=True, slots=True)
class IpaReport:
    """How far the file serves: Comuni it gives a PEC to, and those that stay without."""

    read: int
    with_pec: int
    comuni_without_pec: tuple[str, ...]


def read_ipa(content: bytes) -> tuple[IpaLine, ...]:
    """Return the bodies of the file (comma, semicolon or tab). Raises `ImportColumnsMissing`."""
    text = content.decode("utf-8-sig")
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise ImportColumnsMissing(columns=", ".join(missing))
    return tuple(_lines(reader))


def report(lines: Iterable[IpaLine], *, comuni: Iterable[str]) -> IpaReport:
    """Say which of the `comuni` (codici catastali) the file leaves without a digital domicile."""
    lines = tuple(lines)
    served = {line.comune for line in lines if line.comune and line.pec}
    return IpaReport(
        read=len(lines),
        with_pec=sum(1 for line in lines if line.pec),
        comuni_without_pec=tuple(sorted(set(comuni) - served)),
    )


def _lines(rows: Iterable[dict[str, str]]) -> Iterator[IpaLine]:
    for row in rows:
        is_comune = row["Codice_Categoria"].strip() == CATEGORY_COMUNI
        yield IpaLine(
            codice_ipa=row["Codice_IPA"].strip(),
            denominazione=row["Denominazione_ente"].strip(),
            codice_fiscale=row["Codice_fiscale_ente"].strip(),
            comune=row["Codice_catastale_comune"].strip().upper() if is_comune else "",
            pec=_pec(row),
            responsible=_text(row, "Nome_responsabile", "Cognome_responsabile"),
        )


def _pec(row: dict[str, str]) -> str:
    for number in MAILS:
        if (row.get(f"Tipo_Mail{number}") or "").strip().casefold() == "pec":
            return (row.get(f"Mail{number}") or "").strip().lower()
    return ""


def _text(row: dict[str, str], *names: str) -> str:
    return " ".join(part for name in names if (part := (row.get(name) or "").strip()))
