# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""What a person has to do now, from the profiles held: one list, most urgent first."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from iam.convenzioni.selectors import gates_of, progress_in
from iam.kernel.actor import Actor, Held
from iam.kernel.permissions import BENEFICIARY, Permission
from iam.roles.accreditation.selectors import ambiti_in, notes_to_examine
from iam.roles.accreditation.types import Bucket
from iam.roles.selectors import administrators_for, indications_without_grant, role_names
from iam.saml.register.selectors import recent_service_faults
from iam.saml.registry.selectors import open_changes
from iam.web.grants import in_force, place_of
from iam.web.pages.accreditation import STATES
from iam.web.pages.convenzioni import STANDINGS, standing

SHOWN = 12


@dataclass(frozen=True, kw_only=True)
class Task:
    title: str
    address: str
    text: str = ""
    badge: str = ""
    tone: str = "secondary"


def greeting(actor: Actor, given_name: str) -> str:
    """Say who the service thinks the person is, today."""
    names = role_names(on=actor.on)
    roles = ", ".join(sorted({names.get(held.role, held.role) for held in actor.held}))
    return f"{given_name}, oggi lavori come: {roles}."


def may(actor: Actor) -> frozenset[Permission]:
    return frozenset[Permission]().union(*(held.may for held in actor.held))


def tasks_for(actor: Actor) -> list[Task]:
    """Return what waits for the person."""
    found: list[Task] = []
    if Permission.LOGIN_READ in may(actor):
        found += of_the_federation(actor)
    for held in actor.held:
        if Permission.CONVENZIONE_PREPARE in held.may and held.place.ambito:
            found += of_the_ambito(actor, held)
    if Permission.PROVIDER_DECIDE in may(actor):
        found += of_the_providers(actor)
    if Permission.ACCREDITATION_REVIEW in may(actor):
        found += of_the_ministry(actor)
    if BENEFICIARY & may(actor):
        found += of_the_operator(actor)
    return found


def of_the_federation(actor: Actor) -> list[Task]:
    """Return the providers that refuse our requests: nobody can come in through them."""
    return [
        Task(
            title=f"{fault.name} rifiuta le nostre richieste",
            address="/accessi/",
            text="Accessi non riusciti nelle ultime 24 ore per un errore nostro: "
            f"{fault.count}. Avvisa chi gestisce il servizio.",
            badge="urgente",
            tone="danger",
        )
        for fault in recent_service_faults(at=actor.at)
    ]


def of_the_ambito(actor: Actor, held: Held) -> list[Task]:
    """Return the Comuni to bring forward, and the indications still without a profile."""
    verbs = {
        "da-abilitare": "abilita il Comune",
        "sospeso": "decidi se riattivarlo",
        "da-firmare": "fai firmare la convenzione",
        "da-preparare": "prepara la convenzione",
    }
    rows = [(standing(one), one) for one in progress_in(actor, ambito=held.place.ambito)]
    tasks = [
        Task(
            title=f"{progress.denominazione}: {verb}",
            address=f"/comuni/{progress.comune}/",
            badge=STANDINGS[key][0],
            tone=STANDINGS[key][1],
        )
        for key, verb in verbs.items()
        for at, progress in rows
        if at == key
    ]
    waiting = indications_without_grant(actor).count()
    if waiting:
        tasks.insert(
            0,
            Task(
                title="Indicazioni dei Comuni senza profilo assegnato",
                address="/operatori/?vista=indicazioni",
                badge=str(waiting),
                tone="warning",
            ),
        )
    hidden = len(tasks) - SHOWN
    if hidden > 0:
        more = Task(title=f"Altri {hidden} Comuni da portare avanti", address="/comuni/")
        return [*tasks[:SHOWN], more]
    return tasks


