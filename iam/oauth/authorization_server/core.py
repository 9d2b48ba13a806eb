# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The toolkit's core, made for one request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oauth2_provider.oauth2_backends import OAuthLibCore
from oauth2_provider.settings import oauth2_settings

from iam.kernel.actor import Visitor

if TYPE_CHECKING:
    from iam.oauth.authorization_server.validator import Validator


def validator_for(visitor: Visitor) -> Validator:
    """Return the hooks for one request. Imported late: they call the actions that call this."""
    from iam.oauth.authorization_server.validator import Validator

    return Validator(visitor)


class Core(OAuthLibCore):  # type: ignore[misc]  # the toolkit has no types
    """The toolkit's wrapper of a server already made: its own makes one from the settings."""

    def __init__(self, server: Any) -> None:
        self.server = server


def core_with(validator: Validator) -> Core:
    """Return oauthlib's endpoints around `validator`, as the toolkit wraps them."""
    from iam.oauth.authorization_server.server import Server

    return Core(
        Server(
            validator,
            token_expires_in=oauth2_settings.ACCESS_TOKEN_EXPIRE_SECONDS,
            token_generator=validator.access_token,
            refresh_token_generator=validator.refresh_token,
        )
    )
