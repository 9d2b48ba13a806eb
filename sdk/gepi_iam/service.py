# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: BSD-3-Clause
"""The service, seen from a module: its metadata, its keys, and authenticated calls to it."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from gepi_iam.errors import ModuleRefused, ServiceUnreachable, SessionEnded, TokenInvalid

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 60
METADATA_SECONDS = 3600
KEYS_SECONDS = 300
FRESH_AFTER_SECONDS = 5
SKEW_SECONDS = 10
EARLY_SECONDS = 30
DECIDE_SCOPE = "iam:decide"


@dataclass(frozen=True)
class Module:
    """How this module is registered with the service.

    `issuer` has no final slash. `resource` is the address that tokens name as their audience.
    """

    issuer: str
    client_id: str
    key: ECKey
    redirect_uri: str
    resource: str
    scopes: tuple[str, ...] = ("openid", "profile", "offline_access")
    timeout_seconds: float = 10


@dataclass
class _Kept:
    content: dict[str, Any] = field(default_factory=dict)
    until: float = 0


class Service:
    """Safe to share between threads."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self._http = requests.Session()
        self._http.trust_env = False
        self._lock = threading.Lock()
        self._metadata, self._authzen = _Kept(), _Kept()
        self._keys, self._own_token = _Kept(), _Kept()

    # --- what the service says about itself ---------------------------------

    def metadata(self) -> dict[str, Any]:
        """Return the OpenID Connect metadata. Raises `TokenInvalid` if the issuer is another."""
        address = f"{self.module.issuer}/.well-known/openid-configuration"
        found = self._fetched(self._metadata, address, METADATA_SECONDS)
        if found.get("issuer") != self.module.issuer:
            raise TokenInvalid(detail=f"{address} speaks for {found.get('issuer')}")
        return found

    def decision_point(self) -> dict[str, Any]:
        """Return the AuthZEN metadata."""
        address = f"{self.module.issuer}/.well-known/authzen-configuration"
        return self._fetched(self._authzen, address, METADATA_SECONDS)

    def verified(
        self, token: str, *, audience: str, kind: str = "JWT", nonce: str | None = None
    ) -> dict[str, Any]:
        """Return the claims of a token signed by the service for `audience`.

        Raises `TokenInvalid` if signature, type, issuer, audience, time or nonce is wrong.
        """
        claims = self._opened(token, kind=kind)
        rules: dict[str, Any] = {
            "iss": {"essential": True, "value": self.module.issuer},
            "aud": {"essential": True, "value": audience},
            "exp": {"essential": True},
            "sub": {"essential": True},
        }
        if nonce is not None:
            rules["nonce"] = {"essential": True, "value": nonce}
        try:
            jwt.JWTClaimsRegistry(leeway=SKEW_SECONDS, **rules).validate(claims)
        except JoseError as error:
            raise TokenInvalid(detail=str(error)) from error
        return claims

    def _opened(self, token: str, *, kind: str) -> dict[str, Any]:
        for fresh in (False, True):
            try:
                opened = jwt.decode(token, self._key_set(fresh=fresh), algorithms=["ES256"])
            except (JoseError, ValueError) as error:
                reason = error
                continue
            if str(opened.header.get("typ", "")).lower() != kind.lower():
                raise TokenInvalid(detail=f"typ is {opened.header.get('typ')}, not {kind}")
            return dict(opened.claims)
        raise TokenInvalid(detail=str(reason)) from reason

    def _key_set(self, *, fresh: bool) -> KeySet:
        """`fresh` asks again, for a key made since; not more often than every few seconds."""
        kept_for = KEYS_SECONDS - (self._keys.until - time.monotonic())
        if fresh and kept_for > FRESH_AFTER_SECONDS:
            self._keys.until = 0
        found = self._fetched(self._keys, self.metadata()["jwks_uri"], KEYS_SECONDS)
        return KeySet.import_key_set({"keys": found["keys"]})

    def _fetched(self, kept: _Kept, address: str, seconds: float) -> dict[str, Any]:
        with self._lock:
            if kept.until < time.monotonic():
                kept.content = self._json("GET", address)
                kept.until = time.monotonic() + seconds
            return kept.content

    # --- calls ----------------------------------------------------------------

    def token_request(self, **form: str) -> dict[str, Any]:
        """Ask the token endpoint, signing who we are.

        Raises `SessionEnded` if the code or the refresh token is no longer good.
        """
        endpoint = self.metadata()["token_endpoint"]
        status, answer = self._post(endpoint, data={**form, **self._identification()})
        if status == 200:
            return answer
        if answer.get("error") == "invalid_grant":
            raise SessionEnded(detail=str(answer.get("error_description", "")))
        raise ModuleRefused(detail=f"{answer.get('error')}: {answer.get('error_description', '')}")

    def revoke(self, token: str) -> None:
        """Tell the service that `token` is no longer needed."""
        endpoint = self.metadata()["revocation_endpoint"]
        self._post(endpoint, data={"token": token, **self._identification()}, empty=True)

    def introspect(self, token: str) -> dict[str, Any]:
        """Ask whether `token`, issued to this module or for it, still holds."""
        endpoint = self.metadata()["introspection_endpoint"]
        status, answer = self._post(endpoint, data={"token": token, **self._identification()})
        if status != 200:
            raise ModuleRefused(detail=str(answer.get("error")))
        return answer

    def question(self, endpoint: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Put a question to the decision point, in our own name."""
        for _ in range(2):
            headers = {"Authorization": f"Bearer {self.own_token()}"}
            status, answer = self._post(endpoint, json=body, headers=headers)
            if status != 401:
                break
            self._own_token.until = 0
        if status == 401:
            raise ModuleRefused(detail="the decision point does not accept our token")
        if status != 200:
            raise ServiceUnreachable(detail=f"{endpoint} answered {status}")
        return answer

    def own_token(self) -> str:
        """Return the token with which the module itself, not a person, asks for decisions."""
        kept = self._own_token
        if kept.until < time.monotonic():
            answer = self.token_request(grant_type="client_credentials", scope=DECIDE_SCOPE)
            kept.content = answer
            kept.until = time.monotonic() + int(answer["expires_in"]) - EARLY_SECONDS
        return str(kept.content["access_token"])

    def _identification(self) -> dict[str, str]:
        now = int(time.time())
        claims = {
            "iss": self.module.client_id,
            "sub": self.module.client_id,
            "aud": self.module.issuer,
            "jti": token_urlsafe(24),
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
        }
        header = {"alg": "ES256", "kid": self.module.key.kid, "typ": "JWT"}
        return {
            "client_id": self.module.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": jwt.encode(header, claims, self.module.key),
        }

    def _post(
        self, address: str, *, empty: bool = False, **content: Any
    ) -> tuple[int, dict[str, Any]]:
        answer = self._sent("POST", address, **content)
        if empty and not answer.content:
            return answer.status_code, {}
        if answer.status_code >= 500:
            raise ServiceUnreachable(detail=f"{address} answered {answer.status_code}")
        return answer.status_code, _object(answer)

    def _json(self, method: str, address: str) -> dict[str, Any]:
        answer = self._sent(method, address)
        if answer.status_code != 200:
            raise ServiceUnreachable(detail=f"{address} answered {answer.status_code}")
        return _object(answer)

    def _sent(self, method: str, address: str, **content: Any) -> requests.Response:
        try:
            return self._http.request(
                method,
                address,
                timeout=self.module.timeout_seconds,
                allow_redirects=False,
                **content,
            )
        except requests.RequestException as error:
            raise ServiceUnreachable(detail=str(error)) from error


def _object(answer: requests.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError as error:
        raise ServiceUnreachable(detail=f"{answer.url} did not answer JSON") from error
    if not isinstance(content, dict):
        raise ServiceUnreachable(detail=f"{answer.url} did not answer an object")
    return content
