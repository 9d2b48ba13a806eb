# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Operators: who has which profile, giving one, taking it away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from iam.accounts.selectors import names_of, person_with
from iam.convenzioni.selectors import gates_of
from iam.enti.selectors import comuni_of
from iam.kernel.actor import Actor
from iam.kernel.errors import NotFound
from iam.kernel.permissions import Permission
from iam.roles import actions, selectors
from iam.roles.types import BY_THE_MINISTRY
from iam.web.access import page
from iam.web.forms.attempts import FieldOf, attempt, status_of
from iam.web.forms.roles import OperatorFilters, OperatorForm, RevokeForm
from iam.web.grants import not_today, shown, why_ended

ROWS = 25

FIELD_OF = {
    "ruolo-sconosciuto": "role",
    "ruolo-livello-non-ammesso": "role",
    "ruolo-riservato-al-ministero": "role",
    "indicazione-senza-atto": "act",
    "indicazione-gia-registrata": "protocol_number",
    "protocollo-nel-futuro": "protocol_date",
    "periodo-non-valido": "until",
    "profilo-gia-assegnato": "role",
    "profili-incompatibili": "role",
    "codice-fiscale-cognome": "family_name",
    "codice-fiscale-nome": "given_name",
}


INDICATION = (
    "comune",
    "role",
    "codice_fiscale",
    "given_name",
    "family_name",
    "email",
    "act",
    "protocol_number",
    "protocol_date",
    "whole_ambito",
)


@page(Permission.GRANT_READ)
@require_safe
def operators(request: HttpRequest, actor: Actor, /) -> HttpResponse:
    """List the profiles assigned within reach; in force unless asked otherwise."""
    roles = selectors.roles_given_by_ambiti(on=actor.on)
    filters = OperatorFilters(request.GET or None, roles=roles, comuni=comuni_within(actor))
    asked = filters.cleaned_data if filters.is_valid() else {}
    grants = selectors.grants_visible_to(actor).filter(**narrowed(actor, asked))
    paged = Paginator(grants, ROWS).get_page(request.GET.get("page"))
    opened = gates_of([g.comune_id for g in paged if g.comune_id], on=actor.on)
    may = frozenset[Permission]().union(*(held.may for held in actor.held))
    return render(
        request,
        "web/operatori.html",
        {
            "filters": filters,
            "chips_on": chips_of(request, asked, filters),
            "total": paged.paginator.count,
            "rows": [row_of(grant, actor, opened) for grant in paged],
            "page": paged,
            "may_create": Permission.GRANT_CREATE in may,
            "may_revoke": Permission.GRANT_REVOKE in may,
        },
    )


def narrowed(actor: Actor, asked: dict[str, str]) -> dict[str, Any]:
    """Return the filters as lookups."""
    wanted: dict[str, Any] = {}
    if asked.get("nome"):
        wanted["person__family_name__istartswith"] = asked["nome"].strip()
    if asked.get("ruolo"):
        wanted["role"] = asked["ruolo"]
    if asked.get("comune"):
        wanted["comune"] = asked["comune"]
    if not asked.get("stato"):
        wanted |= {"ended_at": None, "period__contains": actor.on}
    elif asked["stato"] == "cessati":
        wanted["ended_at__isnull"] = False
    return wanted


def chips_of(
    request: HttpRequest, asked: dict[str, str], filters: OperatorFilters
) -> list[dict[str, str]]:
    names = {
        str(value): label
        for field in ("ruolo", "comune", "stato")
        for value, label in filters.fields[field].choices  # type: ignore[attr-defined]  # ChoiceFields
    }
    words = {
        "nome": "Cognome: {}",
        "ruolo": "Profilo: {}",
        "comune": "Comune: {}",
        "stato": "Validità: {}",
    }
    found = []
    for key, value in asked.items():
        if value and key in words:
            left = request.GET.copy()
            left.pop(key)
            left.pop("page", None)
            found.append(
                {
                    "label": words[key].format(names.get(value, value)),
                    "without": "?" + left.urlencode(),
                }
            )
    return found


def row_of(grant: Any, actor: Actor, opened: Any) -> dict[str, Any]:
    over = grant.ended_at is not None or not_today(grant, actor.on)
    closed = grant.comune_id and not opened[grant.comune_id].open
    return {
        **shown(grant),
        "name": grant.person.full_name,
        "act": shown(grant)["why"],
        "active": not over and grant.role not in BY_THE_MINISTRY,
        "over": over,
        "ended": why_ended(grant, on=actor.on).partition(". ")[0] if over else "",
        "dormant": bool(closed and not over),
    }


@page(Permission.GRANT_CREATE)
@require_http_methods(["GET", "HEAD", "POST"])
def new_operator(request: HttpRequest, actor: Actor, /) -> HttpResponse:
    """Record the indication of the Comune, then give the profile."""
    form = OperatorForm(
        request.POST or None,
        roles=selectors.roles_given_by_ambiti(on=actor.on),
        comuni=comuni_within(actor),
        initial={"comune": request.GET.get("comune", "")},
    )
    grant = accredited(actor, form) if form.is_valid() else None
    if grant is not None:
        name = names_of([grant.person_id])[grant.person_id]
        messages.success(request, f"{name} ha il profilo. Può entrare da subito con SPID.")
        return redirect("operatori")
    return render(request, "web/operatore_nuovo.html", {"form": form}, status=status_of(form))


def comuni_within(actor: Actor) -> list[Any]:
    """Return the Comuni of every Ambito in which the person may accredit."""
    return [
        comune
        for held in actor.held
        if Permission.GRANT_CREATE in held.may and held.place.ambito
        for comune in comuni_of(held.place.ambito, on=actor.on)
    ]


def accredited(actor: Actor, form: OperatorForm) -> Any:
    """Do the two acts in their order; a refusal of either goes into the form."""
    asked = form.cleaned_data

    def both() -> Any:
        person = (
            indicated_before(actor, asked)
            or actions.record_indication(
                actor,
                **{key: asked[key] for key in INDICATION},
            ).person_id
        )
        return actions.grant_role(
            actor,
            person=person,
            role=asked["role"],
            comune=asked["comune"],
            until=asked["until"],
            whole_ambito=asked["whole_ambito"],
        )

    return attempt(form, both, fields=FieldOf(FIELD_OF))


def indicated_before(actor: Actor, asked: dict[str, Any]) -> UUID | None:
    """Return the person of this very indication if it is on record: the profile failed then."""
    person = person_with(asked["codice_fiscale"])
    same = {key: asked[key] for key in ("comune", "role", "protocol_number", "protocol_date")}
    known = person and selectors.indications_visible_to(actor).filter(
        person=person.pk, whole_ambito=asked["whole_ambito"], **same
    )
    return person.pk if person and known else None


@page(Permission.GRANT_REVOKE)
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, actor: Actor, /, grant: UUID) -> HttpResponse:
    """State the consequence and ask for the reason; then take the profile away."""
    row = selectors.grants_visible_to(actor).filter(pk=grant).first()
    if row is None:
        raise NotFound
    form = RevokeForm(request.POST or None)
    told = {**shown(row), "name": row.person.full_name}
    if form.is_valid():
        done = attempt(
            form,
            lambda: actions.revoke_grant(actor, grant=grant, reason=form.cleaned_data["reason"]),
            fields={"motivo-mancante": "reason"},
        )
        if done is not None:
            messages.success(request, f"Il profilo di {told['name']} è revocato.")
            return redirect("operatori")
    return render(request, "web/revoca.html", {"form": form, "grant": told}, status=status_of(form))
