# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every page of this room shares."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from iam.saml.actions import Refused, Waiting
from iam.saml.messages.common import PostForm

LOGIN_PAGE = "/accesso/"


def never_stored(response: HttpResponse) -> HttpResponse:
    """Personal data and one-time messages must not stay in a cache."""
    response["Cache-Control"] = "no-store"
    return response


def refused_page(request: HttpRequest, refused: Refused) -> HttpResponse:
    """Say what happened, what to do, and the reference code; the status is that of the refusal."""
    refusal = refused.refusal
    page = render(
        request,
        "saml/refused.html",
        {
            "quiet": True,
            "headline": refused.headline,
            "sentence": refusal.sentence,
            "advice": getattr(refusal, "advice", ()),
            "provider": refused.provider,
            "code": refusal.code,
            "reference": refused.reference,
        },
        status=refusal.status,
    )
    return never_stored(page)


def waiting_page(request: HttpRequest, waiting: Waiting) -> HttpResponse:
    """Say to who came with an identity of another State what is still to be done, and by whom."""
    page = render(
        request,
        "saml/waiting.html",
        {"quiet": True, "name": waiting.given_name, "reference": waiting.reference},
    )
    return never_stored(page)


def posting_page(
    request: HttpRequest, form: PostForm, *, title: str, to: str, origins: Iterable[str] = ()
) -> HttpResponse:
    """Return a page whose form goes to another site: by itself, or with the button it shows.

    Only the origins of that party are added to what the page may post to: browsers check
    the whole chain of redirects after a form, and a provider may use more than one of its hosts.
    """
    page = render(
        request,
        "saml/post.html",
        {"quiet": True, "form_to_send": form, "headline": title, "to": to},
    )
    allowed = sorted({_origin(address) for address in (form.action, *origins) if address})
    csp_update({"form-action": allowed})(lambda _: page)(request)
    return never_stored(page)


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
