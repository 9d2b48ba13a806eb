# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an identity provider says of a person, once its word has been verified."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

Scheme = Literal["spid", "cie", "eidas"]


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifiedIdentity:
    """The facts of one log-in. `codice_fiscale` is normalised: no prefix, upper case.

    `level` is that of the assertion (1 to 3), never the one that was asked. A person whose
    identity comes from another State (eIDAS) has no codice fiscale here, whatever its
    provider says: `spid_code` is the identifier that her State gave her.
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
    birth_date: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionFacts:
    """What the session of a browser says of who is behind it.

    `entered_at` is the last log-in (aware, in UTC); `earlier` are those that the same person
    made before in this session, as when an operation asked for a fresh one.
    """

    person: UUID
    level: int
    scheme: Scheme
    idp: str
    entered_at: datetime
    name_id: str = ""
    session_index: str = ""
    earlier: tuple[datetime, ...] = ()

    @property
    def log_ins(self) -> tuple[datetime, ...]:
        """Every log-in of this session, the last one first."""
        return (self.entered_at, *self.earlier)


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenSession:
    """One of a person's sessions. `name` tells it from the others and opens nothing.

    `key` is the secret that the cookie holds: it never leaves the server.
    """

    name: str
    key: str = field(repr=False)
    log_ins: tuple[datetime, ...]
    expires_at: datetime
    scheme: str
    address: str
    browser: str

    @property
    def entered_at(self) -> datetime:
        return self.log_ins[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class ForeignPerson:
    """Who another State says that somebody is. Personal data: never in a log."""

    code: str = field(repr=False)
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    birth_date: str = field(repr=False)

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def state(self) -> str:
        """The two letters of the State, empty if the identifier does not begin with them.

        Source: eIDAS SAML attribute profile, 2.2.3: `ES/IT/12345678X`.
        """
        letters, slash, _ = self.code.partition("/")
        return letters if slash and len(letters) == 2 and letters.isalpha() else ""
