# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""The register: looking for what happened, opening it, proving it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date, parse_datetime
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iam.accounts.selectors import names_of
from iam.audit import selectors
from iam.audit.types import EventProof, RegisterFilters, RegisterPage, RegisterRow, SubjectAccess
from iam.enti.selectors import ambiti_in_force, comuni_in_force
from iam.kernel.actor import Actor
from iam.kernel.permissions import Permission
from iam.roles.selectors import role_names
from iam.web.access import page
from iam.web.files import attachment
from iam.web.forms.attempts import attempt, status_of
from iam.web.forms.audit import GROUPS, RegisterForm, SubjectForm
from iam.web.templatetags.bi import day, moment_to_the_second
from iam.web.words import (
    FACTS,
    PERMISSION_WORDS,
    SECTION_WORDS,
    VERDICT_WORDS,
    event_words,
)

PRESETS = (
    ("Operazioni rifiutate", "?esito=1"),
    ("Comuni abilitati e sospesi", "?tipo=convenzioni.comune."),
    ("Profili assegnati e revocati", "?tipo=roles.grant."),
    ("Accessi ai dati dei beneficiari", "?tipo=oauth.decision."),
    ("Chi ha consultato il registro", "?tipo=audit."),
)


class Names:
    """The names behind the identifiers of some events, in one query for each kind of thing."""

    def __init__(self, actor: Actor, rows: Iterable[Any]) -> None:
        seen = list(rows)
        persons = {getattr(row, field, None) for row in seen for field in ("actor", "person")}
        self.persons = names_of(one for one in persons if one)
        self.roles = role_names(on=actor.on)
        comuni = {row.comune for row in seen if row.comune}
        ambiti = {row.ambito for row in seen if getattr(row, "ambito", "")}
        self.comuni = {
            comune.pk: str(comune) for comune in comuni_in_force(actor.on).filter(pk__in=comuni)
        }
        self.ambiti = {
            ambito.pk: str(ambito) for ambito in ambiti_in_force(actor.on).filter(pk__in=ambiti)
        }

    def who(self, row: RegisterRow) -> str:
        """Name who acted, with the role held at that moment."""
        if row.actor_kind == "system":
            return "Il servizio, in automatico"
        if row.actor is None:
            known = self.persons.get(row.person) if row.person else None
            return known or "Persona non ancora riconosciuta"
        if row.actor_kind == "client":
            return f"Il modulo {row.client}"
        name = self.persons.get(row.actor, "Persona non più presente")
        role = self.roles.get(row.role, "")
        return f"{name}, {role}" if role else name

    def where(self, row: Any) -> str:
        if row.comune:
            return str(self.comuni.get(row.comune, row.comune))
        ambito = str(getattr(row, "ambito", ""))
        return self.ambiti.get(ambito, ambito)


@page(Permission.REGISTER_READ)
@require_safe
def register(request: HttpRequest, actor: Actor, /) -> HttpResponse:
    """Look through the register; the last thirty days unless asked otherwise."""
    form = RegisterForm(request.GET or None, at_day=actor.on)
    asked = form.cleaned_data if form.is_valid() else {}
    found: RegisterPage | None = None
    if not form.errors:
        found = attempt(
            form,
            lambda: selectors.events_visible_to(
                actor, filters=filters_of(asked), cursor=request.GET.get("da", "")
            ),
            fields={"periodo-rovesciato": "dal"},
        )
    names = Names(actor, found.rows if found else ())
    return render(
        request,
        "web/registro.html",
        {
            "form": form,
            "presets": [{"label": label, "address": address} for label, address in PRESETS],
            "chips_on": chips_of(request, asked, names),
            "period": f"Dal {day(found.since)} al {day(found.until)}" if found else "",
            "events": [line_of(row, names) for row in found.rows] if found else [],
            "older": with_cursor(request, found.older) if found else "",
            "newer": with_cursor(request, found.newer) if found else "",
        },
        status=status_of(form),
    )


def filters_of(asked: Mapping[str, Any]) -> RegisterFilters:
    return RegisterFilters(
        since=asked.get("dal"),
        until=asked.get("al"),
        kind=asked.get("tipo", ""),
        outcome=asked.get("esito"),
        comune=asked.get("comune", ""),
        actor=asked.get("chi"),
        person=asked.get("su"),
    )


def with_cursor(request: HttpRequest, cursor: str) -> str:
    if not cursor:
        return ""
    query = request.GET.copy()
    query["da"] = cursor
    return "?" + query.urlencode()


def chips_of(request: HttpRequest, asked: Mapping[str, Any], names: Names) -> list[dict[str, str]]:
    """Return the filters in use, each with the address that takes it off."""
    told: dict[str, Callable[[Any], str]] = {
        "dal": lambda value: f"Dal {day(value)}",
        "al": lambda value: f"Al {day(value)}",
        "tipo": lambda value: dict(GROUPS)[value],
        "esito": lambda value: ("Riuscite", "Rifiutate", "Errori")[value],
        "comune": lambda value: f"Comune: {names.comuni.get(value, value)}",
        "chi": lambda value: f"Fatte da: {names_of([value]).get(value, 'persona')}",
        "su": lambda value: f"Su: {names_of([value]).get(value, 'persona')}",
    }
    found = []
    for key, words in told.items():
        value = asked.get(key)
        if value not in (None, ""):
            left = request.GET.copy()
            left.pop(key, None)
            left.pop("da", None)
            found.append({"label": words(value), "without": "?" + left.urlencode()})
    return found


