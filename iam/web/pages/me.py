# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""What the service knows about the person who asks, and why something is not possible."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from iam.accounts.actions import end_sessions
from iam.accounts.selectors import sessions_of
from iam.accounts.types import OpenSession
from iam.convenzioni.selectors import gates
from iam.enti.selectors import comune_with, place_of_comune
from iam.kernel import law
from iam.kernel.actor import Actor, Held
from iam.kernel.law import Resource, Why
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL
from iam.roles.selectors import administrators_for, catalogue, own_grants, role_names
from iam.web.access import personal
from iam.web.forms.comuni import ComuneField, WithComune
from iam.web.grants import ended, in_force, shown
from iam.web.templatetags.bi import moment
from iam.web.words import PERMISSIONS


@personal("Ciascuno vede i propri dati. Fonte: GDPR, art. 15.")
@require_safe
def me(request: HttpRequest, actor: Actor, /) -> HttpResponse:
    person: Any = request.user
    return render(
        request,
        "web/io.html",
        {
            "profiles": [shown(grant) for grant in in_force(actor)],
            "ended": ended(actor, own_grants(actor)),
            "codice_fiscale": person.codice_fiscale,
            "known_since": moment(person.known_since),
            "sessions": [
                {"open": session, "here": is_here(request, session)}
                for session in sessions_of(actor.id, at=actor.at)
            ],
        },
    )


def is_here(request: HttpRequest, session: OpenSession) -> bool:
    return session.key == request.session.session_key


@personal("Ciascuno chiude i propri collegamenti. Fonte: OWASP ASVS, 3.3.4.")
@require_POST
def close_sessions(request: HttpRequest, actor: Actor, /) -> HttpResponse:
    """Close the session named in the form, or all but this one. This one has its own way out."""
    wanted = request.POST.get("collegamento", "")
    end_sessions(
        request.visitor,  # type: ignore[attr-defined]  # set by ActorMiddleware
        person=actor.id,
        sessions=[
            session
            for session in sessions_of(actor.id, at=actor.at)
            if not is_here(request, session) and wanted in (session.name, "tutti")
        ],
    )
    messages.success(request, "Collegamento chiuso." if wanted != "tutti" else OTHERS_CLOSED)
    return redirect("io")


OTHERS_CLOSED = "Gli altri collegamenti sono chiusi: resta aperto solo questo."


class WhyForm(WithComune):
    azione = forms.ChoiceField(
        label="Che cosa vorresti fare?",
        choices=[("", "Scegli"), *((p.value, text) for p, text in PERMISSIONS.items())],
        error_messages={"required": "Scegli che cosa vorresti fare."},
    )
    comune = ComuneField(
        label="Per quale Comune?",
        help_text="Per esempio: Bovezzo (BS). Lascia vuoto se non riguarda un Comune.",
        required=False,
    )


@personal("A ogni no si deve una ragione vera, anche a chi non ha profili.")
@require_safe
def why_not(request: HttpRequest, actor: Actor, /) -> HttpResponse:
    """Ask the law about all that the person holds; tell what is missing and who may give it."""
    form = WhyForm(request.GET or None, at_day=actor.on)
    answer = None
    if form.is_valid():
        answer = answered(
            request.whole_actor,  # type: ignore[attr-defined]  # set by ActorMiddleware
            Permission(form.cleaned_data["azione"]),
            form.cleaned_data["comune"],
            in_use=actor.held,
        )
    return render(request, "web/perche.html", {"form": form, "answer": answer})


def answered(
    actor: Actor, permission: Permission, comune: str, *, in_use: tuple[Held, ...]
) -> dict[str, Any]:
    decision = law.decide(
        actor, permission, on=resource_for(actor, permission, comune), why=Why("prova", "prova")
    )
    where = f", {comune_with(comune)}" if comune else ""
    names = role_names(on=actor.on)
    return {
        "title": PERMISSIONS[permission] + where,
        "allowed": decision.allowed,
        "profile": names.get(decision.held.role, "") if decision.held else "",
        "another": decision.held is not None and decision.held not in in_use,
        "reasons": [law.sentence_of(reason) for reason in decision.reasons],
        "who": who_can_help(actor, permission, comune),
        "law": decision.law_version,
    }


def resource_for(actor: Actor, permission: Permission, comune: str) -> Resource:
    """Return what the question is about: the Comune named, else the person's own place."""
    place = (
        place_of_comune(comune, on=actor.on)
        if comune
        else actor.held[0].place
        if actor.held
        else NATIONAL
    )
    if permission.section is None:
        return Resource("Luogo", place)
    opened = gates(place.comune, on=actor.on) if place.comune else None
    return Resource(
        "Nucleo",
        place,
        own=True,
        covered=opened.covered if opened else frozenset(),
        enabled=opened.enabled if opened else frozenset(),
    )


def who_can_help(actor: Actor, permission: Permission, comune: str) -> str:
    """Name who gives the role that is missing."""
    holders = [role for role in catalogue(on=actor.on) if permission.value in role.may]
    roles = ", ".join(f"«{role.denominazione}»" for role in holders) or "un profilo adatto"
    whom = [one.name for one in administrators_for(comune, on=actor.on)] if comune else []
    if whom:
        return f"serve il profilo {roles}. Lo assegna {', '.join(whom)}, su indicazione del Comune."
    if comune:
        return (
            f"serve il profilo {roles}. L'Ambito di questo Comune non ha ancora "
            "un Amministratore: lo accredita il Ministero."
        )
    return (
        f"serve il profilo {roles}. Gli operatori lo ricevono dall'Amministratore del proprio "
        "Ambito; gli Amministratori di Ambito dal Ministero."
    )
