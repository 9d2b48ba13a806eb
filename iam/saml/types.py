# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words of this room: the schemes of identity, what was asked, what was answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Scheme(StrEnum):
    """A federation of identities; each is a separate entity with addresses of its own."""

    SPID = "spid"
    CIE = "cie"
    EIDAS = "eidas"


class Comparison(StrEnum):
    """How the level answered relates to the level asked. CIE knows the first two only."""

    EXACT = "exact"
    MINIMUM = "minimum"
    BETTER = "better"
    MAXIMUM = "maximum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What our request said, and to whom: all that an answer is measured against.

    `certificates` (DER) are those of the provider asked; `issued_at` is UTC.
    """

    scheme: Scheme
    request_id: str
    issued_at: datetime
    address: str
    service_provider: str
    identity_provider: str
    certificates: tuple[bytes, ...]
    level: int
    comparison: Comparison
    required_attributes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a verified Response says. `attributes` holds personal data: never log it."""

    response_id: str
    assertion_id: str
    level: int
    name_id: str = field(repr=False)
    name_qualifier: str
    session_index: str
    attributes: dict[str, str] = field(repr=False)

    @property
    def codice_fiscale(self) -> str:
        """The fiscalNumber without its prefix, in capitals; empty if none was believed."""
        return self.attributes.get("fiscalNumber", "").upper().removeprefix("TINIT-")
