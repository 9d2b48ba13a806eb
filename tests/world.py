# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The people and places that the tests share: a small Italy, made through real rows.

    build()                       seven real Comuni in three Ambiti, the Ministry, its director
    person(ANNA)                  the row of a persona
    amministratrice()             Anna as an actor, Amministratrice of the Ambito of Bovezzo
    operator(LUCA, CASE_MANAGER)  indicated by Bovezzo and accredited by Anna, as an actor

Every actor reads its grants from the database at the moment of the call: after a revocation,
call again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from uuid import UUID, uuid4

from demo.personas import ANNA, ELENA, FRANCA, GIORGIO, MARCO, PAOLO, Persona
from iam.accounts.actions import make_known
from iam.accounts.models import Person
from iam.audit import clock
from iam.enti.actions import import_ambiti, load_territories
from iam.enti.importers.ambiti import MembershipLine
from iam.enti.importers.territories import Territories, read_territories
from iam.enti.models import Ente, LegaleRappresentante
from iam.enti.selectors import comune_with, ministero
from iam.enti.types import days
from iam.kernel import places
from iam.kernel.actor import Actor, Visitor, day_in_rome
from iam.kernel.keyring import keyring
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL, Place
from iam.roles.actions import grant_role, record_indication
from iam.roles.models import Grant
from iam.roles.selectors import actor_for, role_in_force
from iam.roles.types import AMMINISTRATORE_AMBITO, RPD, SUPER_UTENTE

BOVEZZO, CONCESIO, NAVE = "B102", "C948", "F851"
BRESCIA = "B157"
MANTOVA, CURTATONE = "E897", "D227"
ROMA = "H501"
"""Roma has no Ambito in this small world."""

AMBITO_BOVEZZO, AMBITO_BRESCIA, AMBITO_MANTOVA = "BS-04", "BS-01", "MN-01"
AMBITI = {
    AMBITO_BOVEZZO: (BOVEZZO, CONCESIO, NAVE),
    AMBITO_BRESCIA: (BRESCIA,),
    AMBITO_MANTOVA: (MANTOVA, CURTATONE),
}
SINCE = date(2020, 1, 1)


def build() -> None:
    """Load the small Italy. Cheap: call it in any test that has a database."""
    loader = Actor.system("tests", may={Permission.REFERENCE_DATA_LOAD}, at=clock.now())
    load_territories(loader, territories=small_italy())
    import_ambiti(loader, lines=_memberships(), invented=True)
    for code, comuni in AMBITI.items():
        Ente.objects.filter(ambito=code).update(
            domicilio_digitale=f"ambito.{code.lower()}@pec.simulata.example"
        )
        for comune in comuni:
            Ente.objects.filter(comune=comune).update(
                domicilio_digitale=f"comune.{comune.lower()}@pec.simulata.example"
            )
    represent(comune_with(BOVEZZO).ente_id, GIORGIO, office="Sindaco")
    represent(ministero().pk, PAOLO, office="Direttore generale")


def visitor() -> Visitor:
    """Return a browser nobody knows, now."""
    at = clock.now()
    return Visitor(at=at, on=day_in_rome(at), address="127.0.0.1", request_id=str(uuid4()))


def today() -> date:
    return day_in_rome(clock.now())


def in_a_year() -> date:
    return today() + timedelta(days=365)


def person(persona: Persona) -> Person:
    """Return the person, made known at the first call."""
    return make_known(
        visitor(),
        codice_fiscale=persona.codice_fiscale,
        given_name=persona.given_name,
        family_name=persona.family_name,
        email=persona.email,
        phone=persona.phone,
    )


def actor(persona: Persona, *, spid_level: int = 2) -> Actor:
    """Return the person as she would act now, with the grants she holds now."""
    now = visitor()
    return actor_for(
        person(persona).pk,
        on=now.on,
        at=now.at,
        spid_level=spid_level,
        entered_at=now.at,
        address=now.address,
        request_id=now.request_id,
    )


