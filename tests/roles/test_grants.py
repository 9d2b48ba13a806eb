# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An Amministratore accredits operators, on an indication of the Comune, and nobody else does."""

from datetime import timedelta

import pytest

from demo.personas import ANNA, CHIARA, DAVIDE, GIULIA, LUCA, MARCO, NORA, Persona
from iam.audit.models import AuditEvent
from iam.kernel import places
from iam.kernel.actor import Actor
from iam.kernel.errors import Denied, DomainError, InvalidInput, NotFound
from iam.kernel.law import allows
from iam.kernel.permissions import Permission
from iam.roles import selectors
from iam.roles.actions import grant_role, record_indication, revoke_grant
from iam.roles.errors import (
    GrantAlreadyEnded,
    IndicationAlreadyRecorded,
    IndicationWithoutAct,
    NoIndicationOnRecord,
    PeriodEndsBeforeItBegins,
    ProtocolInTheFuture,
    ReasonMissing,
    RoleAlreadyHeld,
    RoleNotGivenHere,
    RoleOfTheMinistry,
    RolesIncompatible,
)
from iam.roles.models import Grant, Indication
from iam.roles.types import (
    AMMINISTRATORE_AMBITO,
    CASE_MANAGER,
    COORDINATORE_CONTROLLI,
    COORDINATORE_PATTI,
    RESPONSABILE_CONTROLLI,
    RPD,
    SUPER_UTENTE,
)
from tests import world

BOVEZZO = world.BOVEZZO


@pytest.fixture(autouse=True)
def small_italy(db: None) -> None:
    world.build()


def give(by: Actor, persona: Persona, role: str, **changes: object) -> Grant:
    asked = {"comune": BOVEZZO, "until": world.in_a_year()} | changes
    return grant_role(by, person=world.person(persona).pk, role=role, **asked)  # type: ignore[arg-type]


def events(kind: str) -> int:
    return AuditEvent.objects.filter(kind=kind).count()


@pytest.mark.parametrize(
    ("persona", "role"),
    [
        (GIULIA, COORDINATORE_PATTI),
        (LUCA, CASE_MANAGER),
        (DAVIDE, COORDINATORE_CONTROLLI),
        (CHIARA, RESPONSABILE_CONTROLLI),
    ],
    ids=lambda value: value if isinstance(value, str) else value.key,
)
def test_each_operator_of_the_journey_is_accredited(persona: Persona, role: str) -> None:
    operator = world.operator(persona, role)

    (held,) = operator.held
    assert (held.role, held.place) == (
        role,
        places.comune(BOVEZZO, in_ambito=world.AMBITO_BOVEZZO),
    )
    assert held.may == frozenset(selectors.role_in_force(role, on=operator.on).may)
    assert events("roles.indication.recorded") == events("roles.grant.created") == 1


def test_without_an_indication_nobody_is_accredited() -> None:
    with pytest.raises(NoIndicationOnRecord) as refusal:
        give(world.amministratrice(), LUCA, CASE_MANAGER)
    assert "Bovezzo" in refusal.value.sentence
    assert not Grant.objects.filter(role=CASE_MANAGER).exists()
    assert events("audit.action.denied") == 1


def test_the_indication_of_another_comune_does_not_count() -> None:
    by = world.amministratrice()
    world.indicate(LUCA, CASE_MANAGER, comune=world.CONCESIO, by=by)
    with pytest.raises(NoIndicationOnRecord):
        give(by, LUCA, CASE_MANAGER)


def test_the_amministratore_of_another_ambito_is_refused() -> None:
    world.indicate(LUCA, CASE_MANAGER)
    with pytest.raises(Denied) as refusal:
        give(world.amministratore_altrove(), LUCA, CASE_MANAGER)
    assert "territorio" in refusal.value.reasons
    assert not Grant.objects.filter(role=CASE_MANAGER).exists()
    denied = AuditEvent.objects.get(kind="audit.action.denied")
    assert (denied.comune, denied.ambito) == (BOVEZZO, world.AMBITO_BOVEZZO)


def test_nobody_grants_to_oneself() -> None:
    by = world.amministratrice()
    world.indicate(ANNA, CASE_MANAGER, by=by)
    with pytest.raises(Denied) as refusal:
        give(by, ANNA, CASE_MANAGER)
    assert refusal.value.reasons == ("non-a-se-stessi",)


