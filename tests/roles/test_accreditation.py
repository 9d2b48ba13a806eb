# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the form to the delivered notice: how an Ambito gets its Amministratrice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo.pec.certify import ProviderKey
from demo.pec.compose import authorisation_note
from demo.personas import ANNA, ELENA, NORA, PIETRO, Persona
from iam.audit.models import AuditEvent
from iam.kernel import places
from iam.kernel.actor import Actor
from iam.kernel.errors import Denied, InvalidInput, NotFound
from iam.roles import selectors as rights
from iam.roles.accreditation import actions, judging, selectors
from iam.roles.accreditation.errors import (
    ActAlreadySigned,
    ActNotSignedYet,
    DocumentsMissing,
    FormAlreadySubmitted,
    LinkExpired,
    LinkUnknown,
    NotTheDesignatedPerson,
    PracticeElsewhere,
)
from iam.roles.accreditation.models import (
    Accreditation,
    CountersignLink,
    DocumentKind,
    IncomingNote,
    NoteOutcome,
    State,
)
from iam.roles.accreditation.types import Bucket, CandidateForm
from iam.roles.errors import ReasonMissing, RolesIncompatible
from iam.roles.types import AMMINISTRATORE_AMBITO
from iam.signatures.types import Reason
from tests import world
from tests.notifications.post import Inbox, certified, letter_from, run_jobs
from tests.signatures.trial import Trial

AMBITO = world.AMBITO_BOVEZZO
DOMICILE = f"ambito.{AMBITO.lower()}@pec.simulata.example"
PDF = "application/pdf"


def form_of(persona: Persona) -> CandidateForm:
    return CandidateForm(
        codice_fiscale=persona.codice_fiscale,
        given_name=persona.given_name,
        family_name=persona.family_name,
        birth_date=persona.birth_date,
        birth_place=persona.birth_place_code,
        gender=persona.gender,
        email=persona.email,
        phone=persona.phone,
    )


def compiled(persona: Persona = ANNA) -> Accreditation:
    return actions.submit_form(world.visitor(), ambito=AMBITO, form=form_of(persona))


INBOX = Inbox()
"""One mailbox for all: its numbers never come again."""


def arrives(message: bytes) -> None:
    """The worker takes the message and lets every room react."""
    reading = INBOX.take(message)
    assert reading.is_certified, (reading.verdict, reading.verdict_detail, reading.envelope.problem)
    run_jobs()


def note_arrives(key: ProviderKey, *, sender: str = DOMICILE, **changes: object) -> None:
    """The ente writes; the worker takes the message and shows it to the rooms."""
    letter = authorisation_note(AMBITO, ANNA, on=world.today(), **changes)  # type: ignore[arg-type]
    arrives(letter_from(sender, bytes(letter), key=key))


def state() -> State:
    return State(Accreditation.objects.get(ambito=AMBITO).state)


def counts() -> tuple[int, ...]:
    """Return the counts, after checking each against its list."""
    elena = world.super_utente()
    counted = selectors.bucket_counts(elena)
    for bucket, number in counted.items():
        assert len(selectors.ambiti_in(elena, bucket)) == number
    assert sum(counted.values()) == len(world.AMBITI)
    return tuple(counted[bucket] for bucket in Bucket)


def kinds() -> list[str]:
    found = AuditEvent.objects.filter(kind__startswith="roles.accreditation.").order_by("pk")
    return [
        kind.removeprefix("roles.accreditation.") for kind in found.values_list("kind", flat=True)
    ]


@pytest.fixture(autouse=True)
def small_italy(db: None) -> None:
    world.build()


@pytest.fixture
def in_review(trust: Trial, provider_key: ProviderKey) -> UUID:
    compiled()
    note_arrives(provider_key)
    practice = Accreditation.objects.get(ambito=AMBITO)
    actions.start_review(world.super_utente(), accreditation=practice.pk)
    return practice.pk


@pytest.fixture
def prepared(in_review: UUID) -> UUID:
    elena = world.super_utente()
    actions.prepare_act(
        elena, accreditation=in_review, protocol_number="4143", protocol_date=elena.on
    )
    return in_review


def signed_by(trust: Trial, who: str, practice: UUID) -> bytes:
    elena = world.super_utente()
    file = selectors.final_act(elena, selectors.practice_with(elena, practice))
    return trust.signed(who, pdf=file.content)


@pytest.fixture
def signed(trust: Trial, prepared: UUID) -> UUID:
    verdict = judging.submit_signed_act(
        world.super_utente(),
        accreditation=prepared,
        content=signed_by(trust, "paolo", prepared),
        name="atto-firmato.pdf",
        media_type=PDF,
    )
    assert verdict.accepted, verdict
    return prepared


