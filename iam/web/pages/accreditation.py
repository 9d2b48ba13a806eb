# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""The network of the Ambiti, and how each gets its Amministratore."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iam.enti.selectors import ambito_with, legale_rappresentante_of, regioni
from iam.kernel.actor import Actor
from iam.kernel.permissions import Permission
from iam.notifications.selectors import messages_about
from iam.roles.accreditation import actions, selectors
from iam.roles.accreditation.judging import submit_countersigned_act, submit_signed_act
from iam.roles.accreditation.types import Bucket
from iam.web.access import page, personal
from iam.web.files import attachment
from iam.web.forms.accreditation import (
    ActForm,
    AmbitiFilters,
    CeaseForm,
    IntegrationForm,
    RefusalForm,
    ReviewForm,
    SignedActForm,
    TieForm,
)
from iam.web.forms.attempts import attempt, status_of
from iam.web.tables import AmbitiTable
from iam.web.templatetags.bi import day, moment

ROWS = 25

BUCKETS: dict[Bucket, dict[str, str]] = {
    Bucket.DEVONO_COMUNICARE: {
        "label": "devono comunicare l'Amministratore",
        "short": "Da comunicare",
        "text": "nessun dato ricevuto",
        "tone": "danger",
        "colour": "#b3243b",
    },
    Bucket.SENZA_DOCUMENTAZIONE: {
        "label": "hanno compilato i dati ma non hanno inviato la documentazione",
        "short": "Senza documenti",
        "text": "manca la nota via PEC",
        "tone": "warning",
        "colour": "#a66300",
    },
    Bucket.IN_LAVORAZIONE: {
        "label": "sono in lavorazione al Ministero",
        "short": "In lavorazione",
        "text": "documenti arrivati",
        "tone": "info",
        "colour": "#0066cc",
    },
    Bucket.COMPLETATI: {
        "label": "hanno completato e stanno accreditando i servizi",
        "short": "Completati",
        "text": "Amministratore censito",
        "tone": "success",
        "colour": "#008055",
    },
}

STATES: dict[str, tuple[str, str]] = {
    "invitato": ("Da comunicare", "danger"),
    "dati-compilati": ("Dati compilati, documenti mancanti", "warning"),
    "documentazione-ricevuta": ("Documentazione ricevuta", "info"),
    "in-verifica": ("In verifica", "info"),
    "integrazione-richiesta": ("Integrazione richiesta", "warning"),
    "atto-predisposto": ("Atto predisposto", "info"),
    "atto-controfirmato": ("Atto controfirmato", "info"),
    "censito": ("Censito", "success"),
    "comunicato": ("Comunicato all'ente", "success"),
    "sospeso": ("Sospeso", "danger"),
    "cessato": ("Cessato", "secondary"),
    "rifiutato": ("Rifiutato", "danger"),
}


# ---------------------------------------------------------------- the network


@page(Permission.NETWORK_READ)
@require_safe
def dashboard(request: HttpRequest, actor: Actor, /) -> HttpResponse:
    """Count the Ambiti by state; each number is the length of the list it opens."""
    lines = selectors.region_table(actor)
    counts, start = [], 0
    for bucket, words in BUCKETS.items():
        number = sum(line.counts[bucket] for line in lines)
        counts.append({**words, "key": bucket.value, "number": number, "start": start})
        start += number
    regions = [
        {
            "code": line.code,
            "name": line.name,
            "total": line.total,
            "cells": [
                {"key": bucket.value, "label": words["short"], "number": line.counts[bucket]}
                for bucket, words in BUCKETS.items()
            ],
        }
        for line in lines
    ]
    return render(
        request, "web/cruscotto.html", {"counts": counts, "total": start, "regions": regions}
    )


