# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing the invented world: one transaction, all of it or nothing. SIMULATO."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID, uuid5

from django.db import connection
from django.db.models import Model, OuterRef, Subquery, Value
from django.db.models.functions import Concat, Lower
from psycopg import sql

from demo.pec import DOMAIN, address_of_ambito
from demo.personas import (
    ANNA,
    COMUNE_OF_MARCO,
    COMUNE_OF_THE_JOURNEY,
    ELENA,
    FRANCA,
    GIORGIO,
    MARCO,
    PAOLO,
    Persona,
)
from demo.seed.ambiti import InventedAmbito, RealComune, partition
from demo.seed.events import WorldSeeded
from demo.seed.people import Invented, invent
from iam.accounts.models import Person
from iam.audit.guard import action, record, require
from iam.enti.codice_fiscale.reading import read
from iam.enti.models import (
    Ambito,
    AmbitoMembership,
    Comune,
    Ente,
    EnteKind,
    LegaleRappresentante,
)
from iam.enti.selectors import ministero
from iam.enti.types import days, ente_id, sort_key
from iam.kernel.actor import Actor
from iam.kernel.keyring import keyring
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL
from iam.kernel.places import ambito as ambito_place
from iam.roles.accreditation.models import Accreditation, State
from iam.roles.events import RoleGranted
from iam.roles.models import Grant, RoleVersion
from iam.roles.selectors import role_in_force
from iam.roles.types import AMMINISTRATORE_AMBITO, RPD, SUPER_UTENTE

INVITED, COMPILED, COMPLETED = 44, 118, 416
"""Source: slides of 12-9-2019, "Stato dell'arte delle comunicazioni di amministratori"."""

NAMESPACE = UUID("7c1f2d7e-55f0-5c2e-8c58-1b0c8f8f4a60")
SINCE = date(2019, 9, 16)
OPENED = datetime(2025, 3, 3, 8, tzinfo=UTC)


@action(needs=Permission.WORLD_SEED)
def seed_world(
    actor: Actor, /, *, told: Callable[[str], None] = lambda line: None
) -> dict[str, int]:
    """Write Ambiti, legal representatives, administrators and practices; return how many.

    The Comuni must be loaded, and no Ambito may exist.
    """
    held = require(actor, Permission.WORLD_SEED, on=NATIONAL)
    ambiti = partition(_real_comuni())
    _write_ambiti(ambiti)
    told(f"  {len(ambiti)} Ambiti inventati")
    _give_domiciles()
    representatives = _write_representatives(ambiti)
    told(f"  {representatives} legali rappresentanti inventati")
    _give_national_roles(actor)
    states = _states(ambiti)
    administrators = _write_practices(actor, ambiti, states)
    told(f"  {INVITED} da avviare, {COMPILED} senza documentazione, {administrators} completati")
    counted = {
        "ambiti": len(ambiti),
        "administrators": administrators,
        "representatives": representatives,
    }
    record(WorldSeeded(**counted), by=actor, held=held)
    return counted


def is_seeded() -> bool:
    return Ambito.objects.filter(invented=True).exists()


def _real_comuni() -> list[RealComune]:
    rows = Comune.objects.filter(until=None).order_by("sort_key", "pk")
    return [
        RealComune(*row)
        for row in rows.values_list(
            "pk", "provincia", "provincia__denominazione", "provincia__regione", "capoluogo"
        )
    ]


def _write_ambiti(ambiti: Sequence[InventedAmbito]) -> None:
    kind = EnteKind.AMBITO.value
    enti = [
        Ente(
            pk=ente_id(kind, ambito.codice),
            kind=kind,
            denominazione=f"Ufficio di Piano, {ambito.denominazione}",
            domicilio_digitale=address_of_ambito(ambito.codice),
            sort_key=sort_key(f"Ufficio di Piano {ambito.denominazione}"),
        )
        for ambito in ambiti
    ]
    _copy(Ente, enti)
    _copy(
        Ambito,
        [
            Ambito(
                codice=ambito.codice,
                denominazione=ambito.denominazione,
                invented=True,
                regione_id=ambito.regione,
                ente_id=ente_id(kind, ambito.codice),
                capofila_id=ambito.capofila,
                since=SINCE,
                sort_key=sort_key(ambito.denominazione),
            )
            for ambito in ambiti
        ],
    )
    _copy(
        AmbitoMembership,
        [
            AmbitoMembership(comune_id=comune, ambito_id=ambito.codice, period=days(SINCE))
            for ambito in ambiti
            for comune in ambito.comuni
        ],
    )


