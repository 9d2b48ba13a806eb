# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words of the registry: where it comes from, what may differ in a copy, what is told of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from iam.saml.metadata.identity_provider import ProviderMetadata
from iam.saml.types import Scheme

STALE_AFTER = timedelta(days=3)
"""A copy that no verified fetch confirmed for so long is told to who watches the service."""

NEAR_EXPIRY = timedelta(days=30)

OUR_NEAR_EXPIRY = timedelta(days=90)
"""Changing our own key takes weeks: every provider must know the new one first."""


class Difference(StrEnum):
    """What a new copy of the registry says otherwise than the one in force."""

    KEY_ADDED = "chiave-aggiunta"
    EXPIRED_KEY_REMOVED = "chiave-scaduta-tolta"
    ADDRESS_ON_SAME_HOST = "indirizzo-stesso-sito"
    NAME = "nome-cambiato"
    NEW_PROVIDER = "gestore-nuovo"
    REMOVED_PROVIDER = "gestore-tolto"
    OTHER_HOST = "altro-sito"
    KEYS_REPLACED = "chiavi-sostituite"
    KEY_REMOVED = "chiave-tolta"
    OTHER_SIGNER = "altro-firmatario"
    OLDER_COPY = "copia-precedente"
    UNSIGNED = "senza-firma"


HARMLESS = frozenset(
    {
        Difference.KEY_ADDED,
        Difference.EXPIRED_KEY_REMOVED,
        Difference.ADDRESS_ON_SAME_HOST,
        Difference.NAME,
    }
)
"""Applied without asking: they cannot send a person, or give our trust, to somebody new."""


class Decision(StrEnum):
    APPROVED = "approvata"
    REFUSED = "rifiutata"


class Origin(StrEnum):
    """Where a provider in force comes from; production knows the registry only."""

    REGISTRY = "registro"
    FOLDER = "cartella"


@dataclass(frozen=True, kw_only=True)
class Source:
    """The registry of a scheme; `signers` (DER) are the pinned certificates.

    `may_be_unsigned`: the settings name no signer. Of such a registry nothing is taken alone.
    `unreadable` are the files of the settings that hold no certificate we can read.
    """

    scheme: Scheme
    url: str
    signers: tuple[bytes, ...]
    may_be_unsigned: bool = False
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A verified document. `signer` (DER) is None where the source has no signature to ask.

    `pinned` says that the signer is one of those trusted; `unusable` tells, by entityID, why
    a provider of the copy cannot be used.
    """

    sha256: str
    document: bytes
    signer: bytes | None
    pinned: bool
    valid_until: datetime | None
    providers: dict[str, ProviderMetadata]
    unusable: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Change:
    """How one provider differs; `metadata` is None when it is no longer in the copy."""

    entity_id: str
    differences: frozenset[Difference]
    metadata: ProviderMetadata | None

    @property
    def harmless(self) -> bool:
        return self.differences <= HARMLESS


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What came of a copy."""

    scheme: Scheme
    providers: int
    applied: tuple[str, ...] = ()
    held: tuple[UUID, ...] = ()
    first: bool = False


@dataclass(frozen=True, kw_only=True)
class Health:
    """How the registry of a scheme is, for /readyz and the page of the providers."""

    scheme: Scheme
    url: str
    checked_at: datetime | None
    tried_at: datetime | None
    fault: str
    stale: bool
    signer: str
    signer_until: datetime | None
    unreadable: tuple[str, ...] = ()
    unusable: dict[str, str] = field(default_factory=dict)
