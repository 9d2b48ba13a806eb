# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Single logout, as a provider starts it; also the end of the one that we would start.

A request that comes by POST from the provider's site brings no session cookie (SameSite=Lax).
So it is verified, and the browser then comes back by itself with a short-lived signed ticket:
on that GET the cookie is there, and the session ends.
"""

from __future__ import annotations

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from iam.accounts.sessions.opening import close_session, session_facts
from iam.saml.actions import accept_logout, answer_logout
from iam.saml.endpoints.pages import LOGIN_PAGE, never_stored, posting_page
from iam.saml.errors import LogoutRefused
from iam.saml.federation.service import service_provider
from iam.saml.types import Scheme

SALT = "iam.saml.logout"
TICKET_SECONDS = 120


@csrf_exempt  # the provider's site calls here; the message carries its signature
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, scheme: Scheme) -> HttpResponse:
    """Close this browser's session, if it has one, and tell the provider that it is done."""
    asked = request.POST if request.method == "POST" else request.GET
    if "ticket" in request.GET:
        entity_id, request_id, name_id = opened(request.GET["ticket"])
        return farewell(
            request, scheme, entity_id=entity_id, request_id=request_id, name_id=name_id
        )
    if "SAMLRequest" not in asked:
        return never_stored(HttpResponseRedirect(LOGIN_PAGE))
    by_post = request.method == "POST"
    leaving = accept_logout(
        request.visitor,  # type: ignore[attr-defined]  # set by ActorMiddleware
        us=service_provider(scheme),
        field=asked["SAMLRequest"],
        query="" if by_post else request.META.get("QUERY_STRING", ""),
    )
    if not by_post:
        return farewell(
            request,
            scheme,
            entity_id=leaving.issuer,
            request_id=leaving.id,
            name_id=leaving.name_id,
        )
    ticket = signing.dumps([leaving.issuer, leaving.id, leaving.name_id], salt=SALT)
    address = f"{reverse(f'{scheme.value}-slo')}?{urlencode({'ticket': ticket})}"
    return never_stored(HttpResponseRedirect(address))


def opened(ticket: str) -> tuple[str, str, str]:
    """Return the provider, the request and whom it names, of a ticket. Raises `LogoutRefused`."""
    try:
        entity_id, request_id, name_id = signing.loads(ticket, salt=SALT, max_age=TICKET_SECONDS)
    except signing.BadSignature as fault:
        raise LogoutRefused() from fault
    return entity_id, request_id, name_id


def farewell(
    request: HttpRequest, scheme: Scheme, *, entity_id: str, request_id: str, name_id: str
) -> HttpResponse:
    """Answer the provider; close the session here only if it is the one that it speaks of.

    Else whoever keeps a true request about himself could send it through another's browser.
    """
    facts = session_facts(request)
    theirs = facts is not None and (facts.idp, facts.name_id) == (entity_id, name_id)
    form = answer_logout(
        request.visitor,  # type: ignore[attr-defined]  # set by ActorMiddleware
        us=service_provider(scheme),
        entity_id=entity_id,
        request_id=request_id,
        here=theirs,
    )
    if theirs:
        close_session(request)
    return posting_page(request, form, title="Sei uscito", to="il gestore di identità")
