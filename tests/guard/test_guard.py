# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nothing changes without authority and evidence: each way to forget a duty is caught."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from iam.accounts.models import Person
from iam.audit.event import Event, PersonalDatumInEvent
from iam.audit.guard import (
    UnguardedActionError,
    action,
    disclosure,
    entrance,
    record,
    refusing,
    require,
)
from iam.audit.models import AuditEvent
from iam.kernel.actor import Actor, Held, Visitor, day_in_rome
from iam.kernel.errors import ConcurrentChange, Denied, DomainError, Unavailable
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL, Place, ambito

NOON = datetime(2026, 11, 21, 11, tzinfo=UTC)
VISITOR = Visitor(at=NOON, on=day_in_rome(NOON), request_id="r1")
INVENTED_CODICE_FISCALE = "RSSMRA85T10A562S"  # invented, valid

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, kw_only=True)
class Tried(Event):
    kind = "guard.test.tried"
    person: UUID | None = None
    note: str = ""


class Refused(DomainError):
    code = "prova-rifiutata"
    message = "La prova è stata rifiutata."


def actor(*may: Permission, place: Place = NATIONAL, level: int = 2) -> Actor:
    held = Held(uuid4(), "SUPER_UTENTE", place, frozenset(may))
    return Actor("person", uuid4(), (held,), NOON, day_in_rome(NOON), spid_level=level)


def a_person_is_written() -> Person:
    person = Person(given_name="Prova", family_name="Inventata", known_since=NOON)
    person.codice_fiscale = INVENTED_CODICE_FISCALE
    person.save(force_insert=True)
    return person


ALLOWED = actor(Permission.NETWORK_READ)
STRANGER = actor()


def test_a_guarded_action_changes_state_and_leaves_one_event() -> None:
    @action(needs=Permission.NETWORK_READ)
    def write(actor: Actor, /) -> Person:
        held = require(actor, Permission.NETWORK_READ, on=NATIONAL)
        person = a_person_is_written()
        record(Tried(person=person.pk), by=actor, held=held)
        return person

    person = write(ALLOWED)

    event = AuditEvent.objects.get()
    assert (event.kind, event.person, event.actor) == (Tried.kind, person.pk, ALLOWED.id)
    assert (event.role, event.acting_grant) == ("SUPER_UTENTE", ALLOWED.held[0].grant)


def test_an_action_that_never_asks_the_law_is_rolled_back() -> None:
    @action(needs=Permission.NETWORK_READ)
    def write(actor: Actor, /) -> None:
        a_person_is_written()
        record(Tried(), by=actor)

    with pytest.raises(UnguardedActionError):
        write(ALLOWED)

    assert not Person.objects.exists()
    assert not AuditEvent.objects.exists()


def test_an_action_that_asks_for_another_permission_is_rolled_back() -> None:
    @action(needs=Permission.GRANT_REVOKE)
    def write(actor: Actor, /) -> None:
        require(actor, Permission.NETWORK_READ, on=NATIONAL)
        a_person_is_written()
        record(Tried(), by=actor)

    with pytest.raises(UnguardedActionError):
        write(ALLOWED)

    assert not Person.objects.exists()


def test_an_action_that_records_nothing_is_rolled_back() -> None:
    @action(needs=Permission.NETWORK_READ)
    def write(actor: Actor, /) -> None:
        require(actor, Permission.NETWORK_READ, on=NATIONAL)
        a_person_is_written()

    with pytest.raises(UnguardedActionError):
        write(ALLOWED)

    assert not Person.objects.exists()


def test_an_entrance_that_records_nothing_is_rolled_back() -> None:
    @entrance
    def write(visitor: Visitor, /) -> None:
        a_person_is_written()

    with pytest.raises(UnguardedActionError):
        write(VISITOR)

    assert not Person.objects.exists()


def test_an_event_outside_of_any_action_is_refused() -> None:
    with pytest.raises(UnguardedActionError):
        record(Tried(), by=ALLOWED)


def test_the_law_is_not_asked_outside_of_any_action() -> None:
    with pytest.raises(UnguardedActionError):
        require(ALLOWED, Permission.NETWORK_READ, on=NATIONAL)


