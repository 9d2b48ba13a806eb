# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""The Comuni of an Ambito: the six steps of the convention, enabling, suspending."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iam.convenzioni import actions, selectors
from iam.convenzioni.types import Progress
from iam.convenzioni.uploads.judging import submit_signed_file
from iam.enti.selectors import ambito_with
from iam.kernel.actor import Actor
from iam.kernel.errors import NotFound
from iam.kernel.permissions import Permission
from iam.roles.selectors import who_has_keys
from iam.web.access import page
from iam.web.files import attachment
from iam.web.forms.attempts import attempt, status_of
from iam.web.forms.convenzioni import EnableForm, SignedFileForm, SuspendForm
from iam.web.words import SECTION_WORDS


@page(Permission.CONVENZIONE_READ)
@require_safe
def comuni(request: HttpRequest, actor: Actor, /) -> HttpResponse:
    """List the Comuni of the Ambito, with where each stands."""
    wanted_ambito = request.GET.get("ambito") or own_ambito(actor)
    if not wanted_ambito:
        return redirect("ambiti")
    ambito = ambito_with(wanted_ambito)
    rows = [row_of(progress) for progress in selectors.progress_in(actor, ambito=ambito.pk)]
    wanted = request.GET.get("stato", "")
    shown = [row for row in rows if not wanted or row["key"] == wanted]
    counts = [
        {"key": key, "label": label, "number": sum(row["key"] == key for row in rows)}
        for key, (label, _) in STANDINGS.items()
    ]
    return render(
        request,
        "web/comuni.html",
        {"ambito": ambito, "rows": shown, "counts": counts, "wanted": wanted, "total": len(rows)},
    )


def own_ambito(actor: Actor) -> str:
    """Return the Ambito of the profile in use, empty for a national one."""
    for held in actor.held:
        if held.place.ambito:
            return held.place.ambito
    return ""


STANDINGS = {
    "da-preparare": ("Convenzione da preparare", "secondary"),
    "da-firmare": ("In attesa della firma", "info"),
    "da-abilitare": ("Firma verificata: da abilitare", "warning"),
    "abilitato": ("Abilitato", "success"),
    "sospeso": ("Sospeso", "danger"),
}


def standing(progress: Progress) -> str:
    """Return where a Comune stands, as a key of STANDINGS."""
    if progress.suspended_at:
        return "sospeso"
    if progress.gates.enabled:
        return "abilitato"
    return {"": "da-preparare", "Pronta da firmare": "da-firmare"}.get(
        progress.state, "da-abilitare"
    )


def row_of(progress: Progress) -> dict[str, Any]:
    key = standing(progress)
    label, tone = STANDINGS[key]
    address = f"/comuni/{progress.comune}/"
    return {
        "progress": progress,
        "key": key,
        "label": label,
        "tone": tone,
        "comune_address": address,
    }


@page(Permission.CONVENZIONE_READ)
@require_safe
def comune(request: HttpRequest, actor: Actor, /, codice: str) -> HttpResponse:
    return shown(request, actor, codice)


def shown(
    request: HttpRequest,
    actor: Actor,
    codice: str,
    *,
    upload_form: SignedFileForm | None = None,
    enable_form: EnableForm | None = None,
) -> HttpResponse:
    """Render the page of a Comune; the forms given carry errors and what was typed."""
    progress = selectors.progress_of(actor, comune=codice)
    uploads = selectors.uploads_of(actor, comune=codice)
    last = next((one for one in uploads if is_decisive(one)), uploads[0] if uploads else None)
    verdict = selectors.verdict_of(actor, upload=last.pk) if last else None
    enable = enable_form or EnableForm(
        initial={"report_hash": last.report_hash if last and verdict else ""}
    )
    tried = enable_form or upload_form
    row = row_of(progress)
    return render(
        request,
        "web/comune.html",
        {
            **row,
            "steps": six_steps(row["key"], bool(uploads)),
            "sections": [SECTION_WORDS[section] for section in sorted(progress.gates.covered)],
            "uploads": uploads,
            "last": last,
            "verdict": verdict,
            "upload_form": upload_form or SignedFileForm(),
            "enable_form": enable,
            "form": tried,
            "may": (may := may_on_comuni(actor)),
            "keys": who_has_keys(actor, comune=codice) if may["operators"] else [],
        },
        status=status_of(tried) if tried else 200,
    )


def is_decisive(upload: Any) -> bool:
    """Return if this is the file that the convention rests on: its report is the one to read."""
    return bool(upload.pk == upload.convenzione.accepted_id)


def may_on_comuni(actor: Actor) -> dict[str, bool]:
    """Return which buttons the page offers; the actions decide again."""
    may = frozenset[Permission]().union(*(held.may for held in actor.held))
    return {
        "prepare": Permission.CONVENZIONE_PREPARE in may,
        "upload": Permission.CONVENZIONE_UPLOAD in may,
        "enable": Permission.COMUNE_ENABLE in may,
        "suspend": Permission.COMUNE_SUSPEND in may,
        "operators": Permission.GRANT_READ in may,
    }