@page(Permission.NETWORK_READ)
@require_safe
def ambiti(request: HttpRequest, actor: Actor, /) -> HttpResponse:
    """List the Ambiti of a state, of a Regione, by name."""
    all_regions = list(regioni())
    form = AmbitiFilters(
        request.GET or None,
        states=[(bucket.value, words["short"]) for bucket, words in BUCKETS.items()],
        regioni=all_regions,
    )
    asked = form.cleaned_data if form.is_valid() else {}
    found = selectors.ambiti_in(
        actor,
        Bucket(asked["stato"]) if asked.get("stato") else None,
        regione=asked.get("regione", ""),
        text=asked.get("nome", ""),
    )
    table = AmbitiTable(found, states=STATES, order_by=request.GET.get("ordine") or ())
    table.paginate(page=page_number(request.GET), per_page=ROWS)
    return render(
        request,
        "web/ambiti.html",
        {
            "form": form,
            "table": table,
            "total": table.paginator.count,
            "filters": ambiti_chips(request, form, asked),
        },
        status=status_of(form),
    )


def page_number(query: QueryDict) -> int:
    """Return the page asked for; what is not a number is the first."""
    asked = query.get("page", "1")
    return int(asked) if asked.isdecimal() and len(asked) < 6 and int(asked) else 1


def ambiti_chips(
    request: HttpRequest, form: AmbitiFilters, asked: dict[str, str]
) -> list[dict[str, str]]:
    found = []
    for key, value in asked.items():
        if value:
            options = dict(getattr(form.fields[key], "choices", ()))
            left = request.GET.copy()
            left.pop(key)
            left.pop("page", None)
            label = f"{form.fields[key].label}: {options.get(value, value)}"
            found.append({"label": label, "without": "?" + left.urlencode()})
    return found


@page(Permission.ACCREDITATION_READ)
@require_safe
def ambito(request: HttpRequest, actor: Actor, /, codice: str) -> HttpResponse:
    """Open the practice of an Ambito, or say that it has none yet."""
    practice = selectors.practice_of(actor, ambito=codice)
    if practice is not None:
        return redirect("pratica", accreditation=practice.pk)
    return render(
        request,
        "web/ambito.html",
        {"ambito": ambito_with(codice), "may_review": may(actor, Permission.ACCREDITATION_REVIEW)},
    )


@page(Permission.ACCREDITATION_REVIEW)
@require_POST
def invite(request: HttpRequest, actor: Actor, /, codice: str) -> HttpResponse:
    practice = actions.invite(actor, ambito=codice)
    messages.success(request, "La pratica è aperta: ora l'Ambito può indicare l'Amministratore.")
    return redirect("pratica", accreditation=practice.pk)


def may(actor: Actor, permission: Permission) -> bool:
    return any(permission in held.may for held in actor.held)


# ---------------------------------------------------------------- one practice


@page(Permission.ACCREDITATION_READ)
@require_safe
def practice(request: HttpRequest, actor: Actor, /, accreditation: UUID) -> HttpResponse:
    return opened(request, actor, accreditation)


def opened(
    request: HttpRequest,
    actor: Actor,
    accreditation: UUID,
    *,
    tried: forms.Form | None = None,
    link_once: dict[str, Any] | None = None,
) -> HttpResponse:
    """Render a practice; `tried` is the form just refused, with its errors."""
    found = selectors.practice_with(actor, accreditation)
    acts = selectors.signed_acts(actor, found)
    label, tone = STATES[found.state]
    now_title, now_text, steps_now = what_now(found, tried)
    can = may(actor, Permission.ACCREDITATION_REVIEW)
    return render(
        request,
        "web/pratica.html",
        {
            "practice": found,
            "state_label": label,
            "state_tone": tone,
            "now_title": now_title,
            "now_text": now_text,
            "actions": steps_now if can else [],
            "others": other_actions(found, tried) if can else [],
            "others_open": isinstance(tried, IntegrationForm | RefusalForm | CeaseForm),
            "link_once": link_once,
            "person": person_facts(actor, found),
            "documents": [
                {
                    "label": paper.get_kind_display(),
                    "name": paper.name,
                    "received_at": paper.received_at,
                    "protocol": paper.protocol_number,
                    "address": f"/pratiche/{found.pk}/documenti/{paper.pk}/",
                }
                for paper in selectors.papers_of(actor, found)
            ],
            "missing": [kind.label for kind in selectors.missing_papers(found)],
            "act": found.act_id is not None,
            "reports": [report_of(act) for act in last_of_each_stage(acts)],
            "earlier": [report_of(act) for act in acts if act not in last_of_each_stage(acts)],
            "notices": [
                {
                    "subject": sent.subject,
                    "state": sent.state.value.replace("-", " "),
                    "to": ", ".join(one.address for one in sent.recipients),
                    "sent_at": sent.sent_at,
                    "accepted_at": sent.accepted_at,
                    "delivered_at": sent.settled_at,
                }
                for sent in messages_about(actor, found.pk)
            ],
            "steps": steps_of(found),
            "ente": {
                "name": found.ambito.ente.denominazione,
                "pec": found.ambito.ente.domicilio_digitale,
                "representative": legale_rappresentante_of(found.ambito.ente_id, on=actor.on),
                "region": found.ambito.regione.denominazione,
            },
            "form": tried,
        },
        status=status_of(tried) if tried else 200,
    )