def _copy(model: type[Model], rows: Sequence[Model]) -> None:
    """Insert the rows with COPY: many times faster than INSERT, and every constraint holds."""
    columns = [
        field
        for field in model._meta.concrete_fields
        if not field.generated and (not field.primary_key or rows[0].pk is not None)
    ]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join([sql.Identifier(str(field.column)) for field in columns]),
    )
    names = [field.attname for field in columns]
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([getattr(row, name) for name in names])


def _give_domiciles() -> None:
    """Give every Comune without one a simulated PEC address; a real one is never replaced."""
    address = Concat(Value("comune."), Lower("codice_catastale"), Value(f"@{DOMAIN}"))
    own = Comune.objects.filter(ente=OuterRef("pk")).values(address=address)
    without = Ente.objects.filter(kind=EnteKind.COMUNE.value, domicilio_digitale="")
    without.update(domicilio_digitale=Subquery(own[:1]))


def _write_representatives(ambiti: Sequence[InventedAmbito]) -> int:
    comuni = Comune.objects.filter(until=None).values_list("pk", "ente")
    rows = [
        _representative(ente, GIORGIO if code == COMUNE_OF_THE_JOURNEY else _mayor(code), "Sindaco")
        for code, ente in comuni
    ]
    rows += [
        _representative(
            ente_id(EnteKind.AMBITO.value, ambito.codice),
            invent(f"presidente:{ambito.codice}", born_in=ambito.capofila),
            "Presidente dell'Assemblea dei Sindaci",
        )
        for ambito in ambiti
    ]
    rows.append(_representative(ministero().pk, PAOLO, "Direttore generale"))
    _copy(LegaleRappresentante, rows)
    return len(rows)


def _mayor(comune: str) -> Invented:
    return invent(f"sindaco:{comune}", born_in=comune)


def _representative(ente: UUID, who: Invented | Persona, office: str) -> LegaleRappresentante:
    row = LegaleRappresentante(
        id=uuid5(NAMESPACE, f"rappresentante:{ente}"),
        ente_id=ente,
        given_name=who.given_name,
        family_name=who.family_name,
        office=office,
        act="Atto di nomina inventato per la dimostrazione",
        period=days(date(2024, 6, 10)),
        codice_fiscale_index=keyring().pseudonym(who.codice_fiscale),
    )
    row.codice_fiscale = keyring().encrypt(who.codice_fiscale.encode(), about=row.pk.bytes)
    return row


def _give_national_roles(actor: Actor) -> None:
    for persona, role in ((ELENA, SUPER_UTENTE), (FRANCA, RPD)):
        person = _person(persona, email=persona.email, phone=persona.phone, at=actor.at)
        _copy(Person, [person])
        version = role_in_force(role, on=actor.on)
        grant = _grant(actor, person.pk, version, None)
        _copy(Grant, [grant])
        record(RoleGranted.of(grant, version, NATIONAL), by=actor)


def _states(ambiti: Sequence[InventedAmbito]) -> dict[str, State]:
    """Spread the three states over Italy, the same at every run."""
    ours = {
        next(a.codice for a in ambiti if COMUNE_OF_THE_JOURNEY in a.comuni): State.DATI_COMPILATI,
        next(a.codice for a in ambiti if COMUNE_OF_MARCO in a.comuni): State.COMUNICATO,
    }
    others = sorted(ambito.codice for ambito in ambiti if ambito.codice not in ours)
    Random("iam-demo:stati").shuffle(others)
    invited, rest = others[:INVITED], others[INVITED:]
    compiled, completed = rest[: COMPILED - 1], rest[COMPILED - 1 :]
    return (
        ours
        | dict.fromkeys(invited, State.INVITATO)
        | dict.fromkeys(compiled, State.DATI_COMPILATI)
        | dict.fromkeys(completed, State.COMUNICATO)
    )


