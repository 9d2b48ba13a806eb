# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an identity provider says of a person, once its word has been verified."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

Scheme = Literal["spid", "cie"]


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifiedIdentity:
    """The facts of one log-in. `codice_fiscale` is normalised: no prefix, upper case.

    `level` is that of the assertion (1 to 3), never the one that was asked.
    """

    codice_fiscale: str
    given_name: str
    family_name: str
    scheme: Scheme
    idp: str
    level: int
    email: str = ""
    spid_code: str = ""
    session_index: str = ""
    name_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionFacts:
    """What the session of a browser says of who is behind it. `entered_at` is aware, in UTC."""

    person: UUID
    level: int
    scheme: Scheme
    idp: str
    entered_at: datetime
    name_id: str = ""
    session_index: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenSession:
    """One of a person's sessions. `name` tells it from the others and opens nothing.

    `key` is the secret that the cookie holds: it never leaves the server.
    """

    name: str
    key: str = field(repr=False)
    entered_at: datetime
    expires_at: datetime
    scheme: str
    address: str
    browser: str