def last_of_each_stage(acts: list[Any]) -> list[Any]:
    """Return the newest file of each stage; `acts` are newest first."""
    found: dict[str, Any] = {}
    for act in acts:
        found.setdefault(act.stage, act)
    return list(found.values())


def report_of(act: Any) -> dict[str, Any]:
    titles = {"interessato": "Controfirma della persona designata"}
    return {
        "title": titles.get(act.stage, "Firma per il Ministero"),
        "verdict": act.verdict,
        "uploaded_at": act.uploaded_at,
    }


def person_facts(actor: Actor, found: Any) -> dict[str, str]:
    """Return the person indicated, in words; empty when nobody is."""
    person = selectors.candidate_of(actor, found)
    if person is None:
        return {}
    return {
        "name": person.full_name,
        "codice_fiscale": person.codice_fiscale,
        "birth": f"{day(person.birth_date)}, {person.birth_place}",
        "email": person.email,
        "phone": person.phone,
        "submitted": moment(person.submitted_at),
    }


def what_now(found: Any, tried: forms.Form | None) -> tuple[str, str, list[dict[str, Any]]]:
    """Return the one thing to do now: its title, a sentence, its buttons and forms."""
    here = f"/pratiche/{found.pk}/"

    def asks(verb: str, form: type[forms.Form], label: str, **more: Any) -> dict[str, Any]:
        used = tried if isinstance(tried, form) else form(auto_id=f"{verb}_%s")
        return {
            "address": f"{here}{verb}/",
            "form": used,
            "label": label,
            "tone": "primary",
            **more,
        }

    match found.state:
        case "invitato":
            return (
                "In attesa dell'Ambito",
                "L'Ambito deve ancora indicare il proprio Amministratore.",
                [],
            )
        case "dati-compilati" | "integrazione-richiesta":
            return (
                "In attesa della documentazione",
                "La nota di autorizzazione e i suoi allegati arrivano per PEC dal domicilio "
                "digitale dell'ente, e si collegano da soli a questa pratica.",
                [],
            )
        case "documentazione-ricevuta":
            return (
                "Adesso: avvia la verifica",
                "I documenti sono arrivati. Aprili qui sotto; se tutto è in ordine, prendi in "
                "carico la pratica.",
                [asks("verifica", ReviewForm, "Avvia la verifica")],
            )
        case "in-verifica":
            return (
                "Adesso: predisponi l'atto di designazione",
                "Il documento si compila da solo con i dati della persona. Poi va firmato per il "
                "Ministero e controfirmato dalla persona.",
                [asks("predisponi", ActForm, "Predisponi l'atto")],
            )
        case "atto-predisposto" if found.signed_at is None:
            return (
                "Adesso: fai firmare l'atto per il Ministero",
                f"Deve firmare {found.signatory}. Scarica l'atto, fallo firmare così com'è, poi "
                "carica qui il file firmato.",
                [
                    {
                        "link": True,
                        "address": f"{here}atto/",
                        "label": "Scarica l'atto (PDF)",
                        "tone": "outline-primary",
                    },
                    asks("carica", SignedActForm, "Carica e verifica la firma", upload=True),
                ],
            )
        case "atto-predisposto":
            return (
                "Adesso: chiedi la controfirma",
                "La firma del Ministero è valida. Manda il link alla persona designata: entra con "
                "SPID, legge l'atto, lo firma e lo carica. Se lo mandi di nuovo, il link "
                "precedente non vale più.",
                [
                    {
                        "address": f"{here}link/",
                        "label": "Invia il link di controfirma",
                        "tone": "primary",
                    }
                ],
            )
        case "atto-controfirmato":
            return (
                "Adesso: censisci l'Amministratore",
                "Le due firme sono valide. Con il censimento i poteri cominciano subito e l'ente "
                "riceve la comunicazione per PEC.",
                [
                    {
                        "address": f"{here}censisci/",
                        "label": "Censisci l'Amministratore",
                        "tone": "primary",
                    }
                ],
            )
        case "censito":
            return (
                "In attesa della consegna della PEC",
                "L'Amministratore può già lavorare. Quando arriva la ricevuta di consegna, "
                "l'accreditamento risulta comunicato.",
                [],
            )
    return "", "", []


