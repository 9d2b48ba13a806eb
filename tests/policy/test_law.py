# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The text of the law, asked directly: each statement has a question it alone refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iam.kernel import demands, law
from iam.kernel.actor import Actor, Held, day_in_rome
from iam.kernel.demands import Demand
from iam.kernel.law import Resource, Why, decide
from iam.kernel.permissions import ADMINISTRATIVE, BENEFICIARY, SYSTEM, Permission, Section
from iam.kernel.places import NATIONAL, Place, ambito, comune

NOON = datetime(2026, 11, 21, 11, tzinfo=UTC)
BRESCIA_4 = ambito("BS-04")
BOVEZZO = comune("B102", in_ambito="BS-04")
CONCESIO = comune("C948", in_ambito="BS-04")
MANTOVA = comune("E897", in_ambito="MN-01")
EVERY = frozenset(Section)
WHY = Why(purpose="presa-in-carico", practice="PR-2026-1")


def actor(role: str, place: Place, *may: Permission, level: int = 2, kind: str = "person") -> Actor:
    held = Held(uuid4(), role, place, frozenset(may))
    return Actor(kind, uuid4(), (held,), NOON, day_in_rome(NOON), spid_level=level)  # type: ignore[arg-type]


def household(place: Place = BOVEZZO, **facts: object) -> Resource:
    stated = {"own": True, "covered": EVERY, "enabled": EVERY} | facts
    return Resource("Nucleo", place, **stated)  # type: ignore[arg-type]


def test_the_law_fits_its_schema_and_every_statement_has_an_id_and_a_sentence() -> None:
    law.check()


CASE_MANAGER = ("CASE_MANAGER", BOVEZZO, Permission.CASO_COMPLETO)
AMMINISTRATORE = ("AMMINISTRATORE_AMBITO", BRESCIA_4, Permission.COMUNE_ENABLE)

REFUSALS = [
    ("profilo", ("CASE_MANAGER", BOVEZZO), Permission.CASO_COMPLETO, household(), WHY),
    ("territorio", CASE_MANAGER, Permission.CASO_COMPLETO, household(CONCESIO), WHY),
    ("convenzione", CASE_MANAGER, Permission.CASO_COMPLETO, household(covered=frozenset()), WHY),
    ("abilitazione", CASE_MANAGER, Permission.CASO_COMPLETO, household(enabled=frozenset()), WHY),
    ("caso-proprio", CASE_MANAGER, Permission.CASO_COMPLETO, household(own=False), WHY),
    ("finalita", CASE_MANAGER, Permission.CASO_COMPLETO, household(), Why("presa-in-carico", "")),
    ("finalita", CASE_MANAGER, Permission.CASO_COMPLETO, household(), Why("", "PR-1")),
    ("interessati", CASE_MANAGER, Permission.CASO_COMPLETO, household(), Why("a", "b", 0)),
    (
        "caso-proprio",
        ("CASE_MANAGER", BOVEZZO, Permission.NUCLEO_ANAGRAFICA),
        Permission.NUCLEO_ANAGRAFICA,
        household(own=False),
        WHY,
    ),
    (
        "solo-case-manager",
        ("RESPONSABILE_PUC", BOVEZZO, Permission.CASO_COMPLETO),
        Permission.CASO_COMPLETO,
        household(),
        WHY,
    ),
    (
        "coordinatore-anagrafica",
        ("COORDINATORE_PATTI", BOVEZZO, Permission.CONTROLLI_LISTA),
        Permission.CONTROLLI_LISTA,
        household(),
        WHY,
    ),
    (
        "controlli-del-comune",
        ("RESPONSABILE_CONTROLLI", BRESCIA_4, Permission.CONTROLLI_VERIFICA),
        Permission.CONTROLLI_VERIFICA,
        household(),
        WHY,
    ),
    (
        "amministratori-senza-dati",
        ("SUPER_UTENTE", NATIONAL, Permission.NUCLEO_ANAGRAFICA),
        Permission.NUCLEO_ANAGRAFICA,
        household(),
        WHY,
    ),
    (
        "amministratori-senza-dati",
        ("AMMINISTRATORE_AMBITO", BRESCIA_4, Permission.NUCLEO_ANAGRAFICA),
        Permission.NUCLEO_ANAGRAFICA,
        household(),
        WHY,
    ),
    (
        "solo-amministratore-accredita",
        ("SUPER_UTENTE", NATIONAL, Permission.GRANT_CREATE),
        Permission.GRANT_CREATE,
        Resource("Luogo", BOVEZZO),
        None,
    ),
    (
        "solo-amministratore-abilita",
        ("SUPER_UTENTE", NATIONAL, Permission.COMUNE_ENABLE),
        Permission.COMUNE_ENABLE,
        Resource("Luogo", BOVEZZO),
        None,
    ),
    (
        "solo-super-utente-gestori",
        ("RPD", NATIONAL, Permission.PROVIDER_DECIDE),
        Permission.PROVIDER_DECIDE,
        Resource("Luogo", NATIONAL),
        None,
    ),
    (
        "registro-interessati",
        ("SUPER_UTENTE", NATIONAL, Permission.REGISTER_READ_SUBJECT),
        Permission.REGISTER_READ_SUBJECT,
        Resource("Luogo", NATIONAL),
        None,
    ),
    (
        "ingressi-delle-persone",
        ("SUPER_UTENTE", NATIONAL, Permission.LOGIN_READ_MESSAGES),
        Permission.LOGIN_READ_MESSAGES,
        Resource("Luogo", NATIONAL),
        None,
    ),
    ("territorio", AMMINISTRATORE, Permission.COMUNE_ENABLE, Resource("Luogo", MANTOVA), None),
    ("sistema", ("RPD", NATIONAL, Permission.PEC_SEND), Permission.PEC_SEND, NATIONAL, None),
]


