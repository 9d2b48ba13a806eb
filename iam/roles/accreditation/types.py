# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The path of a practice, the buckets of the dashboard, and what selectors answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from iam.roles.accreditation.models import DocumentKind, Stage, State
from iam.signatures.types import Verdict

NOTICE = "accreditamento.comunicazione"
"""The kind of the PEC that tells the ente: its delivery makes a practice COMUNICATO."""

INTEGRATION = "accreditamento.integrazione"
INVITATION = "accreditamento.controfirma"

REQUIRED = (DocumentKind.NOTA, DocumentKind.DOCUMENTO_IDENTITA, DocumentKind.CODICE_FISCALE)
"""The papers without which a practice does not go on. Source: nota del Ministero, passo 2."""

MOVES: dict[State, frozenset[State]] = {
    State.INVITATO: frozenset({State.DATI_COMPILATI, State.RIFIUTATO}),
    State.DATI_COMPILATI: frozenset({State.DOCUMENTAZIONE_RICEVUTA, State.RIFIUTATO}),
    State.DOCUMENTAZIONE_RICEVUTA: frozenset({State.IN_VERIFICA, State.RIFIUTATO}),
    State.IN_VERIFICA: frozenset(
        {State.INTEGRAZIONE_RICHIESTA, State.ATTO_PREDISPOSTO, State.RIFIUTATO}
    ),
    State.INTEGRAZIONE_RICHIESTA: frozenset({State.DOCUMENTAZIONE_RICEVUTA, State.RIFIUTATO}),
    State.ATTO_PREDISPOSTO: frozenset({State.ATTO_CONTROFIRMATO, State.RIFIUTATO}),
    State.ATTO_CONTROFIRMATO: frozenset({State.CENSITO, State.RIFIUTATO}),
    State.CENSITO: frozenset({State.COMUNICATO, State.SOSPESO, State.CESSATO}),
    State.COMUNICATO: frozenset({State.SOSPESO, State.CESSATO}),
    State.SOSPESO: frozenset({State.COMUNICATO, State.CESSATO}),
    State.CESSATO: frozenset(),
    State.RIFIUTATO: frozenset(),
}
"""From each state, those that may follow."""


class Bucket(StrEnum):
    """The three states of the slides of 12-9-2019, and what lies between the last two."""

    DEVONO_COMUNICARE = "devono-comunicare"
    SENZA_DOCUMENTAZIONE = "senza-documentazione"
    IN_LAVORAZIONE = "in-lavorazione"
    COMPLETATI = "completati"


BUCKET_OF: dict[State, Bucket] = {
    State.INVITATO: Bucket.DEVONO_COMUNICARE,
    State.DATI_COMPILATI: Bucket.SENZA_DOCUMENTAZIONE,
    State.DOCUMENTAZIONE_RICEVUTA: Bucket.IN_LAVORAZIONE,
    State.IN_VERIFICA: Bucket.IN_LAVORAZIONE,
    State.INTEGRAZIONE_RICHIESTA: Bucket.IN_LAVORAZIONE,
    State.ATTO_PREDISPOSTO: Bucket.IN_LAVORAZIONE,
    State.ATTO_CONTROFIRMATO: Bucket.IN_LAVORAZIONE,
    State.CENSITO: Bucket.COMPLETATI,
    State.COMUNICATO: Bucket.COMPLETATI,
    State.SOSPESO: Bucket.IN_LAVORAZIONE,
    State.CESSATO: Bucket.DEVONO_COMUNICARE,
    State.RIFIUTATO: Bucket.DEVONO_COMUNICARE,
}
"""The one definition behind every count and every list. No practice counts as INVITATO."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CandidateForm:
    """The fields of the Ministry's form, the Ambito apart. `birth_place` is a codice catastale."""

    codice_fiscale: str = field(repr=False)
    given_name: str
    family_name: str
    birth_date: date
    birth_place: str
    gender: str
    email: str
    phone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """The person indicated, for whoever examines the practice."""

    full_name: str
    codice_fiscale: str = field(repr=False)
    birth_date: date | None
    birth_place: str
    gender: str
    email: str
    phone: str
    submitted_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Invitation:
    """A link of countersignature; `token` is shown once and kept nowhere."""

    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedAct:
    """A file that came back, with what the verification said of it (None while it waits)."""

    upload: UUID
    stage: Stage
    state: str
    uploaded_at: datetime
    file: UUID
    report_hash: str
    verdict: Verdict | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RegioneLine:
    """One line of the table by Regione; `counts` has every bucket."""

    code: str
    name: str
    counts: dict[Bucket, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperFile:
    """The bytes of a paper, ready to be given to who may read it."""

    name: str
    media_type: str
    sha256: str
    content: bytes = field(repr=False)
