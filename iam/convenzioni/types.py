# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Answers of this room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from iam.kernel.permissions import Section


@dataclass(frozen=True, slots=True)
class Gates:
    """What is open in a Comune: `covered` by a convention, `enabled` by an Amministratore."""

    covered: frozenset[Section] = frozenset()
    enabled: frozenset[Section] = frozenset()

    @property
    def open(self) -> frozenset[Section]:
        return self.covered & self.enabled


CLOSED = Gates()


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where a Comune stands in the six steps, for the page of its Amministratore."""

    comune: str
    denominazione: str
    ambito: str
    convenzione: UUID | None = None
    number: str = ""
    state: str = ""
    signer: str = ""
    gates: Gates = CLOSED
    suspended_at: datetime | None = None
    suspension_reason: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