def test_an_amministratore_holds_no_other_role() -> None:
    world.amministratore_altrove()
    world.indicate(MARCO, CASE_MANAGER)
    with pytest.raises(RolesIncompatible) as refusal:
        give(world.amministratrice(), MARCO, CASE_MANAGER)
    assert refusal.value.status == 409


@pytest.mark.parametrize("role", [SUPER_UTENTE, AMMINISTRATORE_AMBITO, RPD])
def test_the_roles_of_the_ministry_are_not_given_by_an_ambito(role: str) -> None:
    with pytest.raises(RoleOfTheMinistry):
        give(world.amministratrice(), NORA, role)
    with pytest.raises(RoleOfTheMinistry):
        world.indicate(NORA, role)
    assert not Indication.objects.exists()


def test_the_super_utente_does_not_accredit_operators() -> None:
    world.indicate(LUCA, CASE_MANAGER)
    with pytest.raises(Denied):
        give(world.super_utente(), LUCA, CASE_MANAGER)


def test_a_second_grant_in_the_same_days_is_refused() -> None:
    world.operator(LUCA, CASE_MANAGER)
    with pytest.raises(RoleAlreadyHeld) as refusal:
        give(world.amministratrice(), LUCA, CASE_MANAGER)
    assert refusal.value.code == "profilo-gia-assegnato"
    assert Grant.objects.filter(role=CASE_MANAGER).count() == 1


def test_the_same_role_in_another_comune_is_another_grant() -> None:
    world.operator(LUCA, CASE_MANAGER)
    luca = world.operator(LUCA, CASE_MANAGER, comune=world.NAVE)
    assert {held.place.comune for held in luca.held} == {BOVEZZO, world.NAVE}


def test_a_role_is_given_only_at_its_levels() -> None:
    by = world.amministratrice()
    who = world.indicate(DAVIDE, COORDINATORE_CONTROLLI, by=by)
    with pytest.raises(RoleNotGivenHere):
        grant_role(
            by,
            person=who,
            role=COORDINATORE_CONTROLLI,
            comune=BOVEZZO,
            until=world.in_a_year(),
            whole_ambito=True,
        )


def test_the_joint_management_gives_a_role_on_the_whole_ambito() -> None:
    by = world.amministratrice()
    record_indication(
        by,
        comune=BOVEZZO,
        role=COORDINATORE_PATTI,
        codice_fiscale=GIULIA.codice_fiscale,
        given_name=GIULIA.given_name,
        family_name=GIULIA.family_name,
        email=GIULIA.email,
        act="Delibera dell'Assemblea dei Sindaci n. 3",
        protocol_number="77",
        protocol_date=by.on,
        whole_ambito=True,
    )
    give(by, GIULIA, COORDINATORE_PATTI, whole_ambito=True)
    assert world.actor(GIULIA).held[0].place == places.ambito(world.AMBITO_BOVEZZO)


def test_a_grant_ends_on_its_last_day() -> None:
    by = world.amministratrice()
    world.indicate(LUCA, CASE_MANAGER, by=by)
    grant = give(by, LUCA, CASE_MANAGER, until=by.on)
    assert selectors.held_by(grant.person_id, by.on)
    assert not selectors.held_by(grant.person_id, by.on + timedelta(days=1))
    assert not selectors.held_by(grant.person_id, by.on - timedelta(days=1))


def test_a_period_never_ends_before_today() -> None:
    by = world.amministratrice()
    world.indicate(LUCA, CASE_MANAGER, by=by)
    with pytest.raises(PeriodEndsBeforeItBegins):
        give(by, LUCA, CASE_MANAGER, until=by.on - timedelta(days=1))


def test_a_revocation_takes_effect_at_once_and_the_role_can_be_given_again() -> None:
    luca = world.operator(LUCA, CASE_MANAGER)
    by = world.amministratrice()

    revoke_grant(by, grant=luca.held[0].grant, reason="Fine dell'incarico")

    assert selectors.held_by(luca.id, by.on) == ()
    assert world.actor(LUCA).held == ()
    assert events("roles.grant.revoked") == 1
    with pytest.raises(GrantAlreadyEnded):
        revoke_grant(by, grant=luca.held[0].grant, reason="Di nuovo")
    give(world.amministratrice(), LUCA, CASE_MANAGER)
    assert len(world.actor(LUCA).held) == 1


