# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The limits in force: for each thing, how many at once and how fast they are given back.

An address may be a whole office behind one router, with hundreds of operators who come in at
nine: so its limits are wide, and stop floods, not people. The limits of a person count only
what was done in her own session: no stranger can use them up, hence lock her out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

By = Literal["address", "person"]


@dataclass(frozen=True, slots=True)
class Rule:
    """`burst` at once, then one each `seconds`. A refused attempt costs nothing more."""

    name: str
    by: By
    burst: int
    seconds: float

    @property
    def window_seconds(self) -> float:
        """How long it takes to give back the whole burst."""
        return self.burst * self.seconds


LOGIN_START = Rule("accesso", "address", burst=120, seconds=1)
LOGIN_ANSWER = Rule("risposta", "address", burst=120, seconds=1)
LOGOUT = Rule("uscita", "address", burst=60, seconds=1)
ANONYMOUS_FORM = Rule("modulo-anonimo", "address", burst=20, seconds=6)
TOKEN_FAILURE = Rule("credenziali-di-modulo", "address", burst=20, seconds=6)
"""Counted only when the credentials or the code of a module were refused."""

SEARCH = Rule("ricerca", "person", burst=60, seconds=2)
FORM = Rule("modulo", "person", burst=60, seconds=2)
LINK = Rule("link", "person", burst=20, seconds=6)
"""Links that come by PEC: nobody may try many of them."""

EVERY = (
    LOGIN_START,
    LOGIN_ANSWER,
    LOGOUT,
    ANONYMOUS_FORM,
    TOKEN_FAILURE,
    SEARCH,
    FORM,
    LINK,
)
