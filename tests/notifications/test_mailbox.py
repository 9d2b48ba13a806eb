# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is in the mailbox is kept once and acted on once, whatever happens to who reads it."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest

from demo.pec import DOMAIN, MINISTRY
from demo.pec.certify import ProviderKey
from demo.pec.compose import authorisation_note, sample_pdf, send
from demo.pec.servers import Handle
from demo.personas import ANNA
from iam.audit.guard import action, require
from iam.kernel.actor import Actor
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL
from iam.notifications import actions, selectors, tasks
from iam.notifications import events as room
from iam.notifications.errors import IncomingAlreadyExamined, MessageAlreadyFetched
from iam.notifications.models import FetchedMessage, IncomingMessage, Receipt
from iam.notifications.types import Incoming, IncomingState
from iam.signatures.selectors import stored_file
from tests.notifications.post import (
    ALTRO_ENTE,
    AT,
    ENTE,
    Inbox,
    certified,
    events,
    letter_from,
    receiver,
    run_jobs,
    sent,
    state,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 29)


@action(needs=Permission.PEC_RECEIVE)
def match(actor: Actor, /, *, message: Any, about: Any) -> None:
    """The action of a room above that knows which practice a message is about."""
    require(actor, Permission.PEC_RECEIVE, on=NATIONAL)
    actions.match_incoming(actor, message=message, about=about)


@action(needs=Permission.PEC_RECEIVE)
def discard(actor: Actor, /, *, message: Any) -> None:
    require(actor, Permission.PEC_RECEIVE, on=NATIONAL)
    actions.discard_incoming(actor, message=message, because="pubblicità")


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Incoming]:
    """What a room above is shown."""
    heard: list[Incoming] = []

    def look(message: Incoming, /, *, at: datetime) -> None:
        heard.append(message)

    monkeypatch.setattr(room, "_on_incoming", [look])
    return heard


def test_a_note_of_an_ente_arrives_whole_and_certified(
    provider: Handle, seen: list[Incoming]
) -> None:
    note = authorisation_note("BS-04", ANNA, on=TODAY, ambito_name="Bovezzo")
    send(note, smtp_port=provider.smtp_port)
    provider.provider.finish()

    assert tasks.take_new_messages() == 1
    run_jobs()

    (message,) = seen
    assert (message.sender, message.certified) == (ENTE, True)
    assert message.state is IncomingState.DA_ESAMINARE
    assert "Anna Colombo" in message.text
    assert [file.name for file in message.attachments] == [
        "nota-di-autorizzazione.pdf",
        "documento-identita-anna-colombo.pdf",
        "codice-fiscale-anna-colombo.pdf",
    ]
    first = message.attachments[0].file
    assert first is not None
    assert stored_file(first).content.startswith(b"%PDF")
    assert events() == ["notifications.incoming.received"]


def test_a_second_look_at_the_mailbox_finds_nothing_new(provider: Handle) -> None:
    send(authorisation_note("BS-04", ANNA, on=TODAY), smtp_port=provider.smtp_port)
    provider.provider.finish()

    assert [tasks.take_new_messages() for _ in range(3)] == [1, 0, 0]
    assert IncomingMessage.objects.count() == 1


def test_a_mailbox_numbered_anew_brings_nothing_twice(provider: Handle) -> None:
    send(authorisation_note("BS-04", ANNA, on=TODAY), smtp_port=provider.smtp_port)
    provider.provider.finish()
    tasks.take_new_messages()

    folder = provider.provider.folder / "mailboxes" / MINISTRY / "uidvalidity"
    folder.write_text(str(int(folder.read_text()) + 1))

    assert tasks.take_new_messages() == 1
    assert IncomingMessage.objects.count() == 1
    assert events()[-1] == "notifications.incoming.repeated"


def test_reading_the_mailbox_leaves_it_as_it_was(provider: Handle) -> None:
    send(authorisation_note("BS-04", ANNA, on=TODAY), smtp_port=provider.smtp_port)
    provider.provider.finish()
    tasks.take_new_messages()

    (message,) = provider.provider.mailboxes.of(MINISTRY).messages()
    assert message.flags == ()


def test_a_mailbox_that_does_not_answer_waits_for_the_next_turn(provider: Handle) -> None:
    provider.stop()

    assert tasks.take_new_messages() == 0


def test_two_jobs_that_meet_on_one_message_act_once(provider_key: ProviderKey) -> None:
    from iam.audit.clock import now
    from iam.notifications.pec.reading import read_message
    from iam.signatures.selectors import trust_in_use

    raw = letter_from(ENTE, b"From: a@b.example\r\n\r\nciao\r\n", key=provider_key)
    place: Any = {"mailbox": MINISTRY, "uidvalidity": 1, "uid": 7}
    reading = read_message(raw, trust=trust_in_use(), at=now())
    actions.receive(receiver(), **place, reading=reading)

    with pytest.raises(MessageAlreadyFetched):
        actions.receive(receiver(), **place, reading=reading)

    assert FetchedMessage.objects.count() == IncomingMessage.objects.count() == 1


