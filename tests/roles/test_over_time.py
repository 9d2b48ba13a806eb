# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever is granted and revoked, in any order, the laws of grants hold."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from demo.personas import ANNA, LUCA, NORA
from iam.audit.models import AuditEvent
from iam.kernel.actor import Actor
from iam.kernel.errors import DomainError
from iam.roles import selectors
from iam.roles.actions import grant_role, revoke_grant
from iam.roles.models import Grant, Indication
from iam.roles.types import (
    AMMINISTRATORE_AMBITO,
    CASE_MANAGER,
    COORDINATORE_PATTI,
)
from tests import world

PEOPLE = (LUCA, NORA, ANNA)
ROLES = (CASE_MANAGER, COORDINATORE_PATTI)
COMUNI = (world.BOVEZZO, world.MANTOVA)


class Grants(RuleBasedStateMachine):
    """Anna and Marco give and take; a model in memory says what must be true."""

    def __init__(self) -> None:
        super().__init__()
        self._undone = transaction.atomic()
        self._undone._from_testcase = True  # type: ignore[attr-defined]  # as Django's TestCase does
        self._undone.__enter__()
        self.anna = world.amministratrice()
        self.marco = world.amministratore_altrove()
        self.people = {persona.key: world.person(persona).pk for persona in PEOPLE}
        self._indicate_everybody()
        self.live: dict[UUID, tuple[UUID, str, str]] = {}
        self.ended: set[UUID] = set()
        self.events = self._events()

    def _of(self, comune: str) -> Actor:
        return self.marco if comune == world.MANTOVA else self.anna

    def _indicate_everybody(self) -> None:
        Indication.objects.bulk_create(
            Indication(
                comune_id=comune,
                person_id=who,
                role=role,
                act="Determina",
                protocol_number="1",
                protocol_date=self.anna.on,
                recorded_by=self.anna.id,
                recorded_at=self.anna.at,
            )
            for who in self.people.values()
            for role in ROLES
            for comune in COMUNI
        )

    def _events(self) -> int:
        return AuditEvent.objects.filter(kind__startswith="roles.grant.").count()

    @rule(
        persona=st.sampled_from(PEOPLE),
        role=st.sampled_from(ROLES),
        comune=st.sampled_from(COMUNI),
        by_the_right_one=st.booleans(),
    )
    def give(self, persona: object, role: str, comune: str, by_the_right_one: bool) -> None:
        by = self._of(comune)
        if not by_the_right_one:
            by = self.anna if by is self.marco else self.marco
        who = self.people[persona.key]  # type: ignore[attr-defined]
        may_be = (
            by_the_right_one
            and persona is not ANNA
            and (who, role, comune) not in self.live.values()
        )
        try:
            grant = grant_role(by, person=who, role=role, comune=comune, until=world.in_a_year())
        except DomainError:
            assert not may_be
            return
        assert may_be
        self.live[grant.pk] = (who, role, comune)
        self.events += 1

    @precondition(lambda self: self.live)
    @rule(data=st.data(), by_the_right_one=st.booleans())
    def take(self, data: st.DataObject, by_the_right_one: bool) -> None:
        grant = data.draw(st.sampled_from(sorted(self.live)))
        _, _, comune = self.live[grant]
        by = self._of(comune)
        if not by_the_right_one:
            by = self.anna if by is self.marco else self.marco
        try:
            revoke_grant(by, grant=grant, reason="Prova")
        except DomainError:
            assert not by_the_right_one
            return
        assert by_the_right_one
        del self.live[grant]
        self.ended.add(grant)
        self.events += 1

    @precondition(lambda self: self.ended)
    @rule(data=st.data())
    def take_again(self, data: st.DataObject) -> None:
        grant = data.draw(st.sampled_from(sorted(self.ended)))
        with pytest.raises(DomainError):
            revoke_grant(self.anna, grant=grant, reason="Di nuovo")
        with pytest.raises(DomainError):
            revoke_grant(self.marco, grant=grant, reason="Di nuovo")

    @invariant()
    def what_is_held_is_what_was_given_and_not_taken(self) -> None:
        for who in self.people.values():
            held = selectors.held_by(who, self.anna.on)
            operators = {one.grant for one in held if one.role != AMMINISTRATORE_AMBITO}
            assert operators == {g for g, (person, _, _) in self.live.items() if person == who}

    @invariant()
    def no_two_grants_overlap(self) -> None:
        live = Grant.objects.filter(ended_at=None).values_list("person", "role", "territory")
        assert len(live) == len(set(live))

    @invariant()
    def each_change_left_exactly_one_event(self) -> None:
        assert self._events() == self.events

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._undone.__exit__(None, None, None)


def test_the_laws_of_grants_hold_in_any_order(db: None) -> None:
    world.build()
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        Grants, settings=settings(max_examples=5, stateful_step_count=12, deadline=None)
    )
