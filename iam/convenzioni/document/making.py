# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the facts of an ente to the sealed file it must sign."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from iam.convenzioni import modelli
from iam.kernel.permissions import Section
from iam.signatures.documents.compiling import compile_document
from iam.signatures.documents.fields import Field
from iam.signatures.documents.seal import seal

SIGNATURE = Field(
    name="LegaleRappresentante",
    label="Firma digitale del legale rappresentante",
    box=(62, 66, 290, 116),
)

SECTION_NAMES = {
    Section.PATTI: "Patti per l'inclusione sociale",
    Section.ANAGRAFICI: "Controlli anagrafici",
    Section.PUC: "Progetti utili alla collettività",
}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the document says; the names are those of the template."""

    numero: str
    ente: str
    provincia: str
    rappresentante: str
    carica: str
    atto: str
    catastale: str
    istat: str
    ambito: str
    pec: str
    comuni: Sequence[str]
    sezioni: Sequence[str]
    scadenza: str
    identificativo: str
    modello: str
    avviso: str = ""


def sealed_document(facts: Facts, *, at: datetime) -> bytes:
    """Return the PDF with its empty signature field, sealed by the platform; `at` is its date."""
    pdf = compile_document(
        modelli.source(facts.modello), asdict(facts), signature_fields=[SIGNATURE], at=at
    )
    return seal(pdf)


def readable_identifier(convenzione: UUID) -> str:
    """Return what a person reads aloud to name the document: A1B2-C3D4-E5F6."""
    head = convenzione.hex[:12].upper()
    return "-".join((head[:4], head[4:8], head[8:]))


def file_name(*, ente: str, sigla: str) -> str:
    """Return the name that the slides ask for: the Comune's and the province's."""
    plain = unicodedata.normalize("NFKD", ente).encode("ascii", "ignore").decode()
    words = "".join(mark if mark.isalnum() else " " for mark in plain).split()
    return "_".join(["Convenzione", *words, *([sigla] if sigla else [])]) + ".pdf"


def italian_day(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"
