# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happens to conventions and to the Comuni they open."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from iam.audit.event import Event


@dataclass(frozen=True, kw_only=True)
class ConvenzionePrepared(Event):
    kind = "convenzioni.convenzione.prepared"
    convenzione: UUID
    number: str
    comune: str | None
    ambito: str
    contraente: str
    modello: str
    sections: tuple[str, ...]
    document_sha256: str


@dataclass(frozen=True, kw_only=True)
class ConvenzioneDownloaded(Event):
    kind = "convenzioni.convenzione.downloaded"
    convenzione: UUID
    comune: str | None
    ambito: str
    document_sha256: str


@dataclass(frozen=True, kw_only=True)
class SignedFileReceived(Event):
    kind = "convenzioni.file.received"
    convenzione: UUID
    upload: UUID
    comune: str | None
    ambito: str
    file_sha256: str
    size: int


@dataclass(frozen=True, kw_only=True)
class SignedFileJudged(Event):
    """`verdict` is ACCEPT, REJECT or INDETERMINATE; `reason` its permanent code."""

    kind = "convenzioni.file.judged"
    convenzione: UUID
    upload: UUID
    comune: str | None
    ambito: str
    file_sha256: str
    verdict: str
    reason: str
    report_hash: str
    trust_list_sha256: str


@dataclass(frozen=True, kw_only=True)
class ComuneEnabled(Event):
    kind = "convenzioni.comune.enabled"
    convenzione: UUID
    comune: str
    ambito: str
    sections: tuple[str, ...]
    report_hash: str


@dataclass(frozen=True, kw_only=True)
class ComuneSuspended(Event):
    kind = "convenzioni.comune.suspended"
    comune: str
    ambito: str
    sections: tuple[str, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class ComuneReactivated(Event):
    kind = "convenzioni.comune.reactivated"
    comune: str
    ambito: str
    sections: tuple[str, ...]
