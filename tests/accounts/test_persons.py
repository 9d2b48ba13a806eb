# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Persons come in by SPID, are known once, and their codice fiscale never lies about in clear."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import RequestFactory

from iam.accounts.actions import enter
from iam.accounts.errors import IdentityOfAnotherPerson, PersonCeased
from iam.accounts.models import Person
from iam.accounts.selectors import person_with, sessions_of
from iam.accounts.sessions.opening import close_session, open_session, session_facts
from iam.accounts.sessions.store import SessionStore
from iam.accounts.types import VerifiedIdentity
from iam.audit.models import AuditEvent
from iam.kernel.actor import Visitor, day_in_rome

NOON = datetime(2026, 11, 21, 11, tzinfo=UTC)
VISITOR = Visitor(at=NOON, on=day_in_rome(NOON), address="127.0.0.1", request_id="r1")
MARIA = VerifiedIdentity(
    codice_fiscale="RSSMRA85T50A562N",  # invented
    given_name="Maria",
    family_name="Rossi",
    scheme="spid",
    idp="https://idp.example",
    level=2,
    spid_code="TEST0000000001",
)

pytestmark = pytest.mark.django_db


def test_a_person_is_made_known_at_the_first_log_in_and_found_at_the_next() -> None:
    first, second = enter(VISITOR, identity=MARIA), enter(VISITOR, identity=MARIA)

    assert first == second == person_with("rssmra85t50a562n")
    assert [event.kind for event in AuditEvent.objects.order_by("id")] == [
        "accounts.person.entered"
    ] * 2


def test_the_codice_fiscale_is_nowhere_in_clear_in_the_database() -> None:
    person = enter(VISITOR, identity=MARIA)

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(p)::text FROM accounts_person p")
        ((row,),) = cursor.fetchall()
        cursor.execute("SELECT convert_from(body, 'UTF8') FROM audit_event")
        ((event,),) = cursor.fetchall()
    assert MARIA.codice_fiscale not in row
    assert MARIA.codice_fiscale.encode().hex() not in row
    assert MARIA.codice_fiscale not in event
    assert "Rossi" not in event
    assert person.codice_fiscale == MARIA.codice_fiscale


def test_an_identifier_given_to_two_persons_lets_the_second_stay_outside() -> None:
    enter(VISITOR, identity=MARIA)

    with pytest.raises(IdentityOfAnotherPerson):
        enter(VISITOR, identity=replace(MARIA, codice_fiscale="VRDLGI80A01H501V"))

    assert Person.objects.count() == 1
    assert AuditEvent.objects.filter(kind="audit.action.denied").count() == 1


def test_a_person_who_ceased_does_not_come_in() -> None:
    person = enter(VISITOR, identity=MARIA)
    person.ceased_at = NOON
    person.save()

    with pytest.raises(PersonCeased):
        enter(VISITOR, identity=MARIA)


def browser() -> object:
    request = RequestFactory().get("/")
    request.session = SessionStore()
    return request


def test_logging_in_changes_the_key_of_the_session_so_it_cannot_be_fixed_beforehand() -> None:
    person, request = enter(VISITOR, identity=MARIA), browser()
    request.session["planted"] = "by an attacker"  # type: ignore[attr-defined]  # a session is there
    request.session.save()  # type: ignore[attr-defined]  # likewise
    planted_key = request.session.session_key  # type: ignore[attr-defined]  # likewise

    open_session(request, person, MARIA, at=NOON)

    assert request.session.session_key != planted_key  # type: ignore[attr-defined]  # likewise
    assert "planted" not in request.session  # type: ignore[attr-defined]  # likewise
    assert not SessionStore().exists(planted_key)


def test_the_session_says_who_and_how_and_ends_when_closed() -> None:
    person, request = enter(VISITOR, identity=MARIA), browser()
    open_session(request, person, replace(MARIA, level=3), at=NOON)
    request.session.save()  # type: ignore[attr-defined]  # a session is there

    facts = session_facts(request)
    assert facts is not None
    assert (facts.person, facts.level, facts.idp) == (person.pk, 3, MARIA.idp)
    assert facts.entered_at - NOON < timedelta(seconds=1)
    assert len(sessions_of(person.pk, at=NOON)) == 1

    close_session(request)

    assert session_facts(request) is None
    assert not sessions_of(person.pk, at=NOON)
    assert not sessions_of(uuid4(), at=NOON)