def holding(persona: Persona, role: str, place: Place) -> Actor:
    """Return the person with a grant that the world gave her, whatever the procedure asks."""
    now, who = visitor(), person(persona)
    version = role_in_force(role, on=now.on)
    Grant.objects.get_or_create(
        person_id=who.pk,
        role=role,
        ambito_id=place.ambito if place.level == "ambito" else None,
        comune_id=place.comune or None,
        ended_at=None,
        defaults={
            "role_version": version,
            "incompatibility": version.incompatibility,
            "ente_id": ministero().pk if role == RPD else None,
            "period": days(now.on),
            "act": "Atto di prova n. 1",
            "granted_by": UUID(int=1),
            "granted_at": now.at,
        },
    )
    return actor(persona)


def super_utente() -> Actor:
    return holding(ELENA, SUPER_UTENTE, NATIONAL)


def rpd() -> Actor:
    return holding(FRANCA, RPD, NATIONAL)


def amministratrice() -> Actor:
    """Anna Colombo, Amministratrice of the Ambito of Bovezzo."""
    return holding(ANNA, AMMINISTRATORE_AMBITO, places.ambito(AMBITO_BOVEZZO))


def amministratore_altrove() -> Actor:
    """Marco Villa, Amministratore of the Ambito of Mantova."""
    return holding(MARCO, AMMINISTRATORE_AMBITO, places.ambito(AMBITO_MANTOVA))


def indicate(
    persona: Persona, role: str, *, comune: str = BOVEZZO, by: Actor | None = None
) -> UUID:
    """Record that the Comune names the person for the role, and return the person's id."""
    who = by or amministratrice()
    indication = record_indication(
        who,
        comune=comune,
        role=role,
        codice_fiscale=persona.codice_fiscale,
        given_name=persona.given_name,
        family_name=persona.family_name,
        email=persona.email,
        act="Determina n. 12",
        protocol_number=str(uuid4().int)[:8],
        protocol_date=who.on,
        fund="Fondo Povertà",
    )
    return indication.person_id


def operator(persona: Persona, role: str, *, comune: str = BOVEZZO) -> Actor:
    """Return the person accredited for the role in the Comune, by the whole procedure."""
    by = amministratrice() if comune in AMBITI[AMBITO_BOVEZZO] else amministratore_altrove()
    who = indicate(persona, role, comune=comune, by=by)
    grant_role(by, person=who, role=role, comune=comune, until=in_a_year())
    return actor(persona)


def represent(ente: UUID, persona: Persona, *, office: str) -> LegaleRappresentante:
    """Put the person on record as legal representative of the body, from 2024 on."""
    row = LegaleRappresentante(
        ente_id=ente,
        given_name=persona.given_name,
        family_name=persona.family_name,
        office=office,
        act="Atto di nomina n. 1",
        period=days(date(2024, 1, 1)),
        codice_fiscale_index=keyring().pseudonym(persona.codice_fiscale),
    )
    row.codice_fiscale = keyring().encrypt(persona.codice_fiscale.encode(), about=row.pk.bytes)
    row.save(force_insert=True)
    return row


@lru_cache(maxsize=1)
def small_italy() -> Territories:
    """Return the territories that `build` loads: seven Comuni with their Provinces and Regioni."""
    italy = read_territories()
    wanted = {code for comuni in AMBITI.values() for code in comuni} | {ROMA}
    return replace(
        italy,
        comuni=tuple(comune for comune in italy.comuni if comune.codice_catastale in wanted),
        stati=italy.stati[:3],
    )


def _memberships() -> list[MembershipLine]:
    istat = {comune.codice_catastale: comune.codice_istat for comune in small_italy().comuni}
    return [
        MembershipLine(
            number=number,
            ambito=ambito,
            denominazione=f"Ambito {ambito} (inventato)",
            form="convenzione",
            capofila=comuni[0],
            comune_istat=istat[comune],
            since=SINCE,
            until=None,
        )
        for number, (ambito, comuni) in enumerate(AMBITI.items(), start=2)
        for comune in comuni
    ]
