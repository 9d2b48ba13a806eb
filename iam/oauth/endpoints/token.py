# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Token, revocation and introspection endpoints: forms in, JSON out, POST only."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_POST

from iam.oauth import actions
from iam.oauth.endpoints.answers import as_response, machine, visitor_of
from iam.oauth.endpoints.caller import caller_of
from iam.oauth.selectors import introspected


@machine
@require_POST
def token(request: HttpRequest) -> HttpResponseBase:
    return as_response(actions.exchange(visitor_of(request), request=request))


@machine
@require_POST
def revoke(request: HttpRequest) -> HttpResponseBase:
    return as_response(actions.revoke(visitor_of(request), request=request))


@machine
@require_POST
def introspect(request: HttpRequest) -> HttpResponseBase:
    """RFC 7662. Another's token, an unknown one and one whose rights ended look the same."""
    visitor = visitor_of(request)
    caller = caller_of(request, visitor)
    told: dict[str, Any] = introspected(request.POST.get("token", ""), caller, visitor)
    return JsonResponse(told)