def of_the_ministry(actor: Actor) -> list[Task]:
    """Return the practices in the hands of the Ministry."""
    verbs = {
        "documentazione-ricevuta": "avvia la verifica",
        "in-verifica": "predisponi l'atto",
        "atto-predisposto": "fai firmare l'atto",
        "atto-controfirmato": "censisci l'Amministratore",
    }
    found = ambiti_in(actor, Bucket.IN_LAVORAZIONE)[:SHOWN]
    tasks = [
        Task(
            title=f"{row.denominazione}: {verbs.get(row.state, 'controlla la pratica')}",
            address=f"/pratiche/{row.practice}/",
            badge=STATES[row.state][0],
            tone=STATES[row.state][1],
        )
        for row in found
    ]
    notes = notes_to_examine(actor).count()
    if notes:
        tasks.insert(
            0,
            Task(
                title="PEC arrivate e non ancora abbinate a una pratica",
                address="/note/",
                badge=str(notes),
                tone="warning",
            ),
        )
    return tasks


def of_the_providers(actor: Actor) -> list[Task]:
    """Return the changes of the identity providers that wait for a decision."""
    waiting = open_changes(actor).count()
    if not waiting:
        return []
    return [
        Task(
            title="Modifiche ai gestori di identità (SPID e CIE) da decidere",
            address="/gestori/",
            badge=str(waiting),
            tone="warning",
        )
    ]


def of_the_operator(actor: Actor) -> list[Task]:
    """Say where the person may work, and what keeps the other places closed."""
    mine = [grant for grant in in_force(actor) if grant.comune_id]
    opened = gates_of([grant.comune_id for grant in mine], on=actor.on)
    modules = getattr(settings, "DEMO_ADDRESSES", {})
    tasks = []
    for grant in mine:
        role = grant.role_version.denominazione
        if opened[grant.comune_id].open:
            tasks.append(
                Task(
                    title=f"{place_of(grant)}: apri il modulo «Patti per l'inclusione»",
                    address=modules.get("patti", "/io/"),
                    text=f"Entri come {role}.",
                    badge="Puoi lavorare",
                    tone="success",
                )
            )
        else:
            whom = ", ".join(one.name for one in administrators_for(grant.comune_id, on=actor.on))
            tasks.append(
                Task(
                    title=f"{place_of(grant)}: non è ancora abilitato",
                    address="/io/perche/",
                    text="Manca la convenzione firmata, o il Comune è sospeso. "
                    f"Chi può sbloccarlo: {whom or 'l’Amministratore dell’Ambito'}.",
                    badge="In attesa",
                    tone="warning",
                )
            )
    return tasks


def links_for(actor: Actor) -> list[Task]:
    """Return the pages of the profile that are not tasks."""
    offered = (
        (
            Permission.NETWORK_READ,
            Task(title="Cruscotto", address="/cruscotto/", text="a che punto sono gli Ambiti"),
        ),
        (
            Permission.CONVENZIONE_READ,
            Task(title="Comuni", address="/comuni/", text="convenzioni e abilitazioni"),
        ),
        (
            Permission.GRANT_CREATE,
            Task(
                title="Accredita un operatore",
                address="/operatori/nuovo/",
                text="su indicazione di un Comune",
            ),
        ),
        (
            Permission.PROVIDER_DECIDE,
            Task(
                title="Gestori di identità",
                address="/gestori/",
                text="chi può far entrare le persone con SPID e CIE",
            ),
        ),
        (
            Permission.REGISTER_READ,
            Task(title="Registro", address="/registro/", text="chi ha fatto che cosa e quando"),
        ),
        (
            Permission.REGISTER_READ_SUBJECT,
            Task(
                title="Chi ha visto i dati di una persona",
                address="/registro/interessato/",
                text="per rispondere a un interessato",
            ),
        ),
    )
    held = may(actor)
    always = Task(
        title="I miei dati",
        address="/io/",
        text="i tuoi profili, perché li hai, i collegamenti aperti",
    )
    return [task for permission, task in offered if permission in held] + [always]
