# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may read what in the register, and that every look into it is itself on record."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from iam.audit import selectors
from iam.audit.errors import CursorUnknown, PeriodTurned, ReasonMissing, ReasonNamesSomebody
from iam.audit.guard.recording import write
from iam.audit.models import AuditEvent
from iam.audit.types import RegisterFilters
from iam.kernel.actor import Actor
from iam.kernel.errors import Denied, NotFound
from iam.kernel.keyring import keyring
from iam.kernel.places import NATIONAL, comune
from tests.audit.readers import (
    CODICE_FISCALE,
    READ,
    ComuneOpened,
    amministratrice,
    case_manager,
    holding,
    opened,
    rpd,
    shown,
)

pytestmark = pytest.mark.django_db


def kinds(actor: Actor, filters: RegisterFilters | None = None) -> list[str]:
    return [row.kind for row in selectors.events_visible_to(actor, filters=filters).rows]


@pytest.mark.norma("GDPR", "38(6)", "Il RPD vede solo gli eventi del titolare che serve")
def test_an_rpd_sees_the_events_of_the_controller_served_and_no_other() -> None:
    shown(case_manager())
    shown(case_manager(), ente="B102")
    assert kinds(rpd()) == ["audit.test.data-shown"]
    assert kinds(rpd(comune("B102"))) == ["audit.test.data-shown"]
    assert kinds(rpd(comune("C948"))) == []


def test_an_amministratrice_sees_administrative_events_of_her_ambito_and_no_subject() -> None:
    shown(case_manager())
    opened(), opened("MN-01")
    rows = selectors.events_visible_to(amministratrice()).rows
    assert [(row.kind, row.ambito) for row in rows] == [("audit.test.comune-opened", "BS-04")]


def test_a_super_utente_sees_administrative_events_of_the_country_and_no_practice() -> None:
    shown(case_manager()), opened(), opened("MN-01")
    selectors.events_visible_to(rpd(), filters=RegisterFilters(practice="P-1"))
    rows = selectors.events_visible_to(holding("SUPER_UTENTE", NATIONAL, READ)).rows
    assert [row.kind for row in rows] == ["audit.register.read", *["audit.test.comune-opened"] * 2]
    assert all(not row.subject and not row.practice for row in rows)
    assert "filters" not in rows[0].facts


def test_who_may_not_read_the_register_is_refused_and_the_refusal_is_on_record() -> None:
    with pytest.raises(Denied):
        selectors.events_visible_to(case_manager())
    assert AuditEvent.objects.get().kind == "audit.action.denied"


def test_a_look_into_the_register_is_on_record_with_what_was_looked_for() -> None:
    opened()
    reader = rpd()
    page = selectors.events_visible_to(reader, filters=RegisterFilters(comune="B102", outcome=0))
    assert len(page.rows) == 1
    read = AuditEvent.objects.get(kind="audit.register.read")
    assert read.actor == reader.id
    assert b'"filters":["comune=B102","outcome=0"]' in bytes(read.body)


def test_every_filter_narrows_the_register() -> None:
    number, by = shown(case_manager()), amministratrice()
    write(ComuneOpened(comune="C948", ambito="BS-04"), by=by, outcome=1)
    reader = rpd()
    for filters, expected in (
        (RegisterFilters(comune="C948"), 1),
        (RegisterFilters(actor=by.id), 1),
        (RegisterFilters(outcome=1), 1),
        (RegisterFilters(kind="audit.test."), 2),
        (RegisterFilters(practice="P-1"), 1),
        (RegisterFilters(practice="P-2"), 0),
        (RegisterFilters(codice_fiscale=CODICE_FISCALE.lower()), 1),
        (RegisterFilters(codice_fiscale="VRDLGI80A01H501P"), 0),
        (RegisterFilters(person=uuid4()), 0),
        (RegisterFilters(client="patti"), 0),
        (RegisterFilters(until=reader.on - timedelta(days=1)), 0),
    ):
        rows = selectors.events_visible_to(
            reader, filters=replace(filters, kind=filters.kind or "audit.test.")
        ).rows
        assert len(rows) == expected, filters
    assert selectors.event_visible_to(reader, event=number).practice == "P-1"


