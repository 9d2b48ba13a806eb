# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Identities of other States: who waits, linking one to a person on record, undoing it."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from iam.accounts import actions, selectors
from iam.kernel.actor import Actor
from iam.kernel.permissions import Permission
from iam.web.access import page
from iam.web.forms.attempts import FieldOf, attempt, status_of
from iam.web.forms.identities import LinkForm, ReferenceFilter, UnlinkForm
from iam.web.templatetags.bi import day

FIELD_OF: Final = {
    "codice-fiscale-non-in-archivio": "codice_fiscale",
    "data-di-nascita-diversa": "codice_fiscale",
    "atto-del-collegamento-mancante": "act",
}


@page(Permission.IDENTITY_READ)
@require_safe
def identities(request: HttpRequest, actor: Actor, /) -> HttpResponse:
    """List the identities; one alone by its reference."""
    form = ReferenceFilter(request.GET or None)
    asked = form.cleaned_data["riferimento"] if form.is_valid() else ""
    found = selectors.foreign_identities(actor, reference=asked)
    return render(
        request,
        "web/identita_estere.html",
        {
            "form": form,
            "asked": asked,
            "waiting": [shown(row) for row in found if row.person_id is None],
            "linked": [shown(row) for row in found if row.person_id is not None],
        },
        status=status_of(form),
    )


@page(Permission.IDENTITY_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def identity(request: HttpRequest, actor: Actor, /, identity: UUID) -> HttpResponse:
    """Show one identity: to link it, or to undo the link."""
    row = selectors.foreign_identity(actor, identity=identity)
    linked = row.person_id is not None
    form = (UnlinkForm if linked else LinkForm)(request.POST or None)
    if form.is_valid() and changed(actor, row, form):
        messages.success(request, UNLINKED if linked else LINKED)
        return redirect("identita-estere")
    return render(
        request,
        "web/identita_estera.html",
        {"form": form, "identity": shown(row), "linked": linked},
        status=status_of(form),
    )


LINKED: Final = "L'identità è collegata: dal prossimo accesso la persona usa i suoi profili."
UNLINKED: Final = "Il collegamento è tolto e gli accessi aperti con eIDAS sono chiusi."


def changed(actor: Actor, row: Any, form: LinkForm | UnlinkForm) -> bool:
    asked = form.cleaned_data
    if isinstance(form, UnlinkForm):
        done = attempt(form, lambda: actions.unlink_identity(actor, identity=row.pk, **asked))
    else:
        done = attempt(
            form,
            lambda: actions.link_identity(actor, identity=row.pk, **asked),
            fields=FieldOf(FIELD_OF),
        )
    return done is not None


def day_of(text: str) -> str:
    """Say a day of another State as ours are said; what is not one, as it came."""
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def shown(row: Any) -> dict[str, Any]:
    said = row.said
    return {
        "id": row.pk,
        "reference": row.reference,
        "name": said.full_name,
        "state": said.state or "non indicato",
        "birth_date": day_of(said.birth_date),
        "last_seen": row.last_seen,
        "person": row.person.full_name if row.person_id else "",
        "act": row.act,
        "linked_on": day(row.linked_at),
    }