def other_actions(found: Any, tried: forms.Form | None) -> list[dict[str, Any]]:
    here = f"/pratiche/{found.pk}/"

    def one(verb: str, form: type[forms.Form], **words: str) -> dict[str, Any]:
        used = tried if isinstance(tried, form) else form(auto_id=f"{verb}_%s")
        return {"address": f"{here}{verb}/", "form": used, **words}

    integration = one(
        "integrazione",
        IntegrationForm,
        title="Chiedi un'integrazione",
        text="L'ente riceve una PEC. La pratica aspetta i nuovi documenti.",
        label="Chiedi l'integrazione",
        tone="outline-primary",
    )
    refusal = one(
        "rifiuta",
        RefusalForm,
        title="Rifiuta la pratica",
        text="La pratica si chiude e l'Ambito torna tra quelli che devono comunicare "
        "l'Amministratore. Non si annulla.",
        label="Rifiuta la pratica",
        tone="danger",
    )
    cease = one(
        "cessa",
        CeaseForm,
        title="Fai cessare l'Amministratore",
        text="Entro due secondi perde ogni potere. L'Ambito deve indicare un'altra persona. "
        "Non si annulla.",
        label="Fai cessare",
        tone="danger",
    )
    return {
        "in-verifica": [integration, refusal],
        "dati-compilati": [refusal],
        "documentazione-ricevuta": [refusal],
        "integrazione-richiesta": [refusal],
        "atto-predisposto": [refusal],
        "atto-controfirmato": [refusal],
        "censito": [cease],
        "comunicato": [cease],
    }.get(found.state, [])


def steps_of(found: Any) -> list[dict[str, object]]:
    """Return the stages of the procedure. Source: nota del Ministero, passi da 1 a 5."""
    after = (
        "atto-predisposto",
        "atto-controfirmato",
        "censito",
        "comunicato",
        "sospeso",
        "cessato",
    )
    stages = (
        ("Dati compilati", bool(found.submitted_at), found.submitted_at),
        ("Documentazione ricevuta", bool(found.documents_received_at), found.documents_received_at),
        ("Verifica della pratica", found.state in after, None),
        ("Firma per il Ministero", bool(found.signed_at), found.signed_at),
        ("Controfirma della persona", bool(found.countersigned_at), found.countersigned_at),
        ("Censimento", bool(found.registered_at), found.registered_at),
        ("Comunicazione all'ente", bool(found.communicated_at), found.communicated_at),
    )
    closed = found.state in ("rifiutato", "cessato")
    shown: list[dict[str, object]] = []
    pending = "stopped" if closed else "now"
    for title, done, at in stages:
        state = "done" if done else pending
        if not done:
            pending = "next"
        shown.append({"title": title, "state": state, "at": at})
    return shown


