# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The codes of the roles that the service itself must name, and what selectors answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

SUPER_UTENTE = "SUPER_UTENTE"
AMMINISTRATORE_AMBITO = "AMMINISTRATORE_AMBITO"
COORDINATORE_PATTI = "COORDINATORE_PATTI"
CASE_MANAGER = "CASE_MANAGER"
COORDINATORE_CONTROLLI = "COORDINATORE_CONTROLLI"
RESPONSABILE_CONTROLLI = "RESPONSABILE_CONTROLLI"
RESPONSABILE_PUC = "RESPONSABILE_PUC"
RPD = "RPD"

BY_THE_MINISTRY = frozenset({SUPER_UTENTE, AMMINISTRATORE_AMBITO, RPD})
"""Roles that no Amministratore gives: their holders do not come from a Comune's indication."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyHolder:
    """Somebody who may act in a Comune on a day, and why. `until` is the last day, None if open."""

    grant: UUID
    person: UUID
    name: str
    role: str
    role_name: str
    territory: str
    act: str
    since: date
    until: date | None
