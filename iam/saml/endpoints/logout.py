# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Single logout, as a provider starts it; also the end of the one that we would start."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from iam.accounts.sessions.opening import close_session, session_facts
from iam.saml.actions import answer_logout
from iam.saml.endpoints.pages import never_stored, posting_page
from iam.saml.federation.service import service_provider
from iam.saml.types import Scheme

LOGIN_PAGE = "/accesso/"


@csrf_exempt  # the provider's site calls here; the message carries its signature
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, scheme: Scheme) -> HttpResponse:
    """Close this browser's session, if it has one, and tell the provider that it is done."""
    asked = request.POST if request.method == "POST" else request.GET
    if "SAMLRequest" not in asked:
        return never_stored(HttpResponseRedirect(LOGIN_PAGE))
    form = answer_logout(
        request.visitor,  # type: ignore[attr-defined]  # set by ActorMiddleware
        us=service_provider(scheme),
        field=asked["SAMLRequest"],
        query="" if request.method == "POST" else request.META.get("QUERY_STRING", ""),
        here=session_facts(request) is not None,
    )
    close_session(request)
    return posting_page(request, form, title="Sei uscito", to="il gestore di identità")
