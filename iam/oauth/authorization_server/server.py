# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""oauthlib's server with the flows we serve and no other."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.grant_types.authorization_code import code_challenge_method_s256
from oauthlib.openid import Server as LibraryServer

RESPONSE_TYPES = ("code",)
GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials")


class Server(LibraryServer):  # type: ignore[misc]  # oauthlib has no types
    """Authorization code with PKCE S256, refresh, client credentials. Source: RFC 9700, 2."""

    def __init__(self, request_validator: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(request_validator, *args, **kwargs)
        answered, granted = self.response_types, self.grant_types
        self._response_types: dict[str, Any] = {name: answered[name] for name in RESPONSE_TYPES}
        self._grant_types: dict[str, Any] = {name: granted[name] for name in GRANT_TYPES}
        self.auth_grant._code_challenge_methods = {"S256": code_challenge_method_s256}
        self.openid_connect_auth.proxy_target._code_challenge_methods = {
            "S256": code_challenge_method_s256
        }
