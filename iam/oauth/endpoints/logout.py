# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""RP-initiated logout: a module asks to close the session here as well."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from iam.accounts.actions import leave
from iam.accounts.sessions.opening import close_session, session_facts
from iam.oauth.actions import end_module_session
from iam.oauth.endpoints.answers import go, let_forms_reach, visitor_of
from iam.oauth.errors import BadLogout
from iam.oauth.models import Client
from iam.oauth.selectors import client_with, issuer
from iam.oauth.tokens.claims import IDENTITY
from iam.oauth.tokens.signing import NotOursError, opened


@dataclass(frozen=True)
class Asked:
    """Who asks, for whom, and where to go next. `person` is None when no hint was given."""

    client: Client | None
    person: UUID | None
    back: str


@never_cache
@require_http_methods(["GET", "POST"])
def logout(request: HttpRequest) -> HttpResponseBase:
    """Close the session, after asking unless the hint names the person of this browser.

    Source: OpenID Connect RP-Initiated Logout 1.0, 2 and 3.
    """
    asked = _validated(request.GET)
    facts = session_facts(request)
    sure = facts is None or facts.person == asked.person or request.method == "POST"
    if not sure:
        page = render(request, "oauth/esci.html", {"client": asked.client})
        return let_forms_reach(page, asked.back) if asked.back else page
    visitor = visitor_of(request)
    person = facts.person if facts else asked.person
    if asked.client is not None and person is not None:
        end_module_session(visitor, person=person, client=asked.client)
    if facts is not None:
        leave(visitor, person=facts.person)
        close_session(request)
    return let_forms_reach(go(asked.back), asked.back) if asked.back else redirect("/")


def _validated(query: QueryDict) -> Asked:
    hint = query.get("id_token_hint", "")
    client_id = query.get("client_id", "")
    person = None
    if hint:
        person, audience = _hinted(hint)
        if client_id and client_id != audience:
            raise BadLogout(detail="id_token_hint e client_id parlano di due moduli")
        client_id = audience
    client = client_with(client_id) if client_id else None
    if client_id and client is None:
        raise BadLogout(detail="modulo sconosciuto")
    back = query.get("post_logout_redirect_uri", "")
    if back and (client is None or not client.post_logout_redirect_uri_allowed(back)):
        raise BadLogout(detail="indirizzo di ritorno non registrato")
    return Asked(client, person, _with_state(back, query.get("state", "")))


def _hinted(hint: str) -> tuple[UUID, str]:
    try:
        claims = opened(hint, kind=IDENTITY)
    except NotOursError as error:
        raise BadLogout(detail="id_token_hint non è nostro") from error
    if claims.get("iss") != issuer():
        raise BadLogout(detail="id_token_hint non è nostro")
    return UUID(str(claims["sub"])), str(claims["aud"])


def _with_state(back: str, state: str) -> str:
    if not back or not state:
        return back
    query = QueryDict(mutable=True)
    query["state"] = state
    return f"{back}{'&' if '?' in back else '?'}{query.urlencode()}"
