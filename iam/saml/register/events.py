# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happens to the register of log-ins, and who looks into it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from iam.audit.event import Event


@dataclass(frozen=True, kw_only=True)
class LoginKept(Event):
    """A record entered the register; `digest` covers all of it, the two messages included."""

    kind = "saml.login.kept"
    record: str
    digest: str
    person: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class LoginRecordsSearched(Event):
    """Somebody looked for records; `person` if the search was by person, with its reason."""

    kind = "saml.login-records.searched"
    by: str
    rows: int
    person: UUID | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class LoginRecordRead(Event):
    """Somebody opened a record, without its messages."""

    kind = "saml.login-record.read"
    record: str
    person: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class LoginMessagesRead(Event):
    """Somebody read the two messages of a record, which say who the person is."""

    kind = "saml.login-messages.read"
    record: str
    reason: str
    person: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class LoginHoldSet(Event):
    """A record, or all those of a person, must stay beyond the 24 months."""

    kind = "saml.login-hold.set"
    hold: UUID
    act: str
    reason: str
    record: str | None = None
    person: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class LoginHoldReleased(Event):
    """A hold ended, by the act of another person than who set it."""

    kind = "saml.login-hold.released"
    hold: UUID
    act: str
    reason: str
    record: str | None = None
    person: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class LoginRecordsPurged(Event):
    """Records older than 24 months were deleted; `digest` is the SHA-256 of their digests."""

    kind = "saml.login-records.purged"
    rows: int
    blocked: int
    older_than: datetime
    digest: str


@dataclass(frozen=True, kw_only=True)
class AnomalyReported(Event):
    """A notice of anomalous use was prepared; `digest` is the SHA-256 of its two texts."""

    kind = "saml.anomaly.reported"
    record: str
    notice: UUID
    provider: str
    digest: str
    person: UUID | None = None
