# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the service says of itself is true, and is where the standards look for it."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client as Http
from django.urls import Resolver404, resolve

from tests.oauth import ground
from tests.oauth.ground import Module

OPENID, OAUTH = "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"
AUTHZEN = "/.well-known/authzen-configuration"


def told(path: str) -> dict[str, Any]:
    answer = Http().get(path)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.norma("OIDC Discovery", "3", "Provider metadata")
def test_the_openid_document_has_what_the_standard_requires() -> None:
    found = told(OPENID)

    assert found["issuer"] == ground.issuer()
    required = {
        *("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"),
        *("response_types_supported", "subject_types_supported"),
        "id_token_signing_alg_values_supported",
    }
    assert required <= set(found)
    assert found["response_types_supported"] == ["code"]
    assert found["code_challenge_methods_supported"] == ["S256"]


@pytest.mark.norma("RFC 8414", "3", "Authorization server metadata, at the root")
def test_the_oauth_document_agrees_with_the_openid_one() -> None:
    found, openid = told(OAUTH), told(OPENID)

    assert found.items() <= openid.items()
    assert {"introspection_endpoint", "revocation_endpoint"} <= set(found)


@pytest.mark.parametrize("path", [OPENID, OAUTH, AUTHZEN])
def test_every_address_that_is_told_answers(path: str) -> None:
    for name, address in told(path).items():
        if not name.endswith(("_endpoint", "_uri")):
            continue
        assert address.startswith(f"{ground.issuer()}/")
        try:
            resolve(address.removeprefix(ground.issuer()))
        except Resolver404:
            pytest.fail(f"{name} leads nowhere: {address}")


def test_what_is_not_told_is_not_served(db: None) -> None:
    assert set(told(OPENID)["grant_types_supported"]) == {
        *("authorization_code", "refresh_token", "client_credentials"),
    }
    for path in (
        "/oauth/device-authorization/",
        "/oauth/register/",
        "/o/token/",
        "/oauth/userinfo/",
    ):
        assert Http().post(path).status_code == 404


def test_every_gate_of_rfc_9700_is_closed() -> None:
    gates = {n: v for n, v in settings.OAUTH2_PROVIDER.items() if n.startswith("COMPLIANT_BCP_")}

    assert len(gates) == 10
    assert all(gates.values())


@pytest.mark.norma("RFC 9068", "2", "JWT profile of access tokens")
def test_an_access_token_has_the_shape_of_rfc_9068(italy: None, db: None) -> None:
    token = Module().install().own_token()

    header, claims = ground.header_of(token), ground.claims_of(token)
    assert (header["typ"], header["alg"]) == ("at+jwt", "ES256")
    assert header["kid"] in {key["kid"] for key in told("/oauth/jwks/")["keys"]}
    assert {"iss", "exp", "aud", "sub", "client_id", "iat", "jti"} <= set(claims)
    assert claims["exp"] - claims["iat"] == 600
