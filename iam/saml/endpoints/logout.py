# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Single logout, as a provider starts it; and for CIE as the person starts it, after leaving here.

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

from iam.accounts.actions import end_log_in
from iam.accounts.sessions.opening import close_session, session_facts
from iam.accounts.types import SessionFacts
from iam.saml.actions import accept_logout, answer_logout, start_logout
from iam.saml.endpoints.pages import LOGIN_PAGE, never_stored, posting_page
from iam.saml.errors import LogoutRefused
from iam.saml.federation.service import service_provider
from iam.saml.types import Scheme

SALT = "iam.saml.logout"
OUTWARD_SALT = "iam.saml.logout.outward"
TICKET_SECONDS = 120
OUTWARD_SECONDS = 3600
"""The session at the provider lasts about as long."""


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
    if "esci" in request.GET:
        return outward(request, scheme, request.GET["esci"])
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


def outward(request: HttpRequest, scheme: Scheme, ticket: str) -> HttpResponse:
    """Go on to the provider, whose session may still be open, with the ticket of who left here."""
    try:
        entity_id, name_id, session_index = signing.loads(
            ticket, salt=OUTWARD_SALT, max_age=OUTWARD_SECONDS
        )
    except signing.BadSignature as fault:
        raise LogoutRefused() from fault
    address = start_logout(
        request.visitor,  # type: ignore[attr-defined]  # set by ActorMiddleware
        us=service_provider(scheme),
        entity_id=entity_id,
        name_id=name_id,
        session_index=session_index,
    )
    return never_stored(HttpResponseRedirect(address))


def way_out(facts: SessionFacts) -> str:
    """Return the ticket that ends the session at the provider, empty where there is none.

    Only CIE keeps one: SPID has none at level 2 or 3. The session here must have ended before:
    the provider may never answer. Source: CIE, single logout.
    """
    if Scheme(facts.scheme) is not Scheme.CIE:
        return ""
    return signing.dumps([facts.idp, facts.name_id, facts.session_index], salt=OUTWARD_SALT)


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
    """Close the session here, if it is the one that the provider speaks of; then answer it.

    Else whoever keeps a true request about himself could send it through another's browser.
    What modules got from that log-in ends as well, as when the person leaves by our own button.
    """
    facts = session_facts(request)
    theirs = facts is not None and (facts.idp, facts.name_id) == (entity_id, name_id)
    if facts is not None and theirs:
        end_log_in(
            request.visitor,  # type: ignore[attr-defined]  # set by ActorMiddleware
            person=facts.person,
            log_ins=facts.log_ins,
        )
        close_session(request)
    form = answer_logout(
        request.visitor,  # type: ignore[attr-defined]  # set by ActorMiddleware
        us=service_provider(scheme),
        entity_id=entity_id,
        request_id=request_id,
        here=theirs,
    )
    return posting_page(request, form, title="Sei uscito", to="il gestore di identità")
