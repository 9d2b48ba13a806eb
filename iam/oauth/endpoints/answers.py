# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How machines and browsers are answered here, refusals included."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode, urlsplit

import structlog
from django.db import DatabaseError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.views.decorators.csrf import csrf_exempt

from iam.audit.event import PersonalDatumInEvent
from iam.kernel.actor import Visitor
from iam.kernel.errors import DomainError, Unavailable
from iam.oauth.errors import QuestionMalformed
from iam.oauth.selectors import issuer
from iam.oauth.types import Reply

logger = structlog.get_logger(__name__)
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def visitor_of(request: HttpRequest) -> Visitor:
    """Return the instant and the address of this request, as the middleware read them."""
    visitor = request.visitor  # type: ignore[attr-defined]  # set by the middleware
    assert isinstance(visitor, Visitor)
    return visitor


def machine(view: View[P]) -> View[P]:
    """Mark an endpoint that modules call: no cookie, no CSRF, never cached, refusals as JSON."""

    @wraps(view)
    def run(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = _answered(view, request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Pragma", "no-cache")
        asked = request.headers.get("X-Request-ID", "")
        if asked and asked.isprintable():
            response.headers["X-Request-ID"] = asked[:200]
        return response

    return csrf_exempt(run)


def _answered(
    view: Callable[..., HttpResponseBase], request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponseBase:
    try:
        return view(request, *args, **kwargs)
    except DomainError as refusal:
        return problem(refusal)
    except PersonalDatumInEvent:
        return problem(QuestionMalformed(detail="contiene un codice fiscale in chiaro"))
    except DatabaseError:
        logger.exception("oauth.unrecorded", path=request.path)
        return problem(Unavailable())


def problem(refusal: DomainError) -> JsonResponse:
    """Return a problem document (RFC 9457)."""
    told = {
        "type": f"urn:problem:{refusal.code}",
        "title": refusal.code,
        "status": refusal.status,
        "detail": refusal.sentence,
        "code": refusal.code,
    }
    response = JsonResponse(told, status=refusal.status, content_type="application/problem+json")
    if refusal.status == 401:
        response["WWW-Authenticate"] = f'Bearer realm="{issuer()}"'
    if refusal.status == 503:
        response["Retry-After"] = "10"
    return response


def as_response(reply: Reply) -> HttpResponse:
    """Return the answer of the protocol as it is."""
    response = HttpResponse(reply.body, status=reply.status)
    for name, value in reply.headers.items():
        response[name] = value
    return response


def back_to_client(redirect_uri: str, **parameters: str) -> str:
    """Return the client's address with an answer in its query, ours named in it (RFC 9207)."""
    told = {name: value for name, value in parameters.items() if value} | {"iss": issuer()}
    joint = "&" if urlsplit(redirect_uri).query else "?"
    return f"{redirect_uri}{joint}{urlencode(told)}"


def go(address: str) -> HttpResponseRedirect:
    """Redirect to a client's registered address; its scheme was checked at registration."""
    response = HttpResponseRedirect(address)
    response["Cache-Control"] = "no-store"
    return response


def let_forms_reach(response: HttpResponse, address: str) -> HttpResponse:
    """Allow the page's forms to end at a client's origin: browsers check redirects as well."""
    parts = urlsplit(address)
    origin = f"{parts.scheme}://{parts.netloc}"
    response._csp_update = {"form-action": [origin]}  # type: ignore[attr-defined]  # django-csp reads it
    return response


def in_ascii(sentence: str) -> str:
    """Return a sentence fit for error_description: ASCII, no quotes (RFC 6749, 4.1.2.1)."""
    quoted = sentence.replace('"', "'").replace("\\", "/").replace("’", "'")
    for letter, plain in {"à": "a'", "è": "e'", "é": "e'", "ì": "i'", "ò": "o'", "ù": "u'"}.items():
        quoted = quoted.replace(letter, plain)
    return unicodedata.normalize("NFKD", quoted).encode("ascii", "ignore").decode()