def _write_practices(
    actor: Actor, ambiti: Sequence[InventedAmbito], states: dict[str, State]
) -> int:
    people: list[Person] = []
    grants: list[Grant] = []
    practices: list[Accreditation] = []
    taken: set[str] = set()
    version = role_in_force(AMMINISTRATORE_AMBITO, on=actor.on)
    for ambito in ambiti:
        state = states[ambito.codice]
        practice = _practice(ambito.codice, state)
        practices.append(practice)
        if state is State.INVITATO:
            continue
        who = _candidate(ambito, taken)
        _compile(practice, who)
        if state is State.COMUNICATO:
            person = _person(who, email=who.email, phone=practice.phone, at=OPENED)
            grant = _grant(actor, person.pk, version, ambito.codice)
            people.append(person)
            grants.append(grant)
            _complete(practice, person, grant)
    _copy(Person, people)
    _copy(Grant, grants)
    _copy(Accreditation, practices)
    for grant in grants:
        record(RoleGranted.of(grant, version, ambito_place(str(grant.ambito_id))), by=actor)
    return len(grants)


def _candidate(ambito: InventedAmbito, taken: set[str]) -> Invented | Persona:
    """Return who was indicated; nobody twice."""
    if COMUNE_OF_THE_JOURNEY in ambito.comuni:
        return ANNA
    if COMUNE_OF_MARCO in ambito.comuni:
        return MARCO
    attempt = 0
    while True:
        who = invent(f"amministratore:{ambito.codice}:{attempt}", born_in=ambito.capofila)
        if who.codice_fiscale not in taken:
            taken.add(who.codice_fiscale)
            return who
        attempt += 1


def _practice(ambito: str, state: State) -> Accreditation:
    chance = Random(f"iam-demo:pratica:{ambito}")
    opened = OPENED + timedelta(days=chance.randrange(60), minutes=chance.randrange(480))
    return Accreditation(
        id=uuid5(NAMESPACE, f"pratica:{ambito}"),
        ambito_id=ambito,
        state=state.value,
        opened_at=opened,
        changed_at=opened,
    )


def _compile(practice: Accreditation, who: Invented | Persona) -> None:
    presented = read(who.codice_fiscale).as_presented
    practice.given_name, practice.family_name = who.given_name, who.family_name
    practice.codice_fiscale = keyring().encrypt(presented.encode(), about=practice.pk.bytes)
    practice.codice_fiscale_index = keyring().pseudonym(presented)
    practice.birth_date, practice.gender = who.birth_date, who.gender
    practice.birth_place = who.birth_place_code if isinstance(who, Persona) else who.birth_place
    practice.email = who.email
    practice.phone = who.phone if isinstance(who, Persona) else "+390600000000"
    practice.submitted_at = practice.changed_at = practice.opened_at + timedelta(days=9)


def _complete(practice: Accreditation, person: Person, grant: Grant) -> None:
    start = practice.opened_at
    practice.documents_received_at = start + timedelta(days=15)
    practice.signed_at = start + timedelta(days=30)
    practice.countersigned_at = start + timedelta(days=34)
    practice.registered_at = grant.granted_at
    practice.communicated_at = grant.granted_at + timedelta(hours=1)
    practice.changed_at = practice.communicated_at
    practice.act_protocol_number = f"DEMO-{practice.ambito_id}"
    practice.act_protocol_date = practice.signed_at.date()
    practice.person_id, practice.grant_id = person.pk, grant.pk


def _person(who: Invented | Persona, *, email: str, phone: str, at: datetime) -> Person:
    person = Person(
        id=uuid5(NAMESPACE, f"persona:{who.codice_fiscale}"),
        given_name=who.given_name,
        family_name=who.family_name,
        email=email,
        phone=phone,
        known_since=at,
    )
    person.codice_fiscale = who.codice_fiscale
    return person


def _grant(actor: Actor, person: UUID, version: RoleVersion, ambito: str | None) -> Grant:
    at = OPENED + timedelta(days=100)
    return Grant(
        id=uuid5(NAMESPACE, f"profilo:{person}:{version.code}"),
        person_id=person,
        role=version.code,
        role_version=version,
        incompatibility=version.incompatibility,
        ambito_id=ambito,
        ente_id=ministero().pk if version.code == RPD else None,
        period=days(at.date()),
        act=f"Atto inventato per la dimostrazione, {ambito or 'Ministero'}",
        granted_by=actor.id,
        granted_at=at,
    )