@page(Permission.ACCREDITATION_READ)
@require_safe
def paper(
    request: HttpRequest, actor: Actor, /, accreditation: UUID, document: UUID
) -> HttpResponse:
    file = selectors.paper_content(actor, document)
    return attachment(file.content, name=file.name, media_type=file.media_type)


@page(Permission.ACCREDITATION_READ)
@require_safe
def act(request: HttpRequest, actor: Actor, /, accreditation: UUID) -> HttpResponse:
    """Give the act: with the signatures it has so far, or as it must be signed."""
    file = selectors.final_act(actor, selectors.practice_with(actor, accreditation))
    return attachment(file.content, name=file.name, media_type=file.media_type)


def step(
    request: HttpRequest,
    actor: Actor,
    accreditation: UUID,
    form: forms.Form,
    verb: Callable[[], Any],
    done: str,
    fields: dict[str, str] | None = None,
) -> HttpResponse:
    """Try one action of the practice with a form; show the practice again if it is refused."""
    if not form.is_valid() or attempt(form, verb, fields=fields) is None:
        return opened(request, actor, accreditation, tried=form)
    messages.success(request, done)
    return redirect("pratica", accreditation=accreditation)


@page(Permission.ACCREDITATION_REVIEW)
@require_POST
def start_review(request: HttpRequest, actor: Actor, /, accreditation: UUID) -> HttpResponse:
    form = ReviewForm(request.POST, auto_id="verifica_%s")
    return step(
        request,
        actor,
        accreditation,
        form,
        lambda: actions.start_review(actor, accreditation=accreditation, **form.cleaned_data),
        "La pratica è tua: ora puoi predisporre l'atto.",
    )


@page(Permission.ACCREDITATION_REVIEW)
@require_POST
def prepare_act(request: HttpRequest, actor: Actor, /, accreditation: UUID) -> HttpResponse:
    form = ActForm(request.POST, auto_id="predisponi_%s")
    return step(
        request,
        actor,
        accreditation,
        form,
        lambda: actions.prepare_act(actor, accreditation=accreditation, **form.cleaned_data),
        "L'atto è pronto: scaricalo e fallo firmare.",
        {"protocollo-mancante": "protocol_number", "protocollo-nel-futuro": "protocol_date"},
    )


@page(Permission.DESIGNATION_UPLOAD)
@require_POST
def upload_act(request: HttpRequest, actor: Actor, /, accreditation: UUID) -> HttpResponse:
    form = SignedActForm(request.POST, request.FILES, auto_id="carica_%s")

    def send() -> Any:
        file = form.cleaned_data["file"]
        return submit_signed_act(
            actor,
            accreditation=accreditation,
            content=file.read(),
            name=file.name,
            media_type=file.content_type or "application/octet-stream",
        )

    return step(
        request,
        actor,
        accreditation,
        form,
        send,
        "Il file è arrivato: leggi qui sotto il rapporto di verifica.",
        {"file-troppo-grande": "file", "file-vuoto": "file"},
    )


@page(Permission.ACCREDITATION_REVIEW)
@require_POST
def send_link(request: HttpRequest, actor: Actor, /, accreditation: UUID) -> HttpResponse:
    """Send the link; its address is shown this once, as only its digest is kept."""
    made = actions.invite_to_countersign(actor, accreditation=accreditation)
    address = request.build_absolute_uri(f"/controfirma/{made.token}/")
    return opened(
        request,
        actor,
        accreditation,
        link_once={"address": address, "expires": made.expires_at},
    )


@page(Permission.ACCREDITATION_REGISTER)
@require_POST
def register(request: HttpRequest, actor: Actor, /, accreditation: UUID) -> HttpResponse:
    actions.register_administrator(actor, accreditation=accreditation)
    messages.success(request, "L'Amministratore è censito: i poteri cominciano adesso.")
    return redirect("pratica", accreditation=accreditation)


@page(Permission.ACCREDITATION_REVIEW)
@require_POST
def ask_integration(request: HttpRequest, actor: Actor, /, accreditation: UUID) -> HttpResponse:
    form = IntegrationForm(request.POST, auto_id="integrazione_%s")
    return step(
        request,
        actor,
        accreditation,
        form,
        lambda: actions.request_integration(
            actor, accreditation=accreditation, **form.cleaned_data
        ),
        "La richiesta di integrazione parte per PEC.",
    )


