# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happens at the door. No event holds a name, a codice fiscale or a message."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from iam.audit.event import Event


@dataclass(frozen=True, kw_only=True)
class LoginStarted(Event):
    """A browser was sent to an identity provider."""

    kind = "saml.login.started"
    scheme: str
    provider: str
    request: str
    level: int


@dataclass(frozen=True, kw_only=True)
class LoginSucceeded(Event):
    """An answer was verified; `record` finds the two messages, `digest` proves them."""

    kind = "saml.login.succeeded"
    scheme: str
    provider: str
    request: str
    record: str
    digest: str
    level: int
    person: UUID


@dataclass(frozen=True, kw_only=True)
class LoginWaiting(Event):
    """An answer was verified, but its identity, of another State, is linked to nobody yet."""

    kind = "saml.login.waiting"
    scheme: str
    provider: str
    request: str
    record: str
    digest: str
    level: int
    identity: UUID


@dataclass(frozen=True, kw_only=True)
class LoginRefused(Event):
    """An answer was not accepted, or the log-in failed at the provider; `reason` is the code."""

    kind = "saml.login.refused"
    scheme: str
    reason: str
    record: str
    provider: str | None = None
    request: str | None = None
    digest: str | None = None


@dataclass(frozen=True, kw_only=True)
class ServiceFaulted(Event):
    """A provider says that our requests are wrong (nr8 to nr18): the operators must look."""

    kind = "saml.service.faulted"
    provider: str
    number: int
    record: str


@dataclass(frozen=True, kw_only=True)
class LogoutRequested(Event):
    """A provider asked us to send a person away."""

    kind = "saml.logout.requested"
    provider: str


@dataclass(frozen=True, kw_only=True)
class LogoutAnswered(Event):
    """A provider was told that the person is gone; `here` if this browser had a session."""

    kind = "saml.logout.answered"
    provider: str
    here: bool


@dataclass(frozen=True, kw_only=True)
class LogoutStarted(Event):
    """A person who had already left here also leaves her provider."""

    kind = "saml.logout.started"
    provider: str


@dataclass(frozen=True, kw_only=True)
class ProviderLoaded(Event):
    """The metadata of an identity provider were taken over; `digest` is their SHA-256."""

    kind = "saml.provider.loaded"
    scheme: str
    provider: str
    digest: str
    certificates: int


@dataclass(frozen=True, kw_only=True)
class ProviderRemoved(Event):
    """An identity provider is no longer offered."""

    kind = "saml.provider.removed"
    scheme: str
    provider: str