def test_who_may_revoke() -> None:
    luca = world.operator(LUCA, CASE_MANAGER)
    grant = luca.held[0].grant
    for stranger in (world.amministratore_altrove(), luca, world.super_utente(), world.rpd()):
        with pytest.raises(Denied):
            revoke_grant(stranger, grant=grant, reason="Non mi spetta")
    anna = world.amministratrice()
    with pytest.raises(ReasonMissing):
        revoke_grant(anna, grant=grant, reason=" ")
    with pytest.raises(Denied):
        revoke_grant(anna, grant=anna.held[0].grant, reason="Il mio")
    with pytest.raises(NotFound):
        revoke_grant(anna, grant=luca.id, reason="Non esiste")
    assert world.actor(LUCA).held


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"codice_fiscale": "MRTLCU89L08D150Q"}, InvalidInput),
        ({"codice_fiscale": "00215150236"}, InvalidInput),
        ({"family_name": "Bianchi"}, InvalidInput),
        ({"act": " "}, IndicationWithoutAct),
        ({"protocol_number": ""}, IndicationWithoutAct),
        ({"protocol_date": world.SINCE.replace(year=2999)}, ProtocolInTheFuture),
        ({"comune": world.MANTOVA}, Denied),
        ({"comune": "Q999"}, NotFound),
    ],
)
def test_a_faulty_indication_changes_nothing(
    change: dict[str, object], refusal: type[DomainError]
) -> None:
    by = world.amministratrice()
    asked: dict[str, object] = {
        "comune": BOVEZZO,
        "role": CASE_MANAGER,
        "codice_fiscale": LUCA.codice_fiscale,
        "given_name": LUCA.given_name,
        "family_name": LUCA.family_name,
        "email": LUCA.email,
        "act": "Determina n. 12",
        "protocol_number": "123",
        "protocol_date": by.on,
    }
    with pytest.raises(refusal) as raised:
        record_indication(by, **asked | change)  # type: ignore[arg-type]
    assert LUCA.codice_fiscale not in raised.value.sentence
    assert not Indication.objects.exists()
    record_indication(by, **asked)  # type: ignore[arg-type]
    with pytest.raises(IndicationAlreadyRecorded):
        record_indication(by, **asked)  # type: ignore[arg-type]


def test_a_ceased_person_holds_nothing() -> None:
    luca = world.operator(LUCA, CASE_MANAGER)
    row = world.person(LUCA)
    row.ceased_at = luca.at
    row.save()
    assert selectors.held_by(luca.id, luca.on) == ()


def test_who_has_the_keys_of_a_comune() -> None:
    world.operator(LUCA, CASE_MANAGER)
    anna = world.amministratrice()
    keys = selectors.who_has_keys(anna, comune=BOVEZZO)
    assert [(key.name, key.role) for key in keys] == [
        ("Anna Colombo", AMMINISTRATORE_AMBITO),
        ("Luca Moretti", CASE_MANAGER),
    ]
    assert selectors.administrators_for(BOVEZZO, on=anna.on)[0].name == "Anna Colombo"
    assert selectors.administrators_for(world.ROMA, on=anna.on) == []
    with pytest.raises(NotFound):
        selectors.who_has_keys(world.amministratore_altrove(), comune=BOVEZZO)


def test_lists_show_one_s_own_territory_in_few_queries(
    django_assert_num_queries: object,
) -> None:
    world.operator(LUCA, CASE_MANAGER)
    anna, marco = world.amministratrice(), world.amministratore_altrove()
    seen = list(selectors.grants_in_force_visible_to(anna))
    assert {grant.role for grant in seen} == {CASE_MANAGER, AMMINISTRATORE_AMBITO}
    assert [grant.person_id for grant in selectors.grants_visible_to(marco)] == [marco.id]
    assert not selectors.grants_visible_to(world.actor(LUCA))
    for persona in (GIULIA, CHIARA, DAVIDE, NORA):
        world.operator(persona, CASE_MANAGER)
    with django_assert_num_queries(1):  # type: ignore[operator]
        rows = list(selectors.grants_in_force_visible_to(anna))
        assert [row.person.full_name for row in rows]
    assert len(rows) == 6


def test_what_is_listed_is_what_the_law_allows() -> None:
    world.operator(LUCA, CASE_MANAGER)
    world.operator(GIULIA, COORDINATORE_PATTI, comune=world.CURTATONE)
    for who in (
        world.amministratrice(),
        world.amministratore_altrove(),
        world.super_utente(),
        world.rpd(),
        world.actor(LUCA),
    ):
        by_law = {
            grant.pk
            for grant in Grant.objects.all()
            if allows(who, Permission.GRANT_READ, on=selectors.place_of(grant, on=who.on))
        }
        assert {grant.pk for grant in selectors.grants_visible_to(who)} == by_law
