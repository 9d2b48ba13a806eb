# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Values that cross the room's borders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Registration:
    """What a module may do, as it is written in its row.

    `jwks` is a JWK set of public keys; without it the module authenticates with a secret.
    Into a `first_party` module a person with one profile enters without being asked.
    """

    client_id: str
    name: str
    scopes: tuple[str, ...]
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    grant_types: tuple[str, ...] = ("authorization-code", "client-credentials")
    resource: str = ""
    audiences: tuple[str, ...] = ()
    jwks: dict[str, Any] | None = None
    jwks_uri: str = ""
    ente: str = ""
    first_party: bool = False

    @classmethod
    def from_metadata(cls, told: Mapping[str, Any]) -> Registration:
        """Read client metadata as RFC 7591 names them. Raises `KeyError` without id and name."""
        grants = told.get("grant_types", ("authorization_code", "client_credentials"))
        return cls(
            client_id=told["client_id"],
            name=told["client_name"],
            scopes=tuple(str(told.get("scope", "")).split()),
            redirect_uris=tuple(told.get("redirect_uris", ())),
            post_logout_redirect_uris=tuple(told.get("post_logout_redirect_uris", ())),
            grant_types=tuple(grant.replace("_", "-") for grant in grants),
            resource=told.get("resource", ""),
            audiences=tuple(told.get("audiences", ())),
            jwks=told.get("jwks"),
            jwks_uri=told.get("jwks_uri", ""),
            ente=told.get("ente", ""),
            first_party=bool(told.get("first_party", False)),
        )


@dataclass(frozen=True, slots=True)
class Question:
    """One thing a module asks: `action` on the household `resource` of a Comune.

    `resource` is the module's own opaque id. `own` is its statement that the case is the person's.
    `interessati` are the persons whose data the answer would show, as pseudonyms (hex) of their
    codici fiscali, which go no further than the edge.
    """

    action: str
    resource: str
    comune: str
    own: bool = False
    purpose: str = ""
    practice: str = ""
    interessati: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """`reasons` are ids of the law's statements, with its Italian `sentence`; none when allowed."""

    decision: UUID
    allowed: bool
    reasons: tuple[str, ...] = ()
    sentence: str = ""
    law: str = ""
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LiveToken:
    """An access token as it stands in the database. `person` is None for a module's own token."""

    jti: UUID
    client: int
    person: UUID | None
    person_is_active: bool
    scopes: tuple[str, ...]
    audience: tuple[str, ...]
    expires: datetime
    acting_grant: UUID | None
    spid_level: int
    authenticated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the protocol, ready for the edge."""

    status: int
    body: str
    headers: dict[str, str]