@pytest.mark.parametrize(("statement", "who", "permission", "on", "why"), REFUSALS)
def test_each_statement_refuses_alone_and_says_why(
    statement: str,
    who: tuple[str, Place],
    permission: Permission,
    on: Resource | Place,
    why: Why | None,
) -> None:
    just_in = actor(*who)
    decision = decide(replace(just_in, entered_at=just_in.at), permission, on=on, why=why)

    assert not decision.allowed
    assert decision.reasons == (statement,)
    assert decision.sentence == law.sentence_of(statement)


def test_a_case_manager_opens_an_own_case_of_an_enabled_comune() -> None:
    assert decide(actor(*CASE_MANAGER), Permission.CASO_COMPLETO, on=household(), why=WHY).allowed


def test_a_log_in_below_level_2_opens_nothing() -> None:
    weak = actor(*CASE_MANAGER, level=1)

    decision = decide(weak, Permission.CASO_COMPLETO, on=household(), why=WHY)

    assert decision.reasons == ("livello-spid",)


def test_who_signed_the_convention_never_enables_the_comune() -> None:
    giorgio = actor(*AMMINISTRATORE)
    signed = Resource("Luogo", BOVEZZO, signed_by=frozenset({str(giorgio.id)}))

    decision = decide(giorgio, Permission.COMUNE_ENABLE, on=signed)

    assert decision.reasons == ("chi-firma-non-abilita",)
    assert decide(actor(*AMMINISTRATORE), Permission.COMUNE_ENABLE, on=signed).allowed


@pytest.mark.parametrize("permission", [Permission.GRANT_CREATE, Permission.GRANT_REVOKE], ids=str)
def test_nobody_changes_their_own_rights(permission: Permission) -> None:
    anna = actor("AMMINISTRATORE_AMBITO", BRESCIA_4, permission)

    decision = decide(anna, permission, on=Resource("Luogo", BOVEZZO, about=str(anna.id)))

    assert decision.reasons == ("non-a-se-stessi",)


def test_nobody_approves_what_they_asked_for() -> None:
    elena = actor("SUPER_UTENTE", NATIONAL, Permission.ROLE_VERSION_APPROVE)

    decision = decide(
        elena,
        Permission.ROLE_VERSION_APPROVE,
        on=Resource("Luogo", NATIONAL, asked_by=str(elena.id)),
    )

    assert decision.reasons == ("chi-chiede-non-approva",)


def test_a_stranger_is_refused_with_a_sentence() -> None:
    nobody = Actor("person", UUID(int=1), (), NOON, day_in_rome(NOON), spid_level=3)

    decision = decide(nobody, Permission.NETWORK_READ, on=NATIONAL)

    assert (decision.allowed, decision.reasons) == (False, (law.STRANGER,))
    assert decision.sentence


