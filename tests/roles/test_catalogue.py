# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The roles are data: a new one needs two approvals and an event, never a release."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from demo.personas import ELENA, FRANCA, GIULIA, NORA, PAOLO, PIETRO
from iam.audit.models import AuditEvent
from iam.kernel.actor import Actor
from iam.kernel.errors import Denied, NotFound
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL
from iam.roles import selectors
from iam.roles.actions import approve_role_version, propose_role_version
from iam.roles.errors import AlreadyApproved, RoleUnknown, RoleVersionPending
from iam.roles.models import RoleVersion
from iam.roles.types import CASE_MANAGER, COORDINATORE_PATTI, SUPER_UTENTE
from tests import world

SVANTAGGIO = "RESPONSABILE_SVANTAGGIO"


@pytest.fixture(autouse=True)
def small_italy(db: None) -> None:
    world.build()


def super_utenti() -> tuple[Actor, Actor, Actor]:
    elena, paolo, pietro = (
        world.holding(who, SUPER_UTENTE, NATIONAL) for who in (ELENA, PAOLO, PIETRO)
    )
    return elena, paolo, pietro


def propose(by: Actor) -> RoleVersion:
    return propose_role_version(
        by,
        code=SVANTAGGIO,
        denominazione="Responsabile condizioni di svantaggio",
        summary="Attesta le condizioni di svantaggio.",
        levels=["comune"],
        may=["gepi:nucleo.anagrafica", "gepi:puc.catalogo"],
        incompatibility="operatori",
        source="Manuale GePI, Responsabile condizioni di svantaggio",
        default_holder=COORDINATORE_PATTI,
    )


def test_a_new_role_enters_with_the_second_approval_and_not_before() -> None:
    elena, paolo, pietro = super_utenti()
    version = propose(elena)
    with pytest.raises(RoleVersionPending):
        propose(elena)

    with pytest.raises(Denied) as refusal:
        approve_role_version(elena, version=version.pk)
    assert refusal.value.reasons == ("chi-chiede-non-approva",)
    approve_role_version(paolo, version=version.pk)
    with pytest.raises(AlreadyApproved):
        approve_role_version(paolo, version=version.pk)
    with pytest.raises(RoleUnknown):
        selectors.role_in_force(SVANTAGGIO, on=elena.on)

    approve_role_version(pietro, version=version.pk)

    assert selectors.role_in_force(SVANTAGGIO, on=elena.on).version == 1
    assert SVANTAGGIO in {role.code for role in selectors.roles_given_by_ambiti(on=elena.on)}
    with pytest.raises(RoleUnknown):
        selectors.role_in_force(SVANTAGGIO, on=elena.on - timedelta(days=1))
    with pytest.raises(NotFound):
        approve_role_version(paolo, version=version.pk)
    events = AuditEvent.objects.filter(kind__startswith="roles.version.")
    assert [event.kind for event in events.order_by("pk")] == [
        "roles.version.proposed",
        "roles.version.approved",
        "roles.version.approved",
    ]


def test_a_default_role_belongs_to_its_holder_until_another_receives_it() -> None:
    giulia = world.operator(GIULIA, COORDINATORE_PATTI)
    elena, paolo, pietro = super_utenti()
    version = propose(elena)
    approve_role_version(paolo, version=version.pk)
    approve_role_version(pietro, version=version.pk)

    (held,) = world.actor(GIULIA).held
    assert Permission.PUC_CATALOGO in held.may
    assert held.role == COORDINATORE_PATTI

    world.operator(NORA, SVANTAGGIO)
    (held,) = world.actor(GIULIA).held
    assert Permission.PUC_CATALOGO not in held.may
    assert giulia.id == world.actor(GIULIA).id


def test_the_newest_version_in_force_decides_for_grants_already_given() -> None:
    world.operator(GIULIA, CASE_MANAGER)
    RoleVersion.objects.create(
        code=CASE_MANAGER,
        version=2,
        denominazione="Case Manager",
        summary="Meno diritti",
        levels=["comune"],
        may=["gepi:nucleo.anagrafica"],
        incompatibility="operatori",
        source="prova",
        founding=True,
        in_force_since=world.today(),
    )
    (held,) = world.actor(GIULIA).held
    assert held.may == {Permission.NUCLEO_ANAGRAFICA}


@pytest.mark.parametrize(
    "faulty",
    [
        {"in_force_since": world.SINCE},
        {"in_force_since": world.SINCE, "first_approver": 1, "second_approver": 1},
        {"proposed_by": 1, "first_approver": 1},
    ],
)
def test_the_database_refuses_a_version_without_two_other_persons(
    faulty: dict[str, object],
) -> None:
    from uuid import UUID

    values = {
        name: UUID(int=value) if isinstance(value, int) else value for name, value in faulty.items()
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleVersion.objects.create(
            code="X", version=1, levels=["comune"], may=[], incompatibility="operatori", **values
        )


def test_an_amministratrice_does_not_touch_the_catalogue() -> None:
    for who in (world.amministratrice(), world.rpd(), world.actor(FRANCA)):
        with pytest.raises(Denied):
            propose(who)
    assert not selectors.pending_versions()