def line_of(row: RegisterRow, names: Names) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": row.at,
        "words": event_words(row.kind, row.facts),
        "refused": row.refused,
        "who": names.who(row),
        "where": names.where(row),
    }


@page(Permission.REGISTER_READ)
@require_safe
def event(request: HttpRequest, actor: Actor, /, number: int) -> HttpResponse:
    return opened(request, actor, number)


@page(Permission.REGISTER_READ)
@require_POST
def verify(request: HttpRequest, actor: Actor, /, number: int) -> HttpResponse:
    """Check the inclusion proof of the event against the signed checkpoint, and show it."""
    return opened(request, actor, number, selectors.event_proof(actor, event=number))


def opened(
    request: HttpRequest, actor: Actor, number: int, proof: EventProof | None = None
) -> HttpResponse:
    row = selectors.event_visible_to(actor, event=number)
    names = Names(actor, [row])
    return render(
        request,
        "web/evento.html",
        {
            "event": {**line_of(row, names), "facts": facts_of(row, names), "links": links_of(row)},
            "numbered": f"Operazione {number}",
            "proof": proof,
            "sealed": moment_to_the_second(proof.at) if proof else "",
            "witnessed": moment_to_the_second(proof.witnessed_at)
            if proof and proof.witnessed_at
            else "",
            "entry": proof.entry.decode() if proof else "",
        },
    )


def facts_of(row: RegisterRow, names: Names) -> list[tuple[str, str]]:
    """Tell the facts of an event in words; what has no word keeps its own name."""
    told = [("Chi", names.who(row)), ("Quando", moment_to_the_second(row.at))]
    if where := names.where(row):
        told.append(("Dove", where))
    for name, value in row.facts.items():
        if name not in {"comune", "ambito"}:
            told.append((FACTS.get(name, name.replace("_", " ").capitalize()), said(value, names)))
    told.append(("Richiesta", row.request_id))
    return told


def said(value: Any, names: Names) -> str:
    """Say a JSON value of an event: yes and no, days, names instead of identifiers."""
    if isinstance(value, bool):
        return "sì" if value else "no"
    if isinstance(value, list):
        return ", ".join(said(item, names) for item in value) or "—"
    text = str(value)
    known = {str(key): name for key, name in names.persons.items()}
    words = (known, names.roles, PERMISSION_WORDS, SECTION_WORDS, VERDICT_WORDS)
    if name := next((one[text] for one in words if text in one), ""):
        return name
    if len(text) == 10 and (date_read := parse_date(text)):
        return day(date_read)
    if len(text) > 18 and text[4:5] == "-" and (instant := parse_datetime(text)):
        return moment_to_the_second(instant)
    return text


def links_of(row: RegisterRow) -> list[dict[str, str]]:
    """Return the searches that start from an event."""
    found = []
    if row.actor and row.actor_kind == "person":
        found.append(
            {
                "label": "Altre operazioni della stessa persona",
                "address": f"/registro/?chi={row.actor}",
            }
        )
    if row.person:
        found.append(
            {
                "label": "Operazioni che riguardano la persona",
                "address": f"/registro/?su={row.person}",
            }
        )
    if row.comune:
        found.append(
            {
                "label": "Operazioni sullo stesso Comune",
                "address": f"/registro/?comune={row.comune}",
            }
        )
    found.append(
        {
            "label": "Operazioni dello stesso tipo",
            "address": f"/registro/?tipo={group_of(row.kind)}",
        }
    )
    return found


def group_of(kind: str) -> str:
    """Return the narrowest group of the form that holds this kind."""
    return max((key for key, _ in GROUPS if kind.startswith(key)), key=len)


@page(Permission.REGISTER_READ)
@require_safe
def proof_file(request: HttpRequest, actor: Actor, /, number: int) -> HttpResponse:
    proof = selectors.event_proof(actor, event=number)
    if not proof.file:
        return opened(request, actor, number, proof)
    return attachment(proof.file.encode(), name=proof.file_name, media_type="text/plain")


def what_was_asked(row: SubjectAccess) -> str:
    return PERMISSION_WORDS.get(row.permission, event_words(row.kind))


@page(Permission.REGISTER_READ_SUBJECT)
@require_http_methods(["GET", "HEAD", "POST"])
def subject(request: HttpRequest, actor: Actor, /) -> HttpResponse:
    """Answer who saw a person's data. The codice fiscale travels only in the body of a POST."""
    form = SubjectForm(request.POST or None)
    found = None
    if form.is_valid():
        found = attempt(
            form,
            lambda: selectors.subject_accesses(actor, **form.cleaned_data),
            fields={"motivo-assente": "reason", "motivo-con-dati-personali": "reason"},
        )
    rows = found.rows if found else ()
    operators: dict[UUID, str] = names_of(row.operator for row in rows if row.operator)
    names = Names(actor, rows)
    return render(
        request,
        "web/interessato.html",
        {
            "form": form,
            "searched": found is not None,
            "masked": not form.cleaned_data.get("operators") if found else True,
            "older": found.older if found else "",
            "accesses": [
                {
                    "id": row.id,
                    "at": row.at,
                    "words": what_was_asked(row),
                    "who": ", ".join(
                        part
                        for part in (
                            operators.get(row.operator, row.operator_label)
                            if row.operator
                            else row.operator_label,
                            names.roles.get(row.role, ""),
                        )
                        if part
                    ),
                    "ente": f"Comune di {names.where(row)}" if row.comune else "—",
                    "purpose": ", ".join(p for p in (row.purpose, row.practice) if p) or "—",
                    "refused": row.outcome == 1,
                }
                for row in rows
            ],
        },
        status=status_of(form),
    )