def test_ordinary_mail_is_kept_but_never_certified(provider: Handle, seen: list[Incoming]) -> None:
    note = authorisation_note("BS-04", ANNA, on=TODAY, sender=ENTE)
    provider.provider.receive_ordinary(sender=ENTE, to=MINISTRY, letter=note.as_bytes())

    tasks.take_new_messages()
    run_jobs()

    (message,) = seen
    assert (message.sender, message.certified) == (ENTE, False)
    assert len(message.attachments) == 3


def test_an_envelope_that_nobody_signed_is_not_certified(provider_key: ProviderKey) -> None:
    raw = letter_from(ENTE, b"From: a@b.example\r\n\r\nciao\r\n", key=provider_key)

    Inbox().take(raw.replace(b"ciao", b"pago"))

    message = IncomingMessage.objects.get()
    assert (message.certified, message.verdict) == (False, "non-valida")


def test_a_true_envelope_sent_on_to_us_by_another_is_not_certified(
    provider_key: ProviderKey,
) -> None:
    letter = b"From: a@b.example\r\n\r\nciao\r\n"

    Inbox().take(letter_from(ENTE, letter, key=provider_key, to=ALTRO_ENTE))

    assert IncomingMessage.objects.get().certified is False


def test_a_message_that_cannot_be_read_is_kept_for_a_person() -> None:
    Inbox().take(b"X-Trasporto: posta-certificata\r\n\r\n\x00\xff")

    message = IncomingMessage.objects.get()
    assert message.state == IncomingState.DA_ESAMINARE
    assert message.certified is False


def test_a_message_is_matched_once(provider_key: ProviderKey) -> None:
    Inbox().take(letter_from(ENTE, b"From: a@b.example\r\n\r\nciao\r\n", key=provider_key))
    message, about = IncomingMessage.objects.get(), uuid4()

    match(receiver(), message=message.pk, about=about)

    assert selectors.incoming(message.pk).state is IncomingState.ABBINATO
    assert events().count("notifications.incoming.matched") == 1
    with pytest.raises(IncomingAlreadyExamined):
        match(receiver(), message=message.pk, about=uuid4())
    with pytest.raises(IncomingAlreadyExamined):
        discard(receiver(), message=message.pk)


def test_what_arrived_is_hidden_from_who_does_not_review() -> None:
    Inbox().take(b"From: a@b.example\r\nSubject: prova\r\n\r\nciao\r\n")

    assert selectors.incoming_to_examine(receiver()) == ()


def test_a_signature_that_could_not_be_checked_is_checked_again(
    provider_key: ProviderKey,
) -> None:
    """The row says what was known; the job that follows learns more, and acts on it once."""
    message = sent()
    Inbox().take(certified(message, "avvenuta-consegna", key=provider_key, delivered_to=ENTE))
    receipt = Receipt.objects.get()
    _as_it_was_before_the_check(receipt, message)

    tasks.verify_again(fetched=str(receipt.fetched_id))
    tasks.verify_again(fetched=str(receipt.fetched_id))

    assert state(message).state == "consegnato"
    assert events().count("notifications.message.delivered") == 2
    assert Receipt.objects.get().at == AT


def _as_it_was_before_the_check(receipt: Receipt, message: Any) -> None:
    """Put the rows back to what a provider's certificate out of reach leaves."""
    from iam.notifications.models import OutboxMessage, OutboxRecipient

    Receipt.objects.filter(pk=receipt.pk).update(verdict="non-verificabile", applied=False)
    OutboxRecipient.objects.filter(message=message).update(state="in-attesa", at=None)
    OutboxMessage.objects.filter(pk=message).update(state="inviato", settled_at=None)


def test_a_message_larger_than_one_stored_file_is_kept_in_pieces(
    provider_key: ProviderKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "PIECE_BYTES", 1000)
    raw = letter_from(ENTE, b"From: a@b.example\r\n\r\nciao\r\n", key=provider_key)

    Inbox().take(raw)

    parts = FetchedMessage.objects.get().parts.all()
    assert len(parts) > 2
    assert b"".join(stored_file(part.file_id).content for part in parts) == raw


def test_the_simulated_papers_say_so() -> None:
    assert sample_pdf("Prova", "riga").startswith(b"%PDF")
    assert authorisation_note("BS-04", ANNA, on=TODAY, without=["nota"])["From"] == (
        f"ambito.bs-04@{DOMAIN}"
    )
