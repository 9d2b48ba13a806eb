# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which module is calling: its own token, or its key or secret."""

from __future__ import annotations

from django.http import HttpRequest
from oauthlib.common import Request
from oauthlib.oauth2 import OAuth2Error

from iam.kernel.actor import Visitor
from iam.oauth.authorization_server.core import core_with, validator_for
from iam.oauth.errors import CallerUnknown
from iam.oauth.models import Client
from iam.oauth.selectors import client_of_own_token


def caller_of(request: HttpRequest, visitor: Visitor) -> Client:
    """Return the module that calls. Raises `CallerUnknown`.

    A person's token never identifies a module: whoever finds one could speak for it.
    """
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        client = client_of_own_token(credentials.strip(), visitor)
    else:
        client = _authenticated(request, visitor)
    if client is None:
        raise CallerUnknown
    return client


def _authenticated(request: HttpRequest, visitor: Visitor) -> Client | None:
    validator = validator_for(visitor)
    asked = Request(*core_with(validator)._extract_params(request))
    try:
        known = validator.authenticate_client(asked)
    except OAuth2Error as error:
        raise CallerUnknown from error
    return asked.client if known else None
