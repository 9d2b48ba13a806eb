# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A token is never wider than role, convention, grant and client: the law of the whole room."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iam.kernel import places
from iam.kernel.actor import Actor, Held, day_in_rome
from iam.kernel.permissions import BENEFICIARY, Permission, Section
from iam.kernel.places import NATIONAL, Place
from iam.oauth.rights.entitlement import INLINE_AT_MOST, Territory, entitlement
from iam.roles.models import RoleVersion

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
COMUNI = {"B102": "BS-04", "C948": "BS-04", "E897": "MN-01"}
ROLES = (
    *("CASE_MANAGER", "COORDINATORE_PATTI", "COORDINATORE_CONTROLLI", "RESPONSABILE_CONTROLLI"),
    *("RESPONSABILE_PUC", "AMMINISTRATORE_AMBITO", "SUPER_UTENTE", "RUOLO_NUOVO"),
)
PLACES = (
    NATIONAL,
    *(places.ambito(code) for code in ("BS-04", "MN-01")),
    *(places.comune(code, in_ambito=ambito) for code, ambito in COMUNI.items()),
)
sections = st.frozensets(st.sampled_from(Section))
permissions = st.lists(st.sampled_from(sorted(BENEFICIARY)), unique=True, max_size=5)


def actor_with(held: Held, *, level: int = 2) -> Actor:
    return Actor("person", UUID(int=1), (held,), at=AT, on=day_in_rome(AT), spid_level=level)


def covers(place: Place, comune: str) -> bool:
    return (
        place.level == "nazionale"
        or comune == place.comune
        or (place.level == "ambito" and COMUNI[comune] == place.ambito)
    )


@settings(max_examples=120, deadline=None)
@given(
    role=st.sampled_from(ROLES),
    may=st.frozensets(st.sampled_from(sorted(BENEFICIARY))),
    place=st.sampled_from(PLACES),
    asked=permissions,
    gates=st.fixed_dictionaries({code: st.tuples(sections, sections) for code in COMUNI}),
    level=st.integers(0, 3),
)
def test_a_token_is_within_role_convention_grant_and_client(
    role: str,
    may: frozenset[Permission],
    place: Place,
    asked: list[Permission],
    gates: dict[str, tuple[frozenset[Section], frozenset[Section]]],
    level: int,
) -> None:
    held = Held(uuid4(), role, place, may)
    where = [
        Territory(places.comune(code, in_ambito=COMUNI[code]), *gates[code]) for code in COMUNI
    ]

    found = entitlement(actor_with(held, level=level), held, asked, where)

    for permission, comune in product(found.scopes, found.comuni):
        covered, enabled = gates[comune]
        assert permission in may, "wider than the role"
        assert permission in asked, "wider than the client"
        assert covers(place, comune), "wider than the grant"
        assert permission.section in covered & enabled, "wider than the convention"
        assert level >= 2
        assert role not in ("AMMINISTRATORE_AMBITO", "SUPER_UTENTE")
    assert bool(found.scopes) is bool(found.comuni)


def test_more_comuni_than_a_token_can_name_become_a_reference() -> None:
    held = Held(
        uuid4(), "CASE_MANAGER", places.ambito("XX-01"), frozenset({Permission.CASO_COMPLETO})
    )
    opened = frozenset({Section.PATTI})

    def among(count: int) -> tuple[str, ...]:
        where = [
            Territory(places.comune(f"A{n:03d}", in_ambito="XX-01"), opened, opened)
            for n in range(count)
        ]
        return entitlement(actor_with(held), held, [Permission.CASO_COMPLETO], where).territory

    assert len(among(INLINE_AT_MOST)) == INLINE_AT_MOST
    assert among(INLINE_AT_MOST + 1) == ("ambito:XX-01",)


TABLE = """
role                    anagrafica caso  assegna patto lista verifica incarica catalogo puc
SUPER_UTENTE            no         no    no      no    no    no       no       no       no
AMMINISTRATORE_AMBITO   no         no    no      no    no    no       no       no       no
COORDINATORE_PATTI      yes        no    yes     no    no    no       no       no       no
CASE_MANAGER            yes        yes   no      yes   no    no       no       no       no
COORDINATORE_CONTROLLI  no         no    no      no    yes   no       yes      no       no
RESPONSABILE_CONTROLLI  no         no    no      no    yes   yes      no       no       no
RESPONSABILE_PUC        no         no    no      no    no    no       no       yes      yes
RPD                     no         no    no      no    no    no       no       no       no
"""
COLUMNS = (
    Permission.NUCLEO_ANAGRAFICA,
    Permission.CASO_COMPLETO,
    Permission.ASSEGNAZIONE_WRITE,
    Permission.PATTO_WRITE,
    Permission.CONTROLLI_LISTA,
    Permission.CONTROLLI_VERIFICA,
    Permission.CONTROLLI_ASSEGNA,
    Permission.PUC_CATALOGO,
    Permission.PUC_ASSEGNA,
)
ROWS = [line.split() for line in TABLE.strip().splitlines()[1:]]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_each_role_of_the_catalogue_may_carry_where_all_is_open(
    db: None, row: list[str]
) -> None:
    role, *cells = row
    version = RoleVersion.objects.get(code=role, version=1)
    held = Held(
        uuid4(),
        role,
        places.comune("B102", in_ambito="BS-04"),
        frozenset(Permission(value) for value in version.may),
    )
    everything = frozenset(Section)
    where = [Territory(held.place, everything, everything)]

    found = entitlement(actor_with(held), held, COLUMNS, where)

    expected = {p for p, cell in zip(COLUMNS, cells, strict=True) if cell == "yes"}
    assert found.scopes == expected


def test_the_table_is_complete(db: None) -> None:
    assert set(COLUMNS) == BENEFICIARY
    assert {row[0] for row in ROWS} == set(RoleVersion.objects.values_list("code", flat=True))
