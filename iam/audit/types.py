# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the register asks and answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class RegisterFilters:
    """What to look for. `since` and `until` are days in Rome, both included.

    Without `since` the register goes 30 days back. `codice_fiscale` is searched in every epoch
    of the pseudonyms, and never stored. `kind` may be the beginning of a kind.
    """

    since: date | None = None
    until: date | None = None
    actor: UUID | None = None
    person: UUID | None = None
    codice_fiscale: str = field(default="", repr=False)
    comune: str = ""
    ambito: str = ""
    kind: str = ""
    outcome: int | None = None
    client: str = ""
    practice: str = ""


@dataclass(frozen=True, kw_only=True)
class RegisterRow:
    """One event as its reader may see it: blanked facts are empty."""

    id: int
    at: datetime
    kind: str
    outcome: int
    actor: UUID | None
    actor_kind: str
    role: str
    ambito: str
    comune: str
    ente: str
    person: UUID | None
    subject: str
    client: str
    purpose: str
    practice: str
    request_id: str
    facts: Mapping[str, Any]

    @property
    def refused(self) -> bool:
        return self.outcome == 1


@dataclass(frozen=True)
class RegisterPage:
    """Newest first. `older` and `newer` are cursors, empty at the ends."""

    rows: tuple[RegisterRow, ...]
    since: date
    until: date
    older: str = ""
    newer: str = ""


@dataclass(frozen=True, kw_only=True)
class EventProof:
    """Whether an event is in the signed tree, and the file that proves it without us.

    `waiting` is true in the seconds before the sequencer has seen it; then there is no proof yet.
    """

    event: int
    waiting: bool
    valid: bool
    sentence: str
    index: int = 0
    size: int = 0
    root: str = ""
    at: datetime | None = None
    path: tuple[str, ...] = ()
    checkpoint: str = ""
    witnessed_at: datetime | None = None
    entry: bytes = field(default=b"", repr=False)
    file: str = field(default="", repr=False)

    @property
    def file_name(self) -> str:
        return f"evento-{self.event}.tlog-proof"


@dataclass(frozen=True, kw_only=True)
class SubjectAccess:
    """One access to a person's data. `operator` is None unless its identity was asked for.

    `operator_label` tells operators apart within one answer without naming them; a module that
    asked in nobody's name is told as itself. `permission` is what was asked, if anything was.
    """

    id: int
    at: datetime
    kind: str
    outcome: int
    purpose: str
    practice: str
    ente: str
    comune: str
    role: str
    client: str
    permission: str
    operator_label: str
    operator: UUID | None


@dataclass(frozen=True)
class SubjectAccesses:
    rows: tuple[SubjectAccess, ...]
    older: str = ""


@dataclass(frozen=True, kw_only=True)
class LogHealth:
    """`lag_seconds` is the age of the oldest event that is not in the tree."""

    size: int
    lag_seconds: float
    sealed_at: datetime | None
    cosigned_size: int
    cosigned_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Export:
    """An archive with a part of the register; `manifest` is in it too, and signs for the rest."""

    name: str
    content: bytes = field(repr=False)
    manifest: bytes = field(repr=False)
    rows: int
    media_type: str = "application/zip"
