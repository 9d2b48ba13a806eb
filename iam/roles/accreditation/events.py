# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happens to a practice of accreditation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from iam.audit.event import Event


@dataclass(frozen=True, kw_only=True)
class OfPractice:
    """The facts of every event of a practice."""

    accreditation: UUID
    ambito: str


@dataclass(frozen=True, kw_only=True)
class AmbitoInvited(OfPractice, Event):
    """A practice was opened: the Ambito is asked for an Amministratore."""

    kind = "roles.accreditation.opened"


@dataclass(frozen=True, kw_only=True)
class FormSubmitted(OfPractice, Event):
    """The nine fields were compiled and agree with the codice fiscale."""

    kind = "roles.accreditation.compiled"


@dataclass(frozen=True, kw_only=True)
class NoteReceived(OfPractice, Event):
    """A note from the ente's digital domicile brought papers; `complete` when none is missing."""

    kind = "roles.accreditation.note-received"
    message: UUID
    documents: int
    complete: bool


@dataclass(frozen=True, kw_only=True)
class NoteSetAside(Event):
    """A message could not be tied to a practice: it waits for a person."""

    kind = "roles.accreditation.note-waiting"
    message: UUID
    why: str


@dataclass(frozen=True, kw_only=True)
class ReviewStarted(OfPractice, Event):
    """Somebody of the Ministry took the practice."""

    kind = "roles.accreditation.review-started"


@dataclass(frozen=True, kw_only=True)
class IntegrationRequested(OfPractice, Event):
    """The ente was asked for what is missing, by PEC."""

    kind = "roles.accreditation.integration-requested"
    message: UUID


@dataclass(frozen=True, kw_only=True)
class ActPrepared(OfPractice, Event):
    """The act of designation was generated, sealed and kept."""

    kind = "roles.accreditation.act-prepared"
    protocol_number: str
    document_sha256: str
    legal_form: str


@dataclass(frozen=True, kw_only=True)
class ActUploaded(OfPractice, Event):
    """A file came back as the signed act; it is judged right after."""

    kind = "roles.accreditation.act-uploaded"
    upload: UUID
    stage: str
    file_sha256: str
    person: UUID


@dataclass(frozen=True, kw_only=True)
class ActJudged(OfPractice, Event):
    """The signatures of an uploaded act were verified; the hash is that of the kept report."""

    kind = "roles.accreditation.act-judged"
    upload: UUID
    stage: str
    verdict: str
    reason: str
    report_hash: str
    trust_list_sha256: str


@dataclass(frozen=True, kw_only=True)
class CountersignInvited(OfPractice, Event):
    """The designated person was sent a link; earlier links stopped working."""

    kind = "roles.accreditation.countersign-invited"
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class AdministratorRegistered(OfPractice, Event):
    """The designated person was registered: the powers start here."""

    kind = "roles.accreditation.registered"
    person: UUID
    grant: UUID
    notice: UUID


@dataclass(frozen=True, kw_only=True)
class AdministratorCommunicated(OfPractice, Event):
    """A signed receipt proves that the ente has the notice."""

    kind = "roles.accreditation.communicated"
    message: UUID


@dataclass(frozen=True, kw_only=True)
class PracticeRefused(OfPractice, Event):
    """The practice was closed without an Amministratore."""

    kind = "roles.accreditation.refused"


@dataclass(frozen=True, kw_only=True)
class AdministratorCeased(OfPractice, Event):
    """The Amministratore lost the role; the Ambito must indicate another."""

    kind = "roles.accreditation.ceased"
    person: UUID
    grant: UUID
