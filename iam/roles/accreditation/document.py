# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the facts of a practice to the sealed act of designation."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime

from iam.roles.accreditation import modelli
from iam.signatures.documents.compiling import compile_document
from iam.signatures.documents.fields import FIRST_BOX, SECOND_BOX, Field
from iam.signatures.documents.seal import seal

SIGNATURES = (
    Field(name="Ministero", label="Firma digitale per il Ministero", box=FIRST_BOX),
    Field(name="Interessato", label="Firma digitale della persona designata", box=SECOND_BOX),
)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the act says; the names are those of the template."""

    protocollo: str
    data_protocollo: str
    ambito: str
    codice_ambito: str
    ente: str
    persona: str
    nascita: str
    codice_fiscale: str = field(repr=False)
    forma: str
    firmatario: str
    carica: str
    identificativo: str
    modello: str = modelli.CURRENT
    avviso: str = ""


def sealed_act(facts: Facts, *, at: datetime) -> bytes:
    """Return the PDF with its two empty signature fields, sealed by the platform."""
    pdf = compile_document(
        modelli.source(facts.modello), asdict(facts), signature_fields=SIGNATURES, at=at
    )
    return seal(pdf)


def file_name(ambito: str) -> str:
    return f"Atto_di_designazione_{ambito}.pdf"
