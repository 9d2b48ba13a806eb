# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The way in: the answer of an identity provider, brought by the browser."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from iam.accounts.sessions.opening import open_session
from iam.saml.actions import Refused, Waiting, receive_response
from iam.saml.endpoints.browser import browser_of
from iam.saml.endpoints.pages import LOGIN_PAGE, never_stored, refused_page, waiting_page
from iam.saml.federation.service import service_provider
from iam.saml.types import Scheme

HOME = "/"
MAX_BODY_BYTES = 512 * 1024
"""A message of the largest size allowed, spelled in base64 and percent signs."""


@csrf_exempt  # the provider's site posts here: InResponseTo and the browser's cookie stand guard
@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest, scheme: Scheme) -> HttpResponse:
    if request.method == "GET":  # who types the address, or comes back to it from the history
        return HttpResponseRedirect(LOGIN_PAGE)
    outcome = receive_response(
        request.visitor,  # type: ignore[attr-defined]  # set by ActorMiddleware
        us=service_provider(scheme),
        field=posted_field(request),
        browser=browser_of(request),
    )
    if isinstance(outcome, Refused):
        return refused_page(request, outcome)
    if isinstance(outcome, Waiting):
        return waiting_page(request, outcome)
    visitor = request.visitor  # type: ignore[attr-defined]  # set by ActorMiddleware
    open_session(
        request, outcome.person, outcome.identity, at=visitor.at, replacing=outcome.session
    )
    return never_stored(HttpResponseRedirect(outcome.next_page or HOME))


def posted_field(request: HttpRequest) -> str | None:
    """Return the message, or nothing if the body is too large: then it is never read."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES:
        return None
    return request.POST.get("SAMLResponse", "")
