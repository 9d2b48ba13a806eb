# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The addresses of the authorization server and of the decision point, from the root."""

from __future__ import annotations

from django.urls import path

from iam.oauth.endpoints.authorize import authorize, resume
from iam.oauth.endpoints.decisions import evaluation, evaluations
from iam.oauth.endpoints.logout import logout
from iam.oauth.endpoints.metadata import (
    authorization_server,
    authzen_configuration,
    jwks,
    openid_configuration,
)
from iam.oauth.endpoints.token import introspect, revoke, token

app_name = "oauth"

urlpatterns = [
    path("oauth/authorize/", authorize, name="authorize"),
    path("oauth/authorize/riprendi/", resume, name="resume"),
    path("oauth/token/", token, name="token"),
    path("oauth/introspect/", introspect, name="introspect"),
    path("oauth/revoke/", revoke, name="revoke"),
    path("oauth/jwks/", jwks, name="jwks"),
    path("oauth/logout/", logout, name="logout"),
    path(".well-known/openid-configuration", openid_configuration, name="openid-configuration"),
    path(".well-known/oauth-authorization-server", authorization_server, name="metadata"),
    path(".well-known/authzen-configuration", authzen_configuration, name="authzen"),
    path("access/v1/evaluation", evaluation, name="evaluation"),
    path("access/v1/evaluations", evaluations, name="evaluations"),
]