@pytest.fixture
def countersigned(trust: Trial, signed: UUID) -> UUID:
    invitation = actions.invite_to_countersign(world.super_utente(), accreditation=signed)
    verdict = judging.submit_countersigned_act(
        world.visitor(),
        person=world.person(ANNA).pk,
        level=2,
        token=invitation.token,
        content=signed_by(trust, "anna", signed),
        name="atto-controfirmato.pdf",
        media_type=PDF,
    )
    assert verdict.accepted, verdict
    return signed


def test_the_whole_practice_counted_at_every_step(trust: Trial, provider_key: ProviderKey) -> None:
    assert counts() == (3, 0, 0, 0)
    practice = compiled()
    assert counts() == (2, 1, 0, 0)

    note_arrives(provider_key)
    assert state() is State.DOCUMENTAZIONE_RICEVUTA
    assert counts() == (2, 0, 1, 0)

    elena = world.super_utente()
    actions.start_review(
        elena, accreditation=practice.pk, protocol_number="99", protocol_date=elena.on
    )
    actions.prepare_act(
        elena, accreditation=practice.pk, protocol_number="4143", protocol_date=elena.on
    )
    content = signed_by(trust, "paolo", practice.pk)
    assert judging.submit_signed_act(
        elena, accreditation=practice.pk, content=content, name="a.pdf", media_type=PDF
    ).accepted
    invitation = actions.invite_to_countersign(elena, accreditation=practice.pk)
    anna = world.person(ANNA).pk
    shown = selectors.act_to_countersign(anna, invitation.token, at=elena.at)
    assert shown.content == content
    assert judging.submit_countersigned_act(
        world.visitor(),
        person=anna,
        level=2,
        token=invitation.token,
        content=trust.signed("anna", pdf=shown.content),
        name="b.pdf",
        media_type=PDF,
    ).accepted
    assert state() is State.ATTO_CONTROFIRMATO
    assert world.actor(ANNA).held == ()
    assert counts() == (2, 0, 1, 0)

    registered = actions.register_administrator(world.super_utente(), accreditation=practice.pk)

    (held,) = world.actor(ANNA).held
    assert (held.role, held.place) == (AMMINISTRATORE_AMBITO, places.ambito(AMBITO))
    assert state() is State.CENSITO
    assert counts() == (2, 0, 0, 1)

    assert registered.notice is not None
    arrives(certified(registered.notice, "accettazione", key=provider_key, to=DOMICILE))
    assert state() is State.CENSITO
    delivered = certified(
        registered.notice, "avvenuta-consegna", key=provider_key, to=DOMICILE, delivered_to=DOMICILE
    )
    arrives(delivered)
    assert state() is State.COMUNICATO
    assert counts() == (2, 0, 0, 1)
    assert kinds() == [
        "compiled",
        "note-received",
        "review-started",
        "act-prepared",
        "act-uploaded",
        "act-judged",
        "countersign-invited",
        "act-uploaded",
        "act-judged",
        "registered",
        "communicated",
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"codice_fiscale": "CLMNNA81H54B157M"}, "codice-fiscale-controllo"),
        ({"family_name": "Rossi"}, "codice-fiscale-cognome"),
        ({"birth_place": "H501"}, "codice-fiscale-luogo"),
        ({"gender": "M"}, "codice-fiscale-genere"),
        ({"email": " "}, "contatti-mancanti"),
    ],
)
def test_a_form_that_does_not_agree_is_refused_with_its_sentence(
    change: dict[str, Any], code: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        actions.submit_form(world.visitor(), ambito=AMBITO, form=replace(form_of(ANNA), **change))
    assert refusal.value.code == code
    assert not Accreditation.objects.exists()


def test_the_form_is_compiled_once() -> None:
    compiled()
    with pytest.raises(FormAlreadySubmitted):
        compiled(NORA)


@pytest.mark.parametrize(
    ("sender", "outcome"),
    [
        ("sconosciuto@pec.simulata.example", NoteOutcome.UNKNOWN_SENDER),
        ("ambito.mn-01@pec.simulata.example", NoteOutcome.NO_PRACTICE),
    ],
)
def test_a_note_that_matches_nothing_waits_and_is_tied_by_hand(
    trust: Trial, provider_key: ProviderKey, sender: str, outcome: NoteOutcome
) -> None:
    compiled()
    note_arrives(provider_key, sender=sender)

    elena = world.super_utente()
    (note,) = selectors.notes_to_examine(elena)
    assert note.outcome == outcome
    assert state() is State.DATI_COMPILATI
    assert not selectors.notes_to_examine(world.amministratore_altrove())

    actions.tie_note(elena, note=note.pk, ambito=AMBITO)
    assert state() is State.DOCUMENTAZIONE_RICEVUTA
    assert not selectors.notes_to_examine(elena)


def test_the_pec_of_the_comune_capofila_counts_too(trust: Trial, provider_key: ProviderKey) -> None:
    compiled()
    note_arrives(provider_key, sender="comune.b102@pec.simulata.example")
    assert state() is State.DOCUMENTAZIONE_RICEVUTA


def test_an_incomplete_note_says_what_is_missing_and_a_second_one_completes_it(
    trust: Trial, provider_key: ProviderKey
) -> None:
    practice = compiled()
    note_arrives(provider_key, without=["codice-fiscale"])
    assert state() is State.DATI_COMPILATI
    assert selectors.missing_papers(practice) == (DocumentKind.CODICE_FISCALE,)
    assert IncomingNote.objects.get().missing == "Copia del codice fiscale"
    with pytest.raises(DocumentsMissing) as refusal:
        actions.start_review(world.super_utente(), accreditation=practice.pk)
    assert "copia del codice fiscale" in refusal.value.sentence

    note_arrives(provider_key)
    assert state() is State.DOCUMENTAZIONE_RICEVUTA


def test_a_request_of_integration_leaves_by_pec_and_the_answer_brings_the_practice_back(
    in_review: UUID, provider_key: ProviderKey
) -> None:
    elena = world.super_utente()
    with pytest.raises(ReasonMissing):
        actions.request_integration(elena, accreditation=in_review, text=" ")
    actions.request_integration(elena, accreditation=in_review, text="La nota non è leggibile.")
    assert state() is State.INTEGRAZIONE_RICHIESTA
    note_arrives(provider_key)
    assert state() is State.DOCUMENTAZIONE_RICEVUTA


def test_only_the_director_on_record_signs_for_the_ministry(trust: Trial, prepared: UUID) -> None:
    elena = world.super_utente()
    verdict = judging.submit_signed_act(
        elena,
        accreditation=prepared,
        content=signed_by(trust, "pietro", prepared),
        name="atto.pdf",
        media_type=PDF,
    )
    assert verdict.reason is Reason.WRONG_PERSON
    with pytest.raises(ActNotSignedYet):
        actions.invite_to_countersign(elena, accreditation=prepared)
    (kept,) = selectors.signed_acts(elena, selectors.practice_with(elena, prepared))
    assert kept.verdict is not None
    assert kept.verdict.reason is Reason.WRONG_PERSON
    assert kept.report_hash == verdict.report_hash


def test_an_act_altered_after_signing_is_refused(trust: Trial, prepared: UUID) -> None:
    content = signed_by(trust, "paolo", prepared)
    verdict = judging.submit_signed_act(
        world.super_utente(),
        accreditation=prepared,
        content=content + b"\n% una riga in piu\n",
        name="atto.pdf",
        media_type=PDF,
    )
    assert not verdict.accepted
    assert Accreditation.objects.get(pk=prepared).signed_at is None


def test_an_accepted_signature_is_not_uploaded_twice(trust: Trial, signed: UUID) -> None:
    with pytest.raises(ActAlreadySigned):
        judging.submit_signed_act(
            world.super_utente(),
            accreditation=signed,
            content=signed_by(trust, "paolo", signed),
            name="atto.pdf",
            media_type=PDF,
        )


def test_the_link_opens_only_to_the_designated_person(signed: UUID) -> None:
    elena = world.super_utente()
    first = actions.invite_to_countersign(elena, accreditation=signed)
    second = actions.invite_to_countersign(elena, accreditation=signed)
    anna, pietro = world.person(ANNA).pk, world.person(PIETRO).pk

    with pytest.raises(LinkUnknown):
        selectors.act_to_countersign(anna, first.token, at=elena.at)
    with pytest.raises(LinkUnknown):
        selectors.act_to_countersign(anna, "inventato", at=elena.at)
    with pytest.raises(NotTheDesignatedPerson) as refusal:
        selectors.act_to_countersign(pietro, second.token, at=elena.at)
    assert ANNA.family_name not in refusal.value.sentence
    with pytest.raises(LinkUnknown):
        selectors.act_to_countersign(pietro, "", at=elena.at)
    with pytest.raises(LinkExpired):
        selectors.act_to_countersign(anna, second.token, at=elena.at + timedelta(days=30))
    assert selectors.act_to_countersign(anna, second.token, at=elena.at).content
    assert selectors.act_to_countersign(anna, "", at=elena.at).content
    stored = CountersignLink.objects.get(cancelled_at=None)
    assert second.token.encode() not in bytes(stored.token_sha256)


def test_a_countersignature_of_somebody_else_is_refused(trust: Trial, signed: UUID) -> None:
    invitation = actions.invite_to_countersign(world.super_utente(), accreditation=signed)
    verdict = judging.submit_countersigned_act(
        world.visitor(),
        person=world.person(ANNA).pk,
        level=2,
        token=invitation.token,
        content=signed_by(trust, "pietro", signed),
        name="atto.pdf",
        media_type=PDF,
    )
    assert not verdict.accepted
    assert state() is State.ATTO_PREDISPOSTO


def test_nobody_is_registered_before_the_countersignature(signed: UUID) -> None:
    with pytest.raises(PracticeElsewhere):
        actions.register_administrator(world.super_utente(), accreditation=signed)
    assert world.actor(ANNA).held == ()


def test_who_holds_another_role_is_not_registered(countersigned: UUID) -> None:
    world.holding(ANNA, AMMINISTRATORE_AMBITO, places.ambito(world.AMBITO_MANTOVA))
    from iam.roles.models import Grant

    Grant.objects.update(incompatibility="operatori")
    world.super_utente()
    Grant.objects.filter(role="SUPER_UTENTE").update(incompatibility="super-utente")
    with pytest.raises(RolesIncompatible):
        actions.register_administrator(world.super_utente(), accreditation=countersigned)
    assert state() is State.ATTO_CONTROFIRMATO


def test_a_super_utente_does_not_register_herself(trust: Trial, in_review: UUID) -> None:
    practice = Accreditation.objects.get(pk=in_review)
    from iam.kernel.keyring import keyring

    practice.codice_fiscale = keyring().encrypt(
        ELENA.codice_fiscale.encode(), about=practice.pk.bytes
    )
    practice.save()
    with pytest.raises(Denied) as refusal:
        actions.register_administrator(world.super_utente(), accreditation=in_review)
    assert refusal.value.reasons == ("non-a-se-stessi",)


def test_only_the_ministry_works_on_a_practice(in_review: UUID) -> None:
    marco = world.amministratore_altrove()
    attempts: list[Callable[[Actor], object]] = [
        lambda who: actions.prepare_act(
            who, accreditation=in_review, protocol_number="1", protocol_date=who.on
        ),
        lambda who: actions.refuse(who, accreditation=in_review, reason="no"),
        lambda who: actions.register_administrator(who, accreditation=in_review),
        lambda who: actions.invite(who, ambito=world.AMBITO_BRESCIA),
    ]
    for attempt in attempts:
        for who in (marco, world.rpd(), world.actor(NORA)):
            with pytest.raises(Denied):
                attempt(who)
    with pytest.raises(NotFound):
        selectors.practice_with(marco, in_review)
    assert not selectors.network(marco)
    assert sum(selectors.bucket_counts(marco).values()) == 0


def test_a_ceased_amministratrice_loses_everything_and_the_ambito_starts_again(
    countersigned: UUID,
) -> None:
    actions.register_administrator(world.super_utente(), accreditation=countersigned)
    anna = world.actor(ANNA)
    assert anna.held
    actions.cease_administrator(
        world.super_utente(), accreditation=countersigned, reason="Trasferita"
    )
    assert rights.held_by(anna.id, anna.on) == ()
    assert counts() == (3, 0, 0, 0)
    compiled(NORA)
    assert counts() == (2, 1, 0, 0)


def test_a_refused_practice_leaves_room_for_another() -> None:
    elena = world.super_utente()
    practice = compiled()
    actions.refuse(elena, accreditation=practice.pk, reason="Persona non autorizzata")
    assert counts() == (3, 0, 0, 0)
    actions.invite(elena, ambito=AMBITO)
    assert counts() == (3, 0, 0, 0)


def test_the_table_by_regione_adds_up(django_assert_num_queries: object) -> None:
    compiled()
    elena = world.super_utente()
    with django_assert_num_queries(2):  # type: ignore[operator]
        (lombardia,) = selectors.region_table(elena)
    assert lombardia.total == 3
    assert lombardia.counts[Bucket.SENZA_DOCUMENTAZIONE] == 1


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(states=st.lists(st.sampled_from(State), min_size=3, max_size=3))
def test_whatever_the_states_each_count_is_its_list(states: list[State]) -> None:
    from django.db import transaction

    world.super_utente()
    with transaction.atomic():
        for (ambito, _), wanted in zip(world.AMBITI.items(), states, strict=True):
            _put(ambito, wanted)
        counts()
        transaction.set_rollback(True)


def _put(ambito: str, wanted: State) -> None:
    """Write a practice straight in the state; only what the constraints ask."""
    now = world.visitor()
    holder = world.holding(NORA, AMMINISTRATORE_AMBITO, places.ambito(ambito))
    grant = next(h.grant for h in holder.held if h.place.ambito == ambito)
    Accreditation.objects.create(
        ambito_id=ambito,
        state=wanted.value,
        opened_at=now.at,
        changed_at=now.at,
        given_name="Nora",
        family_name="Nessuno",
        email=NORA.email,
        codice_fiscale_index=b"x" * 32,
        birth_date=NORA.birth_date,
        grant_id=grant,
        registered_at=now.at,
        communicated_at=now.at,
    )
