# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""private_key_jwt: the proof by which a module says who it is.

Sources: RFC 7523, 2.2 and 3; OpenID Connect Core 1.0, 9. The shape that Italian administrations
already send to PDND (RS256, kid, iss, sub, aud, jti, iat, exp, purposeId, digest) is accepted.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("ES256", "RS256", "EdDSA", "Ed25519")
LONGEST_LIFE = timedelta(minutes=10)
SKEW = timedelta(seconds=10)
LONGEST_JTI = 255


class BadAssertionError(Exception):
    """The assertion proves nothing. The text says why, for the developer of the module."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A verified assertion, to be used once. `expires` is aware, in UTC."""

    jti: str
    expires: datetime


def claimed_client(assertion: str) -> str:
    """Return who the assertion says it is, unverified: only to find the keys to verify it with."""
    try:
        claims = json.loads(jws.extract_compact(assertion.encode()).payload)
        return str(claims["sub"])
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise BadAssertionError("it is not a signed JWT with a sub") from error


def verify(
    assertion: str,
    *,
    client_id: str,
    keys: list[dict[str, Any]],
    audiences: Collection[str],
    now: datetime,
) -> Proof:
    """Return the proof that `client_id` signed this for one of `audiences`.

    Raises `BadAssertionError`.
    """
    claims = _signed_claims(assertion, keys)
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise BadAssertionError("iss and sub must both be the client_id")
    if not _audiences(claims) & set(audiences):
        raise BadAssertionError("aud names neither this service nor its token endpoint")
    expires = _check_times(claims, now=now)
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI:
        raise BadAssertionError("jti is missing or too long")
    return Proof(jti=jti, expires=expires)


def _signed_claims(assertion: str, keys: list[dict[str, Any]]) -> dict[str, Any]:
    try:
        header = jws.extract_compact(assertion.encode()).headers()
        known = [key for key in keys if header.get("kid") in (None, key.get("kid"))]
        if len(known) != 1:
            raise BadAssertionError("kid is not that of a registered key")
        key = JWKRegistry.import_key(known[0])
        return dict(jwt.decode(assertion, key, algorithms=list(ALGORITHMS)).claims)
    except (JoseError, ValueError, TypeError) as error:
        raise BadAssertionError("the signature is not that of a registered key") from error


def _audiences(claims: dict[str, Any]) -> set[str]:
    named = claims.get("aud", [])
    return {named} if isinstance(named, str) else {a for a in named if isinstance(a, str)}


def _check_times(claims: dict[str, Any], *, now: datetime) -> datetime:
    """Return the end of the assertion, not included; `SKEW` widens both ends."""
    try:
        expires = datetime.fromtimestamp(int(claims["exp"]), UTC)
        begins = [
            datetime.fromtimestamp(int(claims[n]), UTC) for n in ("iat", "nbf") if n in claims
        ]
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadAssertionError("exp is missing or a time is not a number") from error
    if expires <= now - SKEW:
        raise BadAssertionError("it has expired")
    if expires > now + LONGEST_LIFE + SKEW:
        raise BadAssertionError("it lasts more than ten minutes")
    if any(begin > now + SKEW for begin in begins):
        raise BadAssertionError("it is not valid yet")
    return expires