def six_steps(key: str, uploaded: bool) -> list[dict[str, object]]:
    """Return the six steps of the procedure. Source: slides of 12-9-2019."""
    done = {"da-preparare": 0, "da-firmare": 1, "da-abilitare": 5, "abilitato": 6, "sospeso": 6}[
        key
    ]
    titles = (
        ("Prepara il documento", "Con la parte anagrafica del Comune già compilata."),
        ("Scarica il documento", ""),
        ("Fallo firmare", "Dal legale rappresentante, con firma digitale."),
        ("Carica il file firmato", "Senza cambiarlo dopo la firma."),
        ("Leggi il rapporto di verifica", "La firma è controllata in automatico."),
        ("Abilita il Comune", "È una tua decisione: non succede da sola."),
    )
    return [
        {
            "title": title,
            "note": note,
            "state": "done" if index < done else "now" if index == done else "next",
        }
        for index, (title, note) in enumerate(titles)
    ]


@page(Permission.CONVENZIONE_PREPARE)
@require_POST
def prepare(request: HttpRequest, actor: Actor, /, codice: str) -> HttpResponse:
    actions.prepare_convenzione(actor, comune=codice)
    messages.success(request, "La convenzione è pronta: scarica il documento e fallo firmare.")
    return redirect("comune", codice=codice)


@page(Permission.CONVENZIONE_READ)
@require_safe
def download(request: HttpRequest, actor: Actor, /, codice: str) -> HttpResponseBase:
    name, content = actions.download_convenzione(actor, comune=codice)
    return attachment(content, name=name, media_type="application/pdf")


@page(Permission.CONVENZIONE_UPLOAD)
@require_POST
def upload(request: HttpRequest, actor: Actor, /, codice: str) -> HttpResponse:
    form = SignedFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return shown(request, actor, codice, upload_form=form)
    file = form.cleaned_data["file"]
    kept = attempt(
        form,
        lambda: submit_signed_file(
            actor,
            comune=codice,
            content=file.read(),
            name=file.name,
            media_type=file.content_type or "application/octet-stream",
        ),
        fields={"file-troppo-grande": "file", "file-vuoto": "file"},
    )
    if kept is None:
        return shown(request, actor, codice, upload_form=form)
    return redirect("rapporto", codice=codice, upload=kept)


@page(Permission.CONVENZIONE_READ)
@require_safe
def report(request: HttpRequest, actor: Actor, /, codice: str, upload: UUID) -> HttpResponse:
    progress = selectors.progress_of(actor, comune=codice)
    rows = [row for row in selectors.uploads_of(actor, comune=codice) if row.pk == upload]
    if not rows:
        raise NotFound
    verdict = selectors.verdict_of(actor, upload=upload)
    return render(
        request,
        "web/rapporto.html",
        {
            **row_of(progress),
            "upload": rows[0],
            "decisive": is_decisive(rows[0]),
            "verdict": verdict,
            "enable_form": EnableForm(initial={"report_hash": rows[0].report_hash}),
            "may": may_on_comuni(actor),
        },
    )


@page(Permission.COMUNE_ENABLE)
@require_POST
def enable(request: HttpRequest, actor: Actor, /, codice: str) -> HttpResponse:
    form = EnableForm(request.POST)
    if not form.is_valid():
        return shown(request, actor, codice, enable_form=form)
    attempt(
        form,
        lambda: actions.enable_comune(
            actor, comune=codice, report_hash=form.cleaned_data["report_hash"]
        ),
    )
    if form.errors:
        return shown(request, actor, codice, enable_form=form)
    messages.success(request, "Il Comune è abilitato: gli operatori accreditati possono lavorare.")
    return redirect("comune", codice=codice)


@page(Permission.COMUNE_SUSPEND)
@require_http_methods(["GET", "HEAD", "POST"])
def suspend(request: HttpRequest, actor: Actor, /, codice: str) -> HttpResponse:
    """Ask for the reason and state the consequence; then close the Comune."""
    progress = selectors.progress_of(actor, comune=codice)
    form = SuspendForm(request.POST or None)
    if form.is_valid():
        attempt(
            form,
            lambda: actions.suspend_comune(
                actor, comune=codice, reason=form.cleaned_data["reason"]
            ),
            fields={"motivo-assente": "reason"},
        )
        if not form.errors:
            messages.warning(request, "Il Comune è sospeso: da ora nessuno vede i suoi dati.")
            return redirect("comune", codice=codice)
    return render(
        request, "web/sospendi.html", {**row_of(progress), "form": form}, status=status_of(form)
    )


@page(Permission.COMUNE_SUSPEND)
@require_http_methods(["GET", "HEAD", "POST"])
def reactivate(request: HttpRequest, actor: Actor, /, codice: str) -> HttpResponse:
    """State the consequence; then open the Comune again."""
    progress = selectors.progress_of(actor, comune=codice)
    if request.method == "POST":
        actions.reactivate_comune(actor, comune=codice)
        messages.success(request, "Il Comune è di nuovo abilitato.")
        return redirect("comune", codice=codice)
    return render(request, "web/riattiva.html", row_of(progress))