def test_what_one_grant_lacks_another_never_completes() -> None:
    in_bovezzo = Held(uuid4(), "CASE_MANAGER", BOVEZZO, frozenset({Permission.CASO_COMPLETO}))
    in_concesio = Held(
        uuid4(), "COORDINATORE_PATTI", CONCESIO, frozenset({Permission.NUCLEO_ANAGRAFICA})
    )
    both = Actor(
        "person", uuid4(), (in_bovezzo, in_concesio), NOON, day_in_rome(NOON), spid_level=2
    )

    assert not decide(both, Permission.CASO_COMPLETO, on=household(CONCESIO), why=WHY).allowed
    assert not decide(both, Permission.NUCLEO_ANAGRAFICA, on=household(BOVEZZO), why=WHY).allowed


roles = st.sampled_from(
    ["SUPER_UTENTE", "AMMINISTRATORE_AMBITO", "COORDINATORE_PATTI", "CASE_MANAGER",
     "COORDINATORE_CONTROLLI", "RESPONSABILE_CONTROLLI", "RESPONSABILE_PUC", "RPD", "NUOVO_RUOLO"]
)  # fmt: skip
places = st.sampled_from([NATIONAL, BRESCIA_4, BOVEZZO, CONCESIO, MANTOVA])
sections = st.frozensets(st.sampled_from(Section))
rights = st.frozensets(st.sampled_from(sorted(Permission)))
households = st.builds(
    lambda place, own, covered, enabled: household(
        place, own=own, covered=covered, enabled=enabled
    ),
    st.sampled_from([BOVEZZO, CONCESIO, MANTOVA]), st.booleans(), sections, sections,
)  # fmt: skip
data = st.sampled_from(sorted(BENEFICIARY))


@given(role=roles, place=places, may=rights, permission=data, on=households)
def test_no_data_without_right_territory_convention_and_enablement(
    role: str, place: Place, may: frozenset[Permission], permission: Permission, on: Resource
) -> None:
    decision = decide(actor(role, place, *may), permission, on=on, why=WHY)

    if decision.allowed:
        assert permission in may
        assert permission.section in on.covered & on.enabled
        assert role not in ("SUPER_UTENTE", "AMMINISTRATORE_AMBITO")
        assert place in (NATIONAL, ambito(on.place.ambito), on.place)


@given(role=roles, place=places, may=rights, permission=data, on=households)
def test_more_rights_never_take_one_away(
    role: str, place: Place, may: frozenset[Permission], permission: Permission, on: Resource
) -> None:
    fewer, more = actor(role, place, *may), actor(role, place, *may, *BENEFICIARY)

    if decide(fewer, permission, on=on, why=WHY).allowed:
        assert decide(more, permission, on=on, why=WHY).allowed


@given(
    role=roles,
    place=places,
    may=rights,
    level=st.integers(0, 3),
    age=st.none() | st.integers(0, 5000),
    needed=st.integers(0, 3),
    fresh=st.integers(0, 3600),
)
def test_a_demand_is_never_met_by_a_lower_level_or_an_older_log_in(
    role: str,
    place: Place,
    may: frozenset[Permission],
    level: int,
    age: int | None,
    needed: int,
    fresh: int,
) -> None:
    who = actor(role, place, *may, Permission.NETWORK_READ, level=level)
    entered = None if age is None else NOON - timedelta(seconds=age)
    before = demands.configure({Permission.NETWORK_READ: Demand(needed, fresh)})
    try:
        decision = decide(replace(who, entered_at=entered), Permission.NETWORK_READ, on=place)
    finally:
        demands.configure(before)

    if decision.allowed:
        assert level >= max(2, needed)
        assert fresh == 0 or (age is not None and age <= fresh)


@given(role=roles, place=places, may=rights, permission=st.sampled_from(sorted(SYSTEM)))
def test_no_person_does_what_is_reserved_to_the_service(
    role: str, place: Place, may: frozenset[Permission], permission: Permission
) -> None:
    assert not decide(actor(role, place, *may, permission), permission, on=NATIONAL).allowed


@given(permission=st.sampled_from(sorted(ADMINISTRATIVE)))
def test_no_job_does_what_is_reserved_to_persons(permission: Permission) -> None:
    job = Actor.system("prova", may=Permission, at=NOON)

    assert not decide(job, permission, on=NATIONAL).allowed
