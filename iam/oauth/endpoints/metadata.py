# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the service says of itself. Everything listed works, and everything that works is listed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_safe

from iam.oauth.authorization_server.server import GRANT_TYPES, RESPONSE_TYPES
from iam.oauth.clients.assertion import ALGORITHMS
from iam.oauth.configuration import SCOPES
from iam.oauth.models import Client
from iam.oauth.selectors import issuer, token_endpoint
from iam.oauth.tokens.claims import SPID_LEVEL
from iam.oauth.tokens.signing import ALGORITHM, published_keys

KEYS_SECONDS = 300
METADATA_SECONDS = 3600
METHODS = [name for name, _ in Client.AUTHENTICATION_METHODS]


@require_safe
def openid_configuration(request: HttpRequest) -> HttpResponseBase:
    """OpenID Connect Discovery 1.0, 3."""
    return _kept(_authorization_server() | _openid(), METADATA_SECONDS)


@require_safe
def authorization_server(request: HttpRequest) -> HttpResponseBase:
    """RFC 8414, 2."""
    return _kept(_authorization_server(), METADATA_SECONDS)


@require_safe
def jwks(request: HttpRequest) -> HttpResponseBase:
    """The public keys, the next one included, so that nobody is surprised by a turn."""
    return _kept({"keys": published_keys()}, KEYS_SECONDS)


@require_safe
def authzen_configuration(request: HttpRequest) -> HttpResponseBase:
    """Authorization API 1.0, 9."""
    told = {
        "policy_decision_point": issuer(),
        "access_evaluation_endpoint": f"{issuer()}/access/v1/evaluation",
        "access_evaluations_endpoint": f"{issuer()}/access/v1/evaluations",
    }
    return _kept(told, METADATA_SECONDS)


def _authorization_server() -> dict[str, Any]:
    base = f"{issuer()}/oauth"
    algorithms = list(ALGORITHMS)
    return {
        "issuer": issuer(),
        "authorization_endpoint": f"{base}/authorize/",
        "token_endpoint": token_endpoint(),
        "introspection_endpoint": f"{base}/introspect/",
        "revocation_endpoint": f"{base}/revoke/",
        "jwks_uri": f"{base}/jwks/",
        "scopes_supported": list(SCOPES),
        "response_types_supported": list(RESPONSE_TYPES),
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANT_TYPES),
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": METHODS,
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint_auth_methods_supported": METHODS,
        "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint_auth_methods_supported": METHODS,
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
        "authorization_response_iss_parameter_supported": True,
        "ui_locales_supported": ["it"],
    }


def _openid() -> dict[str, Any]:
    return {
        "end_session_endpoint": f"{issuer()}/oauth/logout/",
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "acr_values_supported": [SPID_LEVEL.format(level=level) for level in (2, 3)],
        "claims_supported": [
            *("iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "at_hash"),
            *("name", "given_name", "family_name"),
        ],
        "claim_types_supported": ["normal"],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "prompt_values_supported": ["none", "login"],
        "display_values_supported": ["page"],
    }


def _kept(told: dict[str, Any], seconds: int) -> JsonResponse:
    response = JsonResponse(told)
    response["Cache-Control"] = f"public, max-age={seconds}"
    response["Access-Control-Allow-Origin"] = "*"
    return response
