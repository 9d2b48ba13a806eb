# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""eIDAS: an identity without codice fiscale is nobody's until a Super Utente links it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from demo.idp.responses import build
from demo.personas import ANNA, ELENA, LUCA, NORA, Persona
from iam.accounts import actions
from iam.accounts.errors import (
    ActOfLinkMissing,
    BirthDatesDiffer,
    IdentityAlreadyLinked,
    IdentityNotLinked,
    PersonNotOnRecord,
)
from iam.accounts.models import ForeignIdentity, Person
from iam.accounts.selectors import foreign_identities
from iam.audit.models import AuditEvent
from iam.enti.codice_fiscale.reading import read
from iam.kernel.errors import Denied, NotFound
from iam.roles.types import CASE_MANAGER
from iam.saml.selectors import login_records
from iam.saml.types import Scheme
from tests import world
from tests.saml.browsing import (
    Trip,
    code_of,
    events,
    leave_for_provider,
    load_other_federations,
    said_by,
)
from tests.saml.forging import signer
from tests.web.entering import browser_of

ACT = "Nota prot. 812 del 3/11/2026"


@pytest.fixture(autouse=True)
def abroad(federation: None) -> None:
    load_other_federations()
    world.build()


def arrives(persona: Persona, **changes: str | None) -> tuple[Trip, Any]:
    """Bring the persona back from the eIDAS node, and return the page she sees."""
    trip = leave_for_provider(scheme=Scheme.EIDAS)
    said = said_by(Scheme.EIDAS, persona, **changes)
    return trip, trip.back(build(trip.answer(attributes=said), signer("eidas")))


def only() -> ForeignIdentity:
    return ForeignIdentity.objects.get()


def link(persona: Persona = LUCA, **changes: Any) -> ForeignIdentity:
    wanted = {"identity": only().pk, "codice_fiscale": persona.codice_fiscale, "act": ACT}
    return actions.link_identity(world.super_utente(), **{**wanted, **changes})


# --- coming in


@pytest.mark.norma("eIDAS", "910/2014, 6", "chi ha un'identità di un altro Stato è riconosciuto")
def test_who_comes_from_abroad_reads_what_to_do_and_opens_nothing() -> None:
    trip, page = arrives(LUCA)

    (record,) = login_records(reference=only().reference)
    (event,) = events("saml.login.waiting")
    assert page.status_code == 200
    assert only().reference in page.content.decode()
    assert "non è ancora collegata" in page.content.decode()
    assert "iam_person" not in trip.client.session
    assert trip.client.get("/io/").status_code == 302
    assert (record.outcome, record.person) == ("eidas-da-collegare", None)
    assert json.loads(bytes(event.body))["facts"]["identity"] == str(only().pk)


def test_no_name_or_code_of_hers_is_readable_in_the_rows() -> None:
    arrives(LUCA)

    row = only()
    assert row.said.code == "PT/IT/DEMO-LUCA"
    assert row.said.state == "PT"
    for content in (row.sealed, *(event.body for event in AuditEvent.objects.all())):
        assert LUCA.family_name.encode() not in bytes(content)
        assert b"DEMO-LUCA" not in bytes(content)


@pytest.mark.parametrize("claimed", ["TINIT-{}", "{}", "tinit-{}"])
def test_a_codice_fiscale_that_another_state_claims_is_not_believed(claimed: str) -> None:
    """The first attack: a true foreign identity with the codice fiscale of the Super Utente."""
    elena = world.super_utente()

    trip, page = arrives(LUCA, fiscalNumber=claimed.format(ELENA.codice_fiscale))

    assert page.status_code == 200
    assert "iam_person" not in trip.client.session
    assert not AuditEvent.objects.filter(kind="accounts.person.entered", person=elena.id).exists()
    assert only().person is None


def test_the_name_and_the_birth_of_somebody_known_are_not_enough() -> None:
    world.operator(LUCA, CASE_MANAGER)

    trip, _ = arrives(LUCA)

    assert "iam_person" not in trip.client.session


def test_two_codes_that_differ_by_a_letter_are_two_identities() -> None:
    arrives(LUCA, spidCode="PT/IT/abc")
    arrives(LUCA, spidCode="PT/IT/ABC")

    assert ForeignIdentity.objects.count() == 2


def test_who_comes_twice_keeps_one_reference() -> None:
    arrives(LUCA)
    before = only().reference
    arrives(LUCA, name="Lucas")

    assert only().reference == before
    assert only().said.given_name == "Lucas"


def test_who_was_never_linked_is_forgotten_after_ninety_days() -> None:
    arrives(LUCA)
    old = only()
    ForeignIdentity.objects.update(last_seen=old.last_seen - timedelta(days=91))

    arrives(NORA)

    assert only().pk != old.pk


# --- linking


@pytest.mark.norma("eIDAS", "910/2014, 6", "collegamento al codice fiscale con un atto")
def test_once_linked_she_enters_with_her_own_profiles() -> None:
    luca = world.operator(LUCA, CASE_MANAGER)
    arrives(LUCA)
    link()

    trip, page = arrives(LUCA)

    assert page.status_code == 302
    assert trip.client.session["iam_person"] == str(luca.id)
    assert trip.client.session["iam_facts"]["scheme"] == "eidas"
    assert "Case Manager" in trip.client.get("/io/").content.decode()
    (event,) = events("accounts.foreign-identity.linked")
    assert json.loads(bytes(event.body))["facts"]["act"] == ACT


