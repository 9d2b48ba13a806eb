# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The catalogue of the roles through the law: role, permission, and where it holds.

The table has one line for each permission that a role holds; what is not in it is refused,
everywhere. A new role or permission fails until it has its line.
"""

from __future__ import annotations

import pytest

from iam.audit import clock
from iam.kernel.actor import Actor, Held, day_in_rome
from iam.kernel.law import Resource, Why, allows
from iam.kernel.permissions import BENEFICIARY, SYSTEM, Permission, Section
from iam.kernel.places import NATIONAL, Place, ambito, comune
from iam.roles.models import Level
from iam.roles.selectors import catalogue

BOVEZZO = comune("B102", in_ambito="BS-04")
CONCESIO = comune("C948", in_ambito="BS-04")
MANTOVA = comune("E897", in_ambito="MN-01")
ASKED = {"Bovezzo": BOVEZZO, "Concesio": CONCESIO, "Mantova": MANTOVA}
HELD = {"nazionale": NATIONAL, "ambito": ambito("BS-04"), "comune": BOVEZZO}

TABLE = """
role                    permission              held-in    Bovezzo  Concesio  Mantova
SUPER_UTENTE            rete:read               nazionale  yes      yes       yes
SUPER_UTENTE            accreditamento:read     nazionale  yes      yes       yes
SUPER_UTENTE            accreditamento:review   nazionale  yes      yes       yes
SUPER_UTENTE            accreditamento:register nazionale  yes      yes       yes
SUPER_UTENTE            designazione:upload     nazionale  yes      yes       yes
SUPER_UTENTE            identita:read           nazionale  yes      yes       yes
SUPER_UTENTE            identita:link           nazionale  yes      yes       yes
SUPER_UTENTE            convenzione:read        nazionale  yes      yes       yes
SUPER_UTENTE            profilo:read            nazionale  yes      yes       yes
SUPER_UTENTE            catalogo:propose        nazionale  yes      yes       yes
SUPER_UTENTE            catalogo:approve        nazionale  yes      yes       yes
SUPER_UTENTE            client:register         nazionale  yes      yes       yes
SUPER_UTENTE            gestore:decide          nazionale  yes      yes       yes
SUPER_UTENTE            registro:read           nazionale  yes      yes       yes
SUPER_UTENTE            accessi:read            nazionale  yes      yes       yes
SUPER_UTENTE            accessi:hold            nazionale  yes      yes       yes
SUPER_UTENTE            accessi:report          nazionale  yes      yes       yes
AMMINISTRATORE_AMBITO   convenzione:read        ambito     yes      yes       no
AMMINISTRATORE_AMBITO   convenzione:prepare     ambito     yes      yes       no
AMMINISTRATORE_AMBITO   convenzione:upload      ambito     yes      yes       no
AMMINISTRATORE_AMBITO   comune:enable           ambito     yes      yes       no
AMMINISTRATORE_AMBITO   comune:suspend          ambito     yes      yes       no
AMMINISTRATORE_AMBITO   indicazione:record      ambito     yes      yes       no
AMMINISTRATORE_AMBITO   profilo:read            ambito     yes      yes       no
AMMINISTRATORE_AMBITO   profilo:create          ambito     yes      yes       no
AMMINISTRATORE_AMBITO   profilo:revoke          ambito     yes      yes       no
AMMINISTRATORE_AMBITO   registro:read           ambito     yes      yes       no
COORDINATORE_PATTI      gepi:nucleo.anagrafica  ambito     yes      yes       no
COORDINATORE_PATTI      gepi:nucleo.anagrafica  comune     yes      no        no
COORDINATORE_PATTI      gepi:assegnazione.write ambito     yes      yes       no
COORDINATORE_PATTI      gepi:assegnazione.write comune     yes      no        no
CASE_MANAGER            gepi:nucleo.anagrafica  ambito     yes      yes       no
CASE_MANAGER            gepi:nucleo.anagrafica  comune     yes      no        no
CASE_MANAGER            gepi:caso.completo      ambito     yes      yes       no
CASE_MANAGER            gepi:caso.completo      comune     yes      no        no
CASE_MANAGER            gepi:patto.write        ambito     yes      yes       no
CASE_MANAGER            gepi:patto.write        comune     yes      no        no
COORDINATORE_CONTROLLI  gepi:controlli.lista    comune     yes      no        no
COORDINATORE_CONTROLLI  gepi:controlli.assegna  comune     yes      no        no
RESPONSABILE_CONTROLLI  gepi:controlli.lista    comune     yes      no        no
RESPONSABILE_CONTROLLI  gepi:controlli.verifica comune     yes      no        no
RESPONSABILE_PUC        gepi:puc.catalogo       ambito     yes      yes       no
RESPONSABILE_PUC        gepi:puc.catalogo       comune     yes      no        no
RESPONSABILE_PUC        gepi:puc.assegna        ambito     yes      yes       no
RESPONSABILE_PUC        gepi:puc.assegna        comune     yes      no        no
RPD                     registro:read           nazionale  yes      yes       yes
RPD                     registro:read-subject   nazionale  yes      yes       yes
RPD                     registro:export         nazionale  yes      yes       yes
RPD                     accessi:read            nazionale  yes      yes       yes
RPD                     accessi:read-messages   nazionale  yes      yes       yes
RPD                     accessi:hold            nazionale  yes      yes       yes
RPD                     accessi:report          nazionale  yes      yes       yes
"""

ROWS = [line.split() for line in TABLE.strip().splitlines()[1:]]
ANSWERS = {(role, permission, level): cells for role, permission, level, *cells in ROWS}

pytestmark = pytest.mark.django_db


def actor(role: str, place: Place, may: frozenset[Permission]) -> Actor:
    from uuid import uuid4

    at = clock.now()
    held = Held(uuid4(), role, place, may)
    return Actor("person", uuid4(), (held,), at, day_in_rome(at), spid_level=2, entered_at=at)


def question(permission: Permission, place: Place) -> tuple[Resource, Why | None]:
    """Return the most favourable question: own case, open sections, stated reason."""
    if permission not in BENEFICIARY:
        return Resource("Luogo", place), None
    every = frozenset(Section)
    nucleo = Resource("Nucleo", place, own=True, covered=every, enabled=every)
    return nucleo, Why(purpose="presa-in-carico", practice="PR-2026-1")


def test_every_role_and_level_of_the_catalogue_answers_as_in_the_table() -> None:
    at = clock.now()
    seen = set()
    for version in catalogue(on=day_in_rome(at)):
        may = frozenset(Permission(value) for value in version.may)
        for level in version.levels:
            who = actor(version.code, HELD[Level(level).value], may)
            for permission in Permission:
                expected = ANSWERS.get((version.code, permission.value, level))
                for name, cell in zip(ASKED, expected or ("no", "no", "no"), strict=True):
                    resource, why = question(permission, ASKED[name])
                    answer = allows(who, permission, on=resource, why=why)
                    assert answer is (cell == "yes"), (version.code, permission, level, name)
            seen |= {(version.code, value, level) for value in version.may}
    assert seen == ANSWERS.keys()


def test_who_administers_or_protects_never_holds_a_right_on_beneficiary_data() -> None:
    for version in catalogue(on=day_in_rome(clock.now())):
        values = set(version.may)
        assert not values & {permission.value for permission in SYSTEM}
        if version.incompatibility != "operatori":
            assert not values & {permission.value for permission in BENEFICIARY}
        assert version.source
