# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the audit room itself records: changes of records, and every look into the register."""

from dataclasses import dataclass

from iam.audit.event import Event


@dataclass(frozen=True, kw_only=True)
class RecordChanged(Event):
    """django-auditlog's entry `change`; `digest` is the SHA-256 of its masked differences."""

    kind = "audit.record.changed"
    model: str
    record: str
    change: int
    how: str
    fields: tuple[str, ...]
    digest: str
    guarded: bool


@dataclass(frozen=True, kw_only=True)
class RegisterRead(Event):
    """Somebody looked through the register; what they looked for is in `filters`."""

    kind = "audit.register.read"
    filters: tuple[str, ...]
    rows: int


@dataclass(frozen=True, kw_only=True)
class EventRead(Event):
    kind = "audit.event.read"
    event: int


@dataclass(frozen=True, kw_only=True)
class EventProofRead(Event):
    kind = "audit.event-proof.read"
    event: int
    verified: bool


@dataclass(frozen=True, kw_only=True)
class SubjectAccessesRead(Event):
    """Who saw a person's data was asked; `operators` if the operators' identity was shown."""

    kind = "audit.subject-accesses.read"
    subject: str
    rows: int
    operators: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class RegisterExported(Event):
    """A copy of a part of the register left; `digest` is the SHA-256 of the file."""

    kind = "audit.register.exported"
    filters: tuple[str, ...]
    format: str
    rows: int
    digest: str
    reason: str
