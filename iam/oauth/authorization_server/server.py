# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""oauthlib's server with the flows we serve and no other."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.grant_types.authorization_code import code_challenge_method_s256
from oauthlib.oauth2.rfc6749.tokens import BearerToken
from oauthlib.openid import Server as LibraryServer

RESPONSE_TYPES = ("code",)
GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials")


class Tokens(BearerToken):  # type: ignore[misc]  # oauthlib has no types
    """A refresh token is for who asked offline_access. Source: OpenID Connect Core 1.0, 11."""

    def create_token(self, request: Any, refresh_token: bool = False, **kwargs: Any) -> Any:
        asked = "offline_access" in (request.scopes or ())
        return super().create_token(request, refresh_token=refresh_token and asked, **kwargs)


class Server(LibraryServer):  # type: ignore[misc]  # oauthlib has no types
    """Authorization code with PKCE S256, refresh, client credentials. Source: RFC 9700, 2."""

    def __init__(self, request_validator: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(request_validator, *args, **kwargs)
        answered, granted = self.response_types, self.grant_types
        self._response_types: dict[str, Any] = {name: answered[name] for name in RESPONSE_TYPES}
        self._grant_types: dict[str, Any] = {name: granted[name] for name in GRANT_TYPES}
        given = self.default_token_type
        self._default_token_type: Any = Tokens(
            request_validator,
            given.token_generator,
            given.expires_in,
            given.refresh_token_generator,
        )
        self.auth_grant._code_challenge_methods = {"S256": code_challenge_method_s256}
        self.openid_connect_auth.proxy_target._code_challenge_methods = {
            "S256": code_challenge_method_s256
        }
