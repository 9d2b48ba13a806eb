# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""The identity providers: who may say who a person is, and what waits for a decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from iam.kernel.actor import Actor
from iam.kernel.permissions import Permission
from iam.saml.registry import selectors
from iam.saml.registry.actions import approve_change, refuse_change
from iam.saml.registry.signers import spoken
from iam.saml.registry.types import Difference, Health
from iam.web.access import page
from iam.web.forms.attempts import attempt, status_of
from iam.web.forms.providers import ApproveForm, ApproveSignerForm, RefuseForm

DECISIONS: Final = 20

SCHEMES: Final = {"spid": "SPID", "cie": "CIE", "eidas": "eIDAS"}

TITLES: Final = {
    Difference.NEW_PROVIDER: "Nuovo gestore: {name}",
    Difference.REMOVED_PROVIDER: "{name} non è più nel registro",
    Difference.OTHER_HOST: "{name} vuole mandare le persone su un altro sito",
    Difference.KEYS_REPLACED: "{name} ha cambiato tutti i certificati insieme",
    Difference.KEY_REMOVED: "{name} ha tolto un certificato ancora valido",
    Difference.OTHER_SIGNER: "Il registro {scheme} è firmato da un firmatario che non conosciamo",
    Difference.OLDER_COPY: "È arrivata una copia vecchia del registro {scheme}",
    Difference.UNSIGNED: "{name}: il registro {scheme} non è firmato",
}
"""The first that applies gives the title of a change: the gravest come first below."""

GRAVEST: Final = (
    *(Difference.OTHER_SIGNER, Difference.OLDER_COPY, Difference.OTHER_HOST),
    *(Difference.NEW_PROVIDER, Difference.REMOVED_PROVIDER, Difference.KEYS_REPLACED),
    *(Difference.KEY_REMOVED, Difference.UNSIGNED),
)

MEANINGS: Final = {
    Difference.NEW_PROVIDER: "Il registro elenca un gestore che prima non c'era. Se approvi, "
    "compare nella pagina di accesso e il servizio crede a ciò che dice delle persone.",
    Difference.REMOVED_PROVIDER: "Se approvi, da subito nessuno può più entrare con questo "
    "gestore. Se è un errore del registro, chi lo usa resta fuori.",
    Difference.OTHER_HOST: "Se approvi, chi sceglie questo gestore scrive la sua password sul "
    "sito nuovo. Un sito falso la ruberebbe.",
    Difference.KEYS_REPLACED: "Di solito un gestore pubblica insieme, per qualche settimana, il "
    "certificato vecchio e quello nuovo. Qui i nuovi hanno preso il posto dei vecchi. Se approvi, "
    "valgono solo i nuovi.",
    Difference.KEY_REMOVED: "Se approvi, chi entra con una risposta firmata con quel certificato "
    "viene respinto. È giusto se il certificato è stato rubato o non si usa più.",
    Difference.OTHER_SIGNER: "La firma è integra, ma non è di chi ha firmato finora. Se approvi, "
    "il servizio crede a tutto ciò che questo firmatario scrive nel registro. AgID ha cambiato "
    "firmatario altre volte, anche senza avvisare: va chiesto.",
    Difference.OLDER_COPY: "La firma è buona, ma questa copia era già stata sostituita da una più "
    "recente. Chi la ripropone potrebbe voler rimettere in uso un gestore o un certificato tolto. "
    "Se approvi, i gestori vengono di nuovo confrontati con questa copia.",
    Difference.UNSIGNED: "Questo registro non ha firma e le impostazioni non ne chiedono una: "
    "l'unica garanzia è il sito da cui arriva. Per questo decidi tu ogni modifica.",
    Difference.KEY_ADDED: "C'è anche un certificato nuovo, accanto a uno già noto.",
    Difference.EXPIRED_KEY_REMOVED: "È stato tolto anche un certificato già scaduto.",
    Difference.ADDRESS_ON_SAME_HOST: "È cambiato anche un indirizzo, sullo stesso sito.",
    Difference.NAME: "È cambiato anche il nome.",
}

FAULTS: Final = {
    "registro-irraggiungibile": "Il sito non risponde",
    "registro-indirizzo": "L'indirizzo non è ammesso",
    "registro-troppo-grande": "La risposta era troppo grande",
    "registro-illeggibile": "La risposta non si legge",
    "registro-senza-firma": "La firma manca o non è valida",
    "registro-chiave-pubblica": "La firma è fatta con una chiave che chiunque può avere",
    "registro-scaduto": "La copia ricevuta è scaduta",
    "registro-vuoto": "La copia ricevuta non contiene gestori",
    "registro-gestore-ripetuto": "La copia ricevuta nomina due volte un gestore",
    "altro-firmatario": "La copia ricevuta ha un altro firmatario: decidi qui sopra",
    "copia-precedente": "La copia ricevuta è vecchia: decidi qui sopra",
}


WAITS: Final = {Difference.OTHER_SIGNER.value, Difference.OLDER_COPY.value}
"""Not failures of the registry: a person has to say."""


@page(Permission.PROVIDER_DECIDE)
@require_safe
def providers(request: HttpRequest, actor: Actor, /) -> HttpResponse:
    """Say first what waits for a decision, then how the registries are, then who is in use."""
    in_force = selectors.providers_in_force(actor)
    names = {(one.scheme.value, one.entity_id): one.name for one in in_force}
    return render(
        request,
        "web/gestori.html",
        {
            "waiting": [told(row, names) for row in selectors.open_changes(actor)],
            "registries": [state_of(one) for one in selectors.registry_health(at=actor.at)],
            "providers": [line_of(one) for one in in_force],
            "ours_until": selectors.our_certificate_until(at=actor.at),
            "expiring": [one.name for one in in_force if one.expiring],
            "decided": [told(row, names) for row in selectors.decided_changes(actor)[:DECISIONS]],
        },
    )