def test_a_search_by_codice_fiscale_is_not_for_who_administers() -> None:
    shown(case_manager())
    with pytest.raises(Denied):
        selectors.events_visible_to(
            amministratrice(), filters=RegisterFilters(codice_fiscale=CODICE_FISCALE)
        )


def test_pages_follow_each_other_in_both_directions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "PAGE", 3)
    numbers = [opened() for _ in range(7)][::-1]
    filters, seen, cursor = RegisterFilters(kind="audit.test."), [], ""
    while True:
        page = selectors.events_visible_to(rpd(), filters=filters, cursor=cursor)
        seen.append([row.id for row in page.rows])
        if not page.older:
            break
        cursor = page.older
    assert seen == [numbers[:3], numbers[3:6], numbers[6:]]
    back = selectors.events_visible_to(rpd(), filters=filters, cursor=page.newer)
    assert [row.id for row in back.rows] == numbers[3:6]
    for wrong in ("x", "<", "<-1", ">1e9", "<" + "9" * 30):
        with pytest.raises(CursorUnknown):
            selectors.events_visible_to(rpd(), cursor=wrong)


def test_a_page_costs_the_same_queries_with_one_row_and_with_five(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    reader = rpd()
    for _ in range(2):
        opened()
        with django_assert_num_queries(5):
            selectors.events_visible_to(reader)
        [opened() for _ in range(4)]


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    reader = rpd()
    with pytest.raises(PeriodTurned):
        selectors.events_visible_to(
            reader, filters=RegisterFilters(since=reader.on, until=reader.on - timedelta(days=1))
        )


def test_an_event_out_of_reach_is_as_absent() -> None:
    number = shown(case_manager())
    for event in (number, 10**12):
        with pytest.raises(NotFound):
            selectors.event_visible_to(amministratrice(), event=event)
        with pytest.raises(NotFound):
            selectors.event_proof(amministratrice(), event=event)


@pytest.mark.norma("GDPR", "15", "Chi ha visto i dati di una persona, quando e perché")
def test_who_saw_a_persons_data_is_answered_without_naming_operators_unless_asked() -> None:
    luca, sara = case_manager(), case_manager()
    shown(luca), shown(sara), shown(luca)
    answer = selectors.subject_accesses(
        rpd(), codice_fiscale=CODICE_FISCALE, reason="Richiesta di accesso dell'interessato"
    )
    labels = [row.operator_label for row in answer.rows]
    assert labels == ["Operatore 1", "Operatore 2", "Operatore 1"]
    assert {row.operator for row in answer.rows} == {None}
    assert {row.purpose for row in answer.rows} == {"presa-in-carico"}

    named = selectors.subject_accesses(
        rpd(), codice_fiscale=CODICE_FISCALE, reason="Reclamo al Garante", operators=True
    )
    assert [row.operator for row in named.rows] == [luca.id, sara.id, luca.id]
    asked = AuditEvent.objects.filter(kind="audit.subject-accesses.read").last()
    assert asked is not None
    assert bytes(asked.subject or b"") == keyring().pseudonym(CODICE_FISCALE)
    assert CODICE_FISCALE.encode() not in bytes(asked.body)


def test_who_saw_a_persons_data_needs_a_reason_that_names_nobody() -> None:
    with pytest.raises(ReasonMissing):
        selectors.subject_accesses(rpd(), codice_fiscale=CODICE_FISCALE, reason="  ")
    with pytest.raises(ReasonNamesSomebody):
        selectors.subject_accesses(
            rpd(), codice_fiscale=CODICE_FISCALE, reason=f"lo chiede {CODICE_FISCALE}"
        )
