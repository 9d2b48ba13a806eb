# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""The register of log-ins: finding one, opening it, holding it, reporting what is not right.

A codice fiscale and a code travel only in the body of a POST; the reference in an address is a
random code that says nothing of anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iam.accounts.selectors import names_of
from iam.audit.selectors import event_proof, event_visible_to
from iam.kernel.actor import Actor
from iam.kernel.errors import NotFound
from iam.kernel.permissions import Permission
from iam.saml.register import actions, selectors
from iam.saml.register.types import Hold, LoginLine, OpenedLogin
from iam.web.access import page
from iam.web.files import attachment
from iam.web.forms.attempts import attempt, status_of
from iam.web.forms.logins import (
    AnomalyForm,
    HoldForm,
    LoginCodeForm,
    LoginPersonForm,
    MessagesForm,
    SetHoldForm,
)
from iam.web.templatetags.bi import day, moment, moment_to_the_second
from iam.web.words import LOGIN_OUTCOMES

FIELDS = {
    "accessi-motivo-assente": "reason",
    "accessi-persona-sconosciuta": "codice_fiscale",
    "accessi-segnalazione-futura": "noticed_on",
}


def may(actor: Actor, permission: Permission) -> bool:
    return any(permission in held.may for held in actor.held)


@page(Permission.LOGIN_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest, actor: Actor, /) -> HttpResponse:
    """Find log-ins by a code or, for who may, by person."""
    by_person = may(actor, Permission.LOGIN_READ_MESSAGES)
    asked = request.POST if request.method == "POST" else None
    is_of_person = asked is not None and "codice_fiscale" in asked
    code_form = LoginCodeForm(None if is_of_person else asked)
    person_form = LoginPersonForm(asked if is_of_person else None, prefix=None)
    found: tuple[LoginLine, ...] | None = None
    if is_of_person and by_person and person_form.is_valid():
        found = attempt(
            person_form,
            lambda: selectors.logins_of(actor, **person_form.cleaned_data),
            fields=FIELDS,
        )
    elif not is_of_person and code_form.is_valid():
        found = selectors.logins_with(actor, **code_form.cleaned_data)
    return render(
        request,
        "web/accessi.html",
        {
            "code_form": code_form,
            "person_form": person_form if by_person else None,
            "form": person_form if is_of_person else code_form,
            "searched": found is not None,
            "logins": lines_of(found or ()),
            "faults": selectors.recent_service_faults(at=actor.at),
        },
        status=status_of(person_form if is_of_person else code_form),
    )


def lines_of(found: Iterable[LoginLine]) -> list[dict[str, Any]]:
    rows = list(found)
    names = names_of(row.person for row in rows if row.person)
    return [line_of(row, names) for row in rows]


def line_of(row: LoginLine, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "at": moment_to_the_second(row.at),
        "provider": row.provider,
        "scheme": row.scheme.upper(),
        "who": names.get(row.person, "Persona non più presente") if row.person else "—",
        "entered": not row.outcome,
        "outcome": LOGIN_OUTCOMES.get(row.outcome, f"non riuscito ({row.outcome})"),
    }


@page(Permission.LOGIN_READ)
@require_safe
def opened(request: HttpRequest, actor: Actor, /, reference: str) -> HttpResponse:
    return shown(request, actor, reference)


def shown(
    request: HttpRequest,
    actor: Actor,
    reference: str,
    *,
    form: forms.Form | None = None,
    **more: Any,
) -> HttpResponse:
    """Show a record; `form` is the one that was sent and has something to mend."""
    found = selectors.opened_login(actor, reference=reference)
    people = {one for hold in found.holds for one in (hold.set_by, hold.released_by) if one}
    people |= {notice.by for notice in found.notices}
    names = names_of([*people, *([found.line.person] if found.line.person else [])])

    def fresh(kind: type[forms.Form]) -> forms.Form:
        return form if type(form) is kind else kind(auto_id=ids(kind))

    return render(
        request,
        "web/accesso_registrato.html",
        {
            "login": line_of(found.line, names),
            "record": found,
            "form": form,
            "keep_until": day(found.keep_until),
            "held": any(hold.released_at is None for hold in found.holds),
            "holds": [hold_of(hold, names, actor, form) for hold in found.holds],
            "notices": [
                {"id": one.id, "at": moment(one.at), "by": names.get(one.by, "—"), "one": one}
                for one in found.notices
            ],
            "messages_form": fresh(MessagesForm)
            if may(actor, Permission.LOGIN_READ_MESSAGES)
            else None,
            "hold_form": fresh(SetHoldForm) if may(actor, Permission.LOGIN_HOLD) else None,
            "anomaly_form": fresh(AnomalyForm) if may(actor, Permission.LOGIN_REPORT) else None,
            **more,
        },
        status=status_of(form) if form else 200,
    )


def ids(kind: type[forms.Form], of: object = "") -> str:
    """Return the pattern of a form's ids: several forms of a page have a field of one name."""
    return f"{kind.__name__.lower()}{of}-%s"


