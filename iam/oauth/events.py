# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happens at the authorization server and at the decision point."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from iam.audit.event import Event


@dataclass(frozen=True, kw_only=True)
class ClientRegistered(Event):
    """A module was registered, or its registration changed."""

    kind = "oauth.client.registered"
    client: str
    scopes: tuple[str, ...]
    grant_types: tuple[str, ...]
    redirect_uris: tuple[str, ...]
    audiences: tuple[str, ...]
    method: str


@dataclass(frozen=True, kw_only=True)
class ClientSuspended(Event):
    kind = "oauth.client.suspended"
    client: str


@dataclass(frozen=True, kw_only=True)
class SigningKeysTurned(Event):
    """`active` signs from now on; `next` is published and will sign after it."""

    kind = "oauth.signing-key.turned"
    active: str
    next: str
    retired: str | None


@dataclass(frozen=True, kw_only=True)
class ExpiredForgotten(Event):
    kind = "oauth.expired.forgotten"
    rows: int


@dataclass(frozen=True, kw_only=True)
class CodeIssued(Event):
    """A person entered a module with a profile; `scopes` is the most the token will hold."""

    kind = "oauth.code.issued"
    client: str
    person: UUID
    grant: UUID | None
    scopes: tuple[str, ...]
    territory: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class EntryRefused(Event):
    """A person could not enter a module: no profile gives any of the data it works on."""

    kind = "oauth.entry.refused"
    client: str
    person: UUID
    asked: tuple[str, ...]
    reasons: tuple[str, ...]
    comune: str | None = None


@dataclass(frozen=True, kw_only=True)
class TokenIssued(Event):
    """Shape of the record that PDND keeps of each of its own."""

    kind = "oauth.token.issued"
    client: str
    flow: str
    jti: UUID
    audience: tuple[str, ...]
    scopes: tuple[str, ...]
    territory: tuple[str, ...]
    seconds: int
    person: UUID | None = None
    grant: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class TokenRefused(Event):
    """`replayed` says that a code or refresh token came twice, and its family was closed."""

    kind = "oauth.token.refused"
    flow: str
    error: str
    client: str | None = None
    person: UUID | None = None
    replayed: bool = False


@dataclass(frozen=True, kw_only=True)
class TokensRevoked(Event):
    kind = "oauth.token.revoked"
    client: str
    person: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class DecisionGiven(Event):
    """A module asked whether a person may use a permission on a household, and was answered.

    One for each person whose data were asked, all with one `decision`. `subject` is the pseudonym
    of that person's codice fiscale, or of the household's id when the module named nobody; `own`
    is the module's statement that the case is the person's own; `grant` is what allowed it.
    """

    kind = "oauth.decision.given"
    decision: UUID
    client: str
    person: UUID
    grant: UUID | None
    permission: str
    comune: str
    section: str
    subject: str
    own: bool
    allowed: bool
    reasons: tuple[str, ...]
    purpose: str
    practice: str


@dataclass(frozen=True, kw_only=True)
class QuestionRejected(Event):
    """A module asked in the name of somebody it does not act for, or something without meaning.

    One for each person whose data were asked, as in `DecisionGiven`.
    """

    kind = "oauth.question.rejected"
    decision: UUID
    client: str
    reason: str
    permission: str
    comune: str
    subject: str
    purpose: str
    practice: str
    person: UUID | None = None