def told(row: Any, names: dict[tuple[str, str], str]) -> dict[str, Any]:
    """Return a change in words."""
    found = {Difference(value) for value in row.differences}
    first = next(one for one in GRAVEST if one in found)
    name = row.name or names.get((row.scheme, row.about), row.about)
    return {
        "id": row.pk,
        "title": TITLES[first].format(name=name, scheme=SCHEMES[row.scheme]),
        "meanings": [MEANINGS[one] for one in dict.fromkeys((*GRAVEST, *MEANINGS)) if one in found],
        "seen_at": row.seen_at,
        "decision": row.decision,
        "decided_at": row.decided_at,
        "withdrawn_at": row.withdrawn_at,
        "reason": row.reason,
        "open": not row.decision and row.withdrawn_at is None,
    }


def state_of(health: Health) -> dict[str, Any]:
    if health.checked_at is None:
        label, tone = "Mai scaricato", "danger"
    elif health.stale:
        label, tone = "Fermo da più di tre giorni", "danger"
    elif health.fault in WAITS:
        label, tone = "Copia in attesa di una decisione", "warning"
    elif health.fault:
        label, tone = "Ultimo tentativo non riuscito", "warning"
    else:
        label, tone = "Aggiornato", "success"
    return {
        "name": SCHEMES[health.scheme.value],
        "label": label,
        "tone": tone,
        "url": health.url,
        "checked_at": health.checked_at,
        "tried_at": health.tried_at,
        "fault": FAULTS.get(health.fault, health.fault),
        "signer": spoken(health.signer) if health.signer else "",
        "signer_until": health.signer_until,
        "unreadable": health.unreadable,
        "unusable": health.unusable.items(),
    }


def line_of(one: Any) -> dict[str, Any]:
    label, tone = "In regola", "success"
    if one.expired:
        label, tone = "Certificati scaduti", "warning"
    elif one.expiring:
        label, tone = "Certificati in scadenza", "warning"
    return {
        "name": one.name,
        "scheme": SCHEMES[one.scheme.value],
        "sites": one.sites,
        "until": max(key.until for key in one.keys),
        "keys": len(one.keys),
        "label": label,
        "tone": tone,
        "from_folder": one.origin == "cartella",
    }


@page(Permission.PROVIDER_DECIDE)
@require_safe
def change(request: HttpRequest, actor: Actor, /, change: UUID) -> HttpResponse:
    return opened(request, actor, change)


def opened(
    request: HttpRequest, actor: Actor, identifier: UUID, *, tried: forms.Form | None = None
) -> HttpResponse:
    """Render a change; `tried` is the form just refused, with its errors."""
    shown = selectors.change_with(actor, identifier)
    named = shown.after or shown.before
    names = {(shown.row.scheme, shown.row.about): named.name} if named else {}
    approving = ApproveSignerForm if shown.signer else ApproveForm
    approve = tried if isinstance(tried, ApproveForm) else approving(auto_id="approva_%s")
    refuse = tried if isinstance(tried, RefuseForm) else RefuseForm(auto_id="rifiuta_%s")
    return render(
        request,
        "web/gestore_modifica.html",
        {
            "change": told(shown.row, names),
            "about": shown.row.about,
            "rows": rows_of(shown),
            "signer": shown.signer,
            "approve": approve,
            "refuse": refuse,
            "form": tried,
        },
        status=status_of(tried) if tried else 200,
    )


def rows_of(shown: Any) -> list[dict[str, Any]]:
    """Return what is in force beside what the registry says, fact by fact."""
    before, after = shown.before, shown.after
    if before is None and after is None:
        return []

    def row(term: str, value: Callable[[Any], list[str]]) -> dict[str, Any]:
        old, new = (value(one) if one else [] for one in (before, after))
        return {"term": term, "old": old, "new": new, "differs": bool(old and new) and old != new}

    return [
        row("Nome", lambda one: [one.name]),
        row("Siti dove manda le persone", lambda one: list(one.sites)),
        row(
            "Certificati",
            lambda one: [
                f"{spoken(key.fingerprint)[:19]}…, fino al {key.until:%d/%m/%Y}" for key in one.keys
            ],
        ),
    ]


@page(Permission.PROVIDER_DECIDE)
@require_POST
def approve(request: HttpRequest, actor: Actor, /, change: UUID) -> HttpResponse:
    signer = selectors.change_with(actor, change).signer
    form_class = ApproveSignerForm if signer else ApproveForm
    form = form_class(request.POST, auto_id="approva_%s")
    if form.is_valid():
        attempt(
            form,
            lambda: approve_change(
                actor,
                change=change,
                reason=form.cleaned_data["reason"],
                fingerprint_typed=form.cleaned_data.get("fingerprint", ""),
            ),
            fields={"motivo-assente": "reason", "impronta-diversa": "fingerprint"},
        )
    if form.errors:
        return opened(request, actor, change, tried=form)
    messages.success(request, "Hai approvato la modifica: vale da subito ed è nel registro.")
    return redirect("gestori")


@page(Permission.PROVIDER_DECIDE)
@require_POST
def refuse(request: HttpRequest, actor: Actor, /, change: UUID) -> HttpResponse:
    form = RefuseForm(request.POST, auto_id="rifiuta_%s")
    if form.is_valid():
        attempt(
            form,
            lambda: refuse_change(actor, change=change, reason=form.cleaned_data["reason"]),
            fields={"motivo-assente": "reason"},
        )
    if form.errors:
        return opened(request, actor, change, tried=form)
    messages.success(request, "Hai rifiutato la modifica: non cambia niente ed è nel registro.")
    return redirect("gestori")
