# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happens to the registry of identity providers."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from iam.audit.event import Event


@dataclass(frozen=True, kw_only=True)
class RegistryChecked(Event):
    """A verified copy was compared with the one in force; `digest` is its SHA-256."""

    kind = "saml.registry.checked"
    scheme: str
    digest: str
    signer: str
    certificates: int
    applied: int
    held: int


@dataclass(frozen=True, kw_only=True)
class RegistryFailed(Event):
    """No good copy could be had; the last one stays in force. `reason` is the code."""

    kind = "saml.registry.failed"
    scheme: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ProviderChanged(Event):
    """What a copy, or a person who approved it, changed of a provider in force."""

    kind = "saml.provider.changed"
    scheme: str
    provider: str
    digest: str
    certificates: int
    differences: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ChangeHeld(Event):
    """A change waits for a person. `provider` is its entityID, or the fingerprint of a signer."""

    kind = "saml.change.held"
    change: UUID
    scheme: str
    provider: str
    differences: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ChangeWithdrawn(Event):
    """The registry no longer says what waited for a decision."""

    kind = "saml.change.withdrawn"
    change: UUID
    scheme: str
    provider: str


@dataclass(frozen=True, kw_only=True)
class ChangeApproved(Event):
    kind = "saml.change.approved"
    change: UUID
    scheme: str
    provider: str
    differences: tuple[str, ...]
    digest: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ChangeRefused(Event):
    kind = "saml.change.refused"
    change: UUID
    scheme: str
    provider: str
    differences: tuple[str, ...]
    digest: str
    reason: str
