# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Coming in, choosing a profile, going out, and what there is to do."""

from __future__ import annotations

import random
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iam.accounts.actions import end_log_in
from iam.accounts.sessions.opening import (
    choose_grant,
    chosen_grant,
    close_session,
    session_facts,
)
from iam.kernel.actor import Actor
from iam.kernel.demands import HIGHEST_LEVEL
from iam.kernel.errors import NotFound
from iam.roles.selectors import own_grants
from iam.saml.endpoints.logout import way_out
from iam.saml.selectors import identity_providers
from iam.saml.types import Scheme
from iam.web import step_up
from iam.web.access import actor_of, must_choose, personal, public, to_choice
from iam.web.grants import ended, in_force, shown
from iam.web.pages.tasks import greeting, links_for, tasks_for


@public("La prima pagina dice che cos'è il servizio; a chi è entrato, che cosa deve fare.")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    if actor is None:
        demo = getattr(settings, "DEMO_ADDRESSES", None)
        return render(request, "web/inizio.html", {"demo_addresses": demo})
    if must_choose(request):
        return to_choice(request)
    if not actor.held:
        return render(request, "web/senza_ruolo.html", {"ended": ended(actor, own_grants(actor))})
    return render(
        request,
        "web/da_fare.html",
        {
            "greeting": greeting(actor, str(getattr(request.user, "given_name", ""))),
            "tasks": tasks_for(actor),
            "links": links_for(actor),
        },
    )


@public("Qui si entra: prima non si può chiedere niente.")
@require_safe
@ensure_csrf_cookie
def access(request: HttpRequest) -> HttpResponse:
    """Offer every provider of the register, in an order that changes each time."""
    wanted = local_address(request, request.GET.get("prossima", ""))
    if actor_of(request) is not None:
        return redirect(wanted or "/")
    providers = [{"name": one.name, "value": one.entity_id} for one in identity_providers()]
    random.shuffle(providers)
    others = [
        {"label": label, "hint": hint, "address": f"/{scheme}/login/", "value": one.entity_id}
        for scheme, label, hint in BUTTONS
        for one in identity_providers(scheme)
    ]
    return render(
        request,
        "web/accesso.html",
        {
            "providers": providers,
            "spid_address": SPID_START,
            "others": others,
            "next": wanted,
        },
    )


SPID_START = "/spid/login/"
BUTTONS = (
    (Scheme.CIE, "Entra con CIE", "Con la carta d'identità elettronica e il suo PIN."),
    (
        Scheme.EIDAS,
        "Login with eIDAS",
        "Per chi ha un'identità digitale di un altro Paese europeo.",
    ),
)
"""These federations have one provider each: one press is enough."""


@personal("Chi è entrato può sempre confermare chi è: lo chiedono le operazioni più delicate.")
@require_safe
def again(request: HttpRequest, actor: Actor, /) -> HttpResponse:
    """Send the person to her provider once more, and back to the page that she names."""
    back = local_address(request, request.GET.get("prossima", "")) or "/"
    level = HIGHEST_LEVEL if request.GET.get("livello") == str(HIGHEST_LEVEL) else step_up.LEVEL
    told = step_up.asked(request, level=level, back=back)
    return render(request, "web/entra_di_nuovo.html", told)


def local_address(request: HttpRequest, address: str) -> str:
    """Return `address` if it is a page of ours, else nothing: no open redirect."""
    safe = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if safe and address.startswith("/") else ""


@personal("Ognuno sceglie tra i propri profili.")
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, actor: Actor, /) -> HttpResponse:
    """Let the person pick the profile in use among those in force."""
    wanted = request.POST if request.method == "POST" else request.GET
    onward = local_address(request, wanted.get("prossima", ""))
    mine = in_force(actor)
    if request.method == "POST":
        chosen = one_of(mine, request.POST.get("profilo", ""))
        choose_grant(request, chosen)
        return redirect(onward or "/")
    profiles: list[dict[str, Any]] = [
        {**shown(grant), "chosen": grant.pk == chosen_grant(request)} for grant in mine
    ]
    if not profiles:
        return redirect("/")
    return render(request, "web/scegli_profilo.html", {"profiles": profiles, "next": onward})


def one_of(grants: list[Any], wanted: str) -> UUID:
    """Return the id of the grant asked for. Raises `NotFound` for one of somebody else."""
    for grant in grants:
        if str(grant.pk) == wanted:
            return UUID(wanted)
    raise NotFound


@public("Uscire si può sempre, anche con la sessione già finita.")
@require_POST
def go_out(request: HttpRequest) -> HttpResponse:
    facts = session_facts(request)
    if facts is not None:
        end_log_in(
            request.visitor,  # type: ignore[attr-defined]  # set by ActorMiddleware
            person=facts.person,
            log_ins=facts.log_ins,
        )
    close_session(request)
    ticket = way_out(facts) if facts is not None else ""
    return redirect(f"{reverse('uscita')}?{urlencode({'esci': ticket})}" if ticket else "uscita")


@public("Conferma a chi è uscito che il collegamento è chiuso.")
@require_safe
def gone_out(request: HttpRequest) -> HttpResponse:
    """Confirm; who came with CIE may end the session there too, and need not."""
    return render(request, "web/uscita.html", {"cie_ticket": request.GET.get("esci", "")})