def test_an_action_inside_an_action_is_refused() -> None:
    @action(needs=Permission.NETWORK_READ)
    def inner(actor: Actor, /) -> None:
        require(actor, Permission.NETWORK_READ, on=NATIONAL)
        record(Tried(), by=actor)

    @action(needs=Permission.NETWORK_READ)
    def outer(actor: Actor, /) -> None:
        require(actor, Permission.NETWORK_READ, on=NATIONAL)
        record(Tried(), by=actor)
        inner(actor)

    with pytest.raises(UnguardedActionError):
        outer(ALLOWED)

    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("who", [ALLOWED, STRANGER], ids=["refused by the act", "by the law"])
def test_a_refused_attempt_changes_nothing_and_is_on_record(who: Actor) -> None:
    @action(needs=Permission.NETWORK_READ)
    def write(actor: Actor, /) -> None:
        a_person_is_written()
        require(actor, Permission.NETWORK_READ, on=NATIONAL)
        record(Tried(), by=actor)
        raise Refused

    with pytest.raises(Refused if who is ALLOWED else Denied):
        write(who)

    event = AuditEvent.objects.get()
    assert not Person.objects.exists()
    assert (event.kind, event.outcome, event.actor) == ("audit.action.denied", 1, who.id)


def test_a_refusal_names_every_missing_condition() -> None:
    @action(needs=Permission.COMUNE_ENABLE)
    def write(actor: Actor, /) -> None:
        require(actor, Permission.COMUNE_ENABLE, on=ambito("BS-04"))

    with pytest.raises(Denied) as refusal:
        write(actor(place=ambito("MN-01"), level=1))

    assert refusal.value.reasons == (
        "profilo", "territorio", "livello-spid", "solo-amministratore-abilita",
    )  # fmt: skip
    assert b'"territorio"' in bytes(AuditEvent.objects.get().body)


def test_a_codice_fiscale_never_enters_the_log() -> None:
    @action(needs=Permission.NETWORK_READ)
    def write(actor: Actor, /) -> None:
        require(actor, Permission.NETWORK_READ, on=NATIONAL)
        record(Tried(note=f"cercato {INVENTED_CODICE_FISCALE.lower()}"), by=actor)

    with pytest.raises(PersonalDatumInEvent) as fault:
        write(ALLOWED)

    assert INVENTED_CODICE_FISCALE not in str(fault.value)
    assert not AuditEvent.objects.exists()


def test_a_violated_constraint_becomes_its_sentence_even_when_deferred() -> None:
    @action(needs=Permission.NETWORK_READ)
    def write(actor: Actor, /) -> None:
        require(actor, Permission.NETWORK_READ, on=NATIONAL)
        with refusing({"person_has_a_name": Refused()}):
            Person.objects.filter(pk=a_person_is_written().pk).update(given_name="")
        record(Tried(), by=actor)

    with pytest.raises(Refused):
        write(ALLOWED)

    assert not Person.objects.exists()


def test_a_constraint_without_a_meaning_stays_our_fault() -> None:
    from django.db import IntegrityError

    with pytest.raises(IntegrityError), refusing({"another_name": Refused()}):
        Person.objects.filter(pk=a_person_is_written().pk).update(given_name="")


def test_data_are_not_shown_when_their_evidence_cannot_be_written() -> None:
    @disclosure(needs=Permission.NETWORK_READ)
    def read(actor: Actor, /) -> str:
        held = require(actor, Permission.NETWORK_READ, on=NATIONAL)
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        record(Tried(), by=actor, held=held)
        return "dati"

    with pytest.raises(Unavailable):
        read(ALLOWED)


def test_a_collision_with_another_transaction_is_told_as_such() -> None:
    @action(needs=Permission.NETWORK_READ)
    def write(actor: Actor, /) -> None:
        require(actor, Permission.NETWORK_READ, on=NATIONAL)
        record(Tried(), by=actor)
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'altro' USING ERRCODE = '40001'; END $$")

    with pytest.raises(ConcurrentChange):
        write(ALLOWED)


def test_the_transaction_of_an_action_is_its_own() -> None:
    @action(needs=Permission.NETWORK_READ)
    def write(actor: Actor, /) -> bool:
        require(actor, Permission.NETWORK_READ, on=NATIONAL)
        record(Tried(), by=actor)
        return bool(transaction.get_connection().in_atomic_block)

    assert write(ALLOWED)
