# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The keys of the service: which signs, which are published, and what they signed."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from iam.kernel.keyring import keyring
from iam.oauth.models import SigningKey

ALGORITHM = "ES256"


class NotOursError(Exception):
    """The token was not signed by a key of this service, or is of another kind."""


def new_key(*, state: str, at: datetime) -> SigningKey:
    """Return a new P-256 key, its private half sealed by the keyring; not saved."""
    key = ECKey.generate_key("P-256", auto_kid=True)
    kid = str(key.kid)
    public = {**key.as_dict(private=False), "kid": kid, "use": "sig", "alg": ALGORITHM}
    return SigningKey(
        kid=kid,
        algorithm=ALGORITHM,
        state=state,
        public_jwk=public,
        private_pem=keyring().encrypt(key.as_pem(private=True), about=kid.encode()),
        created=at,
        activated_at=at if state == SigningKey.State.ACTIVE else None,
    )


def published_keys() -> list[dict[str, Any]]:
    """Return the public keys: the next one early, the retired ones while tokens may still live."""
    rows = SigningKey.objects.order_by("created", "kid")
    return [row.public_jwk for row in rows]


def sign(claims: dict[str, Any], *, kind: str) -> str:
    """Sign with the key in use. `kind` becomes the header's typ."""
    kid = SigningKey.objects.values_list("kid", flat=True).get(state=SigningKey.State.ACTIVE)
    return jwt.encode({"alg": ALGORITHM, "kid": kid, "typ": kind}, claims, _private_key(kid))


def opened(token: str, *, kind: str) -> dict[str, Any]:
    """Return the claims of a token of ours, of any age. Raises `NotOursError`."""
    try:
        keys = KeySet.import_key_set({"keys": published_keys()})
        found = jwt.decode(token, keys, algorithms=[ALGORITHM])
    except (JoseError, ValueError) as error:
        raise NotOursError from error
    if found.header.get("typ") != kind:
        raise NotOursError
    return dict(found.claims)


@lru_cache(maxsize=8)
def _private_key(kid: str) -> ECKey:
    """Unsealing costs more than signing; a key never changes under its thumbprint."""
    sealed = SigningKey.objects.values_list("private_pem", flat=True).get(pk=kid)
    return ECKey.import_key(keyring().decrypt(bytes(sealed), about=kid.encode()), {"kid": kid})