def hold_of(
    hold: Hold, names: dict[UUID, str], actor: Actor, form: forms.Form | None
) -> dict[str, Any]:
    pattern = ids(HoldForm, hold.id)
    mended = form is not None and form.auto_id == pattern
    return {
        "id": hold.id,
        "covers": "Tutti gli accessi della persona" if hold.of_person else "Questo accesso",
        "why": f"{hold.act}. {hold.reason}",
        "set": f"{moment(hold.set_at)}, da {names.get(hold.set_by, '—')}",
        "released": released(hold, names),
        "mine": hold.set_by == actor.id,
        "form": form if mended else HoldForm(auto_id=pattern),
        "open": mended,
    }


def released(hold: Hold, names: dict[UUID, str]) -> str:
    if hold.released_at is None or hold.released_by is None:
        return ""
    who = names.get(hold.released_by, "—")
    return f"{moment(hold.released_at)}, da {who}: {hold.release_act}. {hold.release_reason}"


def tried(
    request: HttpRequest,
    actor: Actor,
    reference: str,
    form: forms.Form,
    verb: Callable[[], object],
    done: str,
) -> HttpResponse:
    """Do it and go back to the record, or show the record with what is to be mended."""
    if form.is_valid():
        attempt(form, verb, fields=FIELDS)
    if form.errors:
        return shown(request, actor, reference, form=form)
    messages.success(request, done)
    return redirect("accesso-registrato", reference=reference)


@page(Permission.LOGIN_READ_MESSAGES)
@require_POST
def read_messages(request: HttpRequest, actor: Actor, /, reference: str) -> HttpResponse:
    """Show the two messages, once the reason is on record."""
    form = MessagesForm(request.POST, auto_id=ids(MessagesForm))
    read = None
    if form.is_valid():
        read = attempt(
            form,
            lambda: selectors.messages_of(actor, reference=reference, **form.cleaned_data),
            fields=FIELDS,
        )
    return shown(request, actor, reference, form=form if form.errors else None, read=read)


@page(Permission.LOGIN_READ)
@require_POST
def verify(request: HttpRequest, actor: Actor, /, reference: str) -> HttpResponse:
    """Compare the record with its event, and the event with the sealed log."""
    found = selectors.opened_login(actor, reference=reference)
    if found.event is None:
        raise NotFound
    event = event_visible_to(actor, event=found.event)
    proof = event_proof(actor, event=found.event)
    return shown(
        request,
        actor,
        reference,
        proof=proof,
        agrees=agrees(found, event.facts) and proof.valid,
    )


def agrees(found: OpenedLogin, facts: Mapping[str, Any]) -> bool:
    """Return if the record is whole and is the one that its event speaks of."""
    said = (facts.get("record"), facts.get("digest"))
    return found.is_whole and said == (found.line.reference, found.digest)


@page(Permission.LOGIN_HOLD)
@require_POST
def hold(request: HttpRequest, actor: Actor, /, reference: str) -> HttpResponse:
    form = SetHoldForm(request.POST, auto_id=ids(SetHoldForm))
    return tried(
        request,
        actor,
        reference,
        form,
        lambda: actions.set_hold(actor, reference=reference, **form.cleaned_data),
        "Il blocco è attivo: l'accesso resta conservato finché un'altra persona non lo toglie.",
    )


@page(Permission.LOGIN_HOLD)
@require_POST
def release(request: HttpRequest, actor: Actor, /, reference: str, hold: UUID) -> HttpResponse:
    form = HoldForm(request.POST, auto_id=ids(HoldForm, hold))
    return tried(
        request,
        actor,
        reference,
        form,
        lambda: actions.release_hold(actor, hold=hold, **form.cleaned_data),
        "Il blocco è tolto.",
    )


@page(Permission.LOGIN_REPORT)
@require_POST
def report(request: HttpRequest, actor: Actor, /, reference: str) -> HttpResponse:
    form = AnomalyForm(request.POST, auto_id=ids(AnomalyForm))
    return tried(
        request,
        actor,
        reference,
        form,
        lambda: actions.report_anomaly(actor, reference=reference, **form.cleaned_data),
        "La segnalazione è pronta: inviala subito per PEC al gestore e ad AgID.",
    )


@page(Permission.LOGIN_REPORT)
@require_safe
def notice(request: HttpRequest, actor: Actor, /, reference: str, notice: UUID) -> HttpResponse:
    """Return the two texts of a notice as one file, to be pasted into a PEC."""
    found = selectors.opened_login(actor, reference=reference)
    for one in found.notices:
        if one.id == notice:
            content = f"{one.to_provider}\n{'-' * 60}\n\n{one.to_agency}"
            return attachment(
                content.encode(),
                name=f"segnalazione-{reference}.txt",
                media_type="text/plain; charset=utf-8",
            )
    raise NotFound
