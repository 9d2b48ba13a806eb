# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: BSD-3-Clause
"""Log a person in: authorization code, PKCE S256, state, nonce, issuer check, tokens verified."""

from __future__ import annotations

import hmac
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

from gepi_iam.errors import LoginInterrupted, LoginRefused, SessionEnded
from gepi_iam.service import Service

RENEW_BEFORE_SECONDS = 30


@dataclass(frozen=True)
class Begun:
    """Send the browser to `address` and keep `memory` in its session until it comes back."""

    address: str
    memory: dict[str, str]


@dataclass(frozen=True)
class Session:
    """A logged-in person. Keep it on the server, never in a cookie that the browser can read."""

    subject: str
    name: str
    role: str
    grant: str
    territory: tuple[str, ...]
    scopes: frozenset[str]
    access_token: str
    refresh_token: str
    id_token: str
    expires_at: int

    def to_dict(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "territory": list(self.territory),
            "scopes": sorted(self.scopes),
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Session:
        return cls(
            **{
                **kept,
                "territory": tuple(kept["territory"]),
                "scopes": frozenset(kept["scopes"]),
            }
        )


class Login:
    """The three moments of a session: begin, complete, end; and its renewal."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._module = service.module

    def begin(self) -> Begun:
        """Return where to send the browser."""
        memory = {
            "state": token_urlsafe(24),
            "nonce": token_urlsafe(24),
            "verifier": token_urlsafe(48),
        }
        challenge = urlsafe_b64encode(sha256(memory["verifier"].encode()).digest())
        asked = {
            "response_type": "code",
            "client_id": self._module.client_id,
            "redirect_uri": self._module.redirect_uri,
            "scope": " ".join(self._module.scopes),
            "resource": self._module.resource,
            "state": memory["state"],
            "nonce": memory["nonce"],
            "code_challenge": challenge.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        endpoint = self._service.metadata()["authorization_endpoint"]
        return Begun(address=f"{endpoint}?{urlencode(asked)}", memory=memory)

    def complete(self, query: Mapping[str, str], memory: Mapping[str, str]) -> Session:
        """Turn the query the browser came back with into a session.

        Raises `LoginInterrupted` if it is not the answer to `memory`, `LoginRefused` with the
        reason if the service said no, `TokenInvalid` if what it sent is not authentic.
        """
        if not hmac.compare_digest(query.get("state", "").encode(), memory["state"].encode()):
            raise LoginInterrupted(detail="state")
        if query.get("iss") != self._module.issuer:
            raise LoginInterrupted(detail="iss (RFC 9207)")
        if "error" in query:
            raise LoginRefused(query.get("error_description", ""), detail=query["error"])
        answer = self._service.token_request(
            grant_type="authorization_code",
            code=query.get("code", ""),
            redirect_uri=self._module.redirect_uri,
            code_verifier=memory["verifier"],
        )
        return self._session(answer, nonce=memory["nonce"])

    def renewed(self, session: Session) -> Session:
        """Return the session, with new tokens if the old ones are about to expire.

        Raises `SessionEnded` if the rights of the person are over.
        """
        if session.expires_at - RENEW_BEFORE_SECONDS > time.time():
            return session
        if not session.refresh_token:
            raise SessionEnded(detail="no refresh token")
        answer = self._service.token_request(
            grant_type="refresh_token", refresh_token=session.refresh_token
        )
        return self._session(answer, nonce=None, before=session)

    def end(self, session: Session, *, back_to: str = "") -> str:
        """Revoke the tokens and return where to send the browser to leave the service as well."""
        self._service.revoke(session.refresh_token or session.access_token)
        asked = {"id_token_hint": session.id_token, "client_id": self._module.client_id}
        if back_to:
            asked["post_logout_redirect_uri"] = back_to
        return f"{self._service.metadata()['end_session_endpoint']}?{urlencode(asked)}"

    def _session(
        self, answer: Mapping[str, Any], *, nonce: str | None, before: Session | None = None
    ) -> Session:
        rights = self._service.verified(
            answer["access_token"], audience=self._module.resource, kind="at+jwt"
        )
        who = self._identity(answer, nonce=nonce, before=before)
        if rights["sub"] != who["sub"] or (before and rights["sub"] != before.subject):
            raise LoginInterrupted(detail="the tokens speak of two persons")
        return Session(
            subject=rights["sub"],
            name=who.get("name", before.name if before else ""),
            role=rights.get("role", ""),
            grant=rights.get("grant", ""),
            territory=tuple(rights.get("territory", ())),
            scopes=frozenset(str(rights.get("scope", "")).split()),
            access_token=answer["access_token"],
            refresh_token=answer.get("refresh_token", ""),
            id_token=answer.get("id_token") or (before.id_token if before else ""),
            expires_at=int(rights["exp"]),
        )

    def _identity(
        self, answer: Mapping[str, Any], *, nonce: str | None, before: Session | None
    ) -> dict[str, Any]:
        if "id_token" in answer:
            return self._service.verified(
                answer["id_token"], audience=self._module.client_id, nonce=nonce
            )
        if before is None:
            raise LoginInterrupted(detail="no id_token")
        return {"sub": before.subject}
