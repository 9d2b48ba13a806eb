# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The way out: to the identity provider that the person chose."""

from __future__ import annotations

from hashlib import sha256

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from iam.accounts.sessions.opening import session_facts
from iam.saml.actions import Sent, send_to_provider
from iam.saml.endpoints.browser import known_or_new, remember
from iam.saml.endpoints.pages import never_stored, posting_page
from iam.saml.errors import NextPageElsewhere
from iam.saml.federation.service import service_provider
from iam.saml.types import Scheme

MAX_NEXT_CHARACTERS = 4000


@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, scheme: Scheme) -> HttpResponse:
    """Send the browser to the provider `idp`; afterwards it comes back to `next`."""
    asked: QueryDict = request.POST if request.method == "POST" else request.GET
    value = known_or_new(request)
    sent = send_to_provider(
        request.visitor,  # type: ignore[attr-defined]  # set by ActorMiddleware
        us=service_provider(scheme),
        entity_id=asked.get("idp", ""),
        browser=sha256(value.encode()).digest(),
        session=request.session.session_key or "" if session_facts(request) else "",
        next_page=own_page(asked.get("next", "") or asked.get("prossima", "")),
        level=_level(asked.get("level", "")),
    )
    response = _outward(request, sent)
    remember(response, value)
    return response


def _outward(request: HttpRequest, sent: Sent) -> HttpResponse:
    if sent.form is None:
        return never_stored(HttpResponseRedirect(sent.address))
    provider = sent.provider
    return posting_page(
        request,
        sent.form,
        title="Ti portiamo dal tuo gestore di identità",
        to=provider.name,
        origins=(provider.sso_redirect, provider.slo_post),
    )


def own_page(address: str) -> str:
    """Return `address` if it is a page of ours, empty if there is none.

    Raises `NextPageElsewhere`.
    """
    if not address:
        return ""
    ours = url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    if not ours or not address.startswith("/") or len(address) > MAX_NEXT_CHARACTERS:
        raise NextPageElsewhere()
    return address


def _level(asked: str) -> int | None:
    return int(asked) if asked in {"1", "2", "3"} else None
