# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What our tokens say. Source: RFC 9068 (access), OpenID Connect Core 1.0 (identity)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from iam.kernel.actor import Held

ACCESS = "at+jwt"
IDENTITY = "JWT"
SPID_LEVEL = "https://www.spid.gov.it/SpidL{level}"


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a token speaks for. For a module in its own name, `sub` is its client_id."""

    sub: str
    client: str
    held: Held | None = None
    territory: tuple[str, ...] = ()
    spid_level: int = 0
    authenticated_at: datetime | None = None


def access_claims(
    bearer: Bearer,
    *,
    issuer: str,
    audience: Sequence[str],
    scopes: Sequence[str],
    jti: UUID,
    at: datetime,
    seconds: int,
) -> dict[str, Any]:
    """Return the claims of an access token that lasts `seconds` from `at`. No names, no CF."""
    issued = int(at.timestamp())
    return {
        "iss": issuer,
        "sub": bearer.sub,
        "aud": audience[0] if len(audience) == 1 else list(audience),
        "client_id": bearer.client,
        "iat": issued,
        "exp": issued + seconds,
        "jti": str(jti),
        "scope": " ".join(scopes),
        **rights_claims(bearer),
    }


def rights_claims(bearer: Bearer) -> dict[str, Any]:
    """Return what the person may do where; the same words in tokens and in introspection."""
    claims: dict[str, Any] = {}
    if bearer.held is not None:
        claims["grant"] = str(bearer.held.grant)
        claims["role"] = bearer.held.role
        claims["territory"] = list(bearer.territory)
    if bearer.spid_level:
        claims["acr"] = SPID_LEVEL.format(level=bearer.spid_level)
    if bearer.authenticated_at is not None:
        claims["auth_time"] = int(bearer.authenticated_at.timestamp())
    return claims