@page(Permission.ACCREDITATION_REVIEW)
@require_POST
def refuse(request: HttpRequest, actor: Actor, /, accreditation: UUID) -> HttpResponse:
    form = RefusalForm(request.POST, auto_id="rifiuta_%s")
    return step(
        request,
        actor,
        accreditation,
        form,
        lambda: actions.refuse(actor, accreditation=accreditation, **form.cleaned_data),
        "La pratica è rifiutata.",
    )


@page(Permission.ACCREDITATION_REGISTER)
@require_POST
def cease(request: HttpRequest, actor: Actor, /, accreditation: UUID) -> HttpResponse:
    form = CeaseForm(request.POST, auto_id="cessa_%s")
    return step(
        request,
        actor,
        accreditation,
        form,
        lambda: actions.cease_administrator(
            actor, accreditation=accreditation, **form.cleaned_data
        ),
        "L'Amministratore è cessato: non ha più poteri.",
    )


# ---------------------------------------------------------------- the designated person

OWN = "Controfirma la persona designata, che non ha ancora un ruolo: la riconosce SPID."


@personal(OWN, level=2)
@require_http_methods(["GET", "HEAD", "POST"])
def countersign(request: HttpRequest, actor: Actor, /, token: str = "") -> HttpResponse:
    """Lead the designated person: read and download, sign and upload, receipt."""
    found = selectors.practice_to_countersign(actor.id, token, at=actor.at)
    form = SignedActForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = SignedActForm(request.POST, request.FILES)
        if form.is_valid() and countersigned(request, actor, token, form) is not None:
            return redirect(request.path)
    last = selectors.countersigned_verdict(actor.id, token, at=actor.at)
    done = found.countersigned_at is not None
    wanted = 2 if form.is_bound or request.GET.get("passo") == "2" or last else 1
    return render(
        request,
        "web/controfirma.html",
        {
            "step": 3 if done else 1 if request.GET.get("passo") == "1" else wanted,
            "ambito": found.ambito.denominazione,
            "download": f"{request.path}atto/",
            "form": form,
            "verdict": last.verdict if last else None,
            "done_words": moment(found.countersigned_at),
            "sha256": last.verdict.content_sha256 if done and last and last.verdict else "",
        },
        status=status_of(form),
    )


def countersigned(
    request: HttpRequest, actor: Actor, token: str, form: SignedActForm
) -> object | None:
    file = form.cleaned_data["file"]
    return attempt(
        form,
        lambda: submit_countersigned_act(
            request.visitor,  # type: ignore[attr-defined]  # set by ActorMiddleware
            person=actor.id,
            level=actor.spid_level,
            token=token,
            content=file.read(),
            name=file.name,
            media_type=file.content_type or "application/octet-stream",
        ),
        fields={"file-troppo-grande": "file", "file-vuoto": "file"},
    )


@personal(OWN, level=2)
@require_safe
def countersign_act(request: HttpRequest, actor: Actor, /, token: str = "") -> HttpResponse:
    file = selectors.act_to_countersign(actor.id, token, at=actor.at)
    return attachment(file.content, name=file.name, media_type=file.media_type)


# ---------------------------------------------------------------- notes that wait


@page(Permission.ACCREDITATION_REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def notes(request: HttpRequest, actor: Actor, /) -> HttpResponse:
    """Show the messages that no rule could tie; tie one to the practice of an Ambito."""
    form = TieForm(request.POST or None)
    if form.is_valid():
        tied = attempt(form, lambda: actions.tie_note(actor, **form.cleaned_data))
        if tied is not None:
            messages.success(request, "La PEC è collegata alla pratica.")
            return redirect("pratica", accreditation=tied.accreditation_id)
    return render(
        request,
        "web/note.html",
        {"form": form, "notes": list(selectors.notes_to_examine(actor))},
        status=status_of(form),
    )