def test_a_link_needs_the_permission() -> None:
    world.person(LUCA)
    arrives(LUCA)
    for stranger in (world.amministratrice(), world.rpd(), world.actor(NORA)):
        with pytest.raises(Denied):
            actions.link_identity(
                stranger, identity=only().pk, codice_fiscale=LUCA.codice_fiscale, act=ACT
            )
        assert foreign_identities(stranger) == []

    assert only().person is None
    assert AuditEvent.objects.filter(kind="audit.action.denied").count() == 3


def test_nobody_links_an_identity_to_herself() -> None:
    elena = world.super_utente()
    arrives(ELENA)

    with pytest.raises(Denied) as refused:
        link(ELENA)

    assert refused.value.reasons == ("non-a-se-stessi",)
    with pytest.raises(IntegrityError), transaction.atomic():
        ForeignIdentity.objects.update(
            person=elena.id, linked_by=elena.id, linked_at=elena.at, act=ACT
        )


@pytest.mark.parametrize(
    ("refusal", "changes"),
    [
        (PersonNotOnRecord, {"codice_fiscale": NORA.codice_fiscale}),
        (BirthDatesDiffer, {"codice_fiscale": ANNA.codice_fiscale}),
        (ActOfLinkMissing, {"act": "  "}),
        (NotFound, {"identity": uuid4()}),
    ],
)
def test_a_link_that_cannot_be_right_is_refused(
    refusal: type[Exception], changes: dict[str, Any]
) -> None:
    world.person(LUCA)
    world.person(ANNA)
    arrives(LUCA)

    with pytest.raises(refusal):
        link(**changes)

    assert only().person is None


def test_an_identity_has_one_person() -> None:
    world.person(LUCA)
    arrives(LUCA)
    link()

    with pytest.raises(IdentityAlreadyLinked):
        link()


def test_undoing_the_link_closes_what_it_had_opened_and_nothing_else() -> None:
    world.operator(LUCA, CASE_MANAGER)
    arrives(LUCA)
    link()
    abroad, _ = arrives(LUCA)
    here = browser_of(LUCA)

    actions.unlink_identity(world.super_utente(), identity=only().pk, reason="Persona sbagliata")

    assert abroad.client.get("/io/").status_code == 302
    assert here.get("/io/").status_code == 200
    assert arrives(LUCA)[1].status_code == 200
    (event,) = events("accounts.foreign-identity.unlinked")
    assert json.loads(bytes(event.body))["facts"]["sessions"] == 1
    with pytest.raises(IdentityNotLinked):
        actions.unlink_identity(world.super_utente(), identity=only().pk, reason="Di nuovo")


def test_who_ceased_does_not_come_back_from_abroad() -> None:
    world.person(LUCA)
    arrives(LUCA)
    link()
    Person.objects.filter(pk=world.person(LUCA).pk).update(ceased_at=world.visitor().at)

    trip, page = arrives(LUCA)

    assert code_of(page) == "persona-cessata"
    assert "iam_person" not in trip.client.session


@pytest.mark.parametrize(
    ("day", "same"),
    [
        (str(LUCA.birth_date), True),
        (str(LUCA.birth_date.replace(year=LUCA.birth_date.year - 100)), True),
        (str(date(1999, 12, 31)), False),
        ("", False),
        ("ieri", False),
    ],
)
def test_the_day_of_birth_is_that_of_the_codice_fiscale(day: str, same: bool) -> None:
    assert read(LUCA.codice_fiscale).is_of_birth(day) is same


def test_the_day_of_birth_of_a_woman_counts_from_forty_one() -> None:
    assert read(ELENA.codice_fiscale).is_of_birth(ELENA.birth_date.isoformat())


# --- the pages


@pytest.fixture
def elena() -> Client:
    world.super_utente()
    return browser_of(ELENA)


def page_of(identity: UUID) -> str:
    return f"/identita-estere/{identity}/"


def test_the_super_utente_finds_links_and_undoes(elena: Client) -> None:
    world.person(LUCA)
    arrives(LUCA)
    row = only()
    found = elena.get("/identita-estere/", {"riferimento": f" {row.reference.lower()} "})

    assert LUCA.full_name in found.content.decode()
    wrong = elena.post(page_of(row.pk), {"codice_fiscale": NORA.codice_fiscale, "act": ACT})
    assert (wrong.status_code, "codice-fiscale-non-in-archivio" in wrong.content.decode()) == (
        400,
        True,
    )
    done = elena.post(page_of(row.pk), {"codice_fiscale": LUCA.codice_fiscale, "act": ACT})
    assert done["Location"] == "/identita-estere/"
    undone = elena.post(page_of(row.pk), {"reason": "Errore di persona"})
    assert undone["Location"] == "/identita-estere/"
    assert only().person is None


@pytest.mark.parametrize("who", [ANNA, LUCA, NORA])
def test_the_pages_are_for_who_may(who: Persona) -> None:
    world.amministratrice()
    world.operator(LUCA, CASE_MANAGER)
    arrives(NORA)
    browser = browser_of(who)

    for address in ("/identita-estere/", page_of(only().pk)):
        assert browser.get(address).status_code == 403
    assert browser.post(page_of(only().pk), {"reason": "x"}).status_code == 403


def test_the_list_asks_as_much_for_one_as_for_five(
    elena: Client, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for number in range(5):
        arrives(LUCA, spidCode=f"PT/IT/{number}")
    elena.get("/identita-estere/")

    with django_assert_max_num_queries(10):
        elena.get("/identita-estere/")
