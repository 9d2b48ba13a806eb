# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A message leaves with the act it tells, once; when nobody knows, it waits for receipts."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from demo.pec import MINISTRY
from demo.pec.servers import Handle
from iam.audit.guard import UnguardedActionError, action, require
from iam.kernel.actor import Actor
from iam.kernel.errors import DomainError
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL
from iam.notifications import actions, selectors, tasks
from iam.notifications.errors import (
    MessageAlreadyQueued,
    MessageNotDue,
    MessageTooLarge,
    NoRecipient,
    OutcomeStillAwaited,
    RecipientNotUsable,
)
from iam.notifications.models import OutboxMessage
from iam.notifications.types import MessageState
from tests.notifications.post import (
    ENTE,
    events,
    jobs,
    notify,
    reader,
    run_jobs,
    sender,
    state,
)

pytestmark = pytest.mark.django_db


def test_a_rolled_back_act_leaves_no_message_and_no_job() -> None:
    class Changed(DomainError):
        code = "cambiato"
        message = "Nel frattempo qualcosa è cambiato. Riprova."

    def fault() -> None:
        raise Changed

    with pytest.raises(Changed):
        notify(sender(), fault=fault)

    assert not OutboxMessage.objects.exists()
    assert jobs() == []


def test_a_message_is_written_only_inside_an_act() -> None:
    with pytest.raises(UnguardedActionError):
        actions.send_pec(
            sender(),
            to=ENTE,
            subject="",
            body="",
            dedupe_key="1",
            about=sender().id,
            kind="tests.notice",
        )


def test_the_same_key_never_leaves_twice() -> None:
    notify(sender(), key="pratica-1-esito")

    with pytest.raises(MessageAlreadyQueued):
        notify(sender(), key="pratica-1-esito")

    assert OutboxMessage.objects.count() == 1
    assert [name for _, name, _ in jobs()] == ["notifications.send"]


@pytest.mark.parametrize("to", ["", " ", ()])
def test_a_message_needs_an_address(to: str) -> None:
    with pytest.raises(NoRecipient):
        notify(sender(), to=to)


@pytest.mark.parametrize(
    "to",
    ["ufficio", "a@b@c", "a b@pec.example", "a@pec.example\nBcc: altri@pec.example", "a,b@pec.it"],
)
def test_an_address_that_is_not_one_is_refused_before_anything_is_written(to: str) -> None:
    with pytest.raises(RecipientNotUsable):
        notify(sender(), to=to)


def test_a_message_too_large_for_a_pec_is_refused_when_it_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(actions, "LARGEST_BYTES", 20)

    notify(sender(), files=[b"x" * 10, b"y" * 10])
    with pytest.raises(MessageTooLarge):
        notify(sender(), files=[b"x" * 10, b"y" * 11])


def test_a_message_leaves_by_real_smtp_and_its_receipts_come_back_by_real_imap(
    provider: Handle,
) -> None:
    message = notify(sender(), to=[ENTE, "altro+mancata@pec.simulata.example"], files=[b"%PDF-1"])

    assert run_jobs() == ["notifications.send"]
    assert state(message).state is MessageState.INVIATO

    provider.provider.finish()
    tasks.take_new_messages()

    assert state(message).state is MessageState.NON_CONSEGNATO
    assert [to.state for to in state(message).recipients] == ["consegnato", "non-consegnato"]
    assert [receipt.kind for receipt in state(message).receipts] == [
        "accettazione",
        "avvenuta-consegna",
        "errore-consegna",
    ]
    assert events()[:3] == [
        "notifications.message.queued",
        "notifications.message.attempted",
        "notifications.message.sent",
    ]
    delivered = provider.provider.mailboxes.of(ENTE).messages()
    assert len(delivered) == 1
    assert f"iam.{message.hex}".encode() in delivered[0].content


def test_a_job_that_runs_twice_sends_once(provider: Handle) -> None:
    message = notify(sender())

    tasks.send(message=str(message))
    tasks.send(message=str(message))

    assert _taken(provider) == 1
    with pytest.raises(MessageNotDue):
        actions.begin_sending(sender(), message=message)


def test_a_provider_that_is_away_is_asked_again_later(provider: Handle, settings: Settings) -> None:
    provider.stop()
    message = notify(sender())

    tasks.send(message=str(message))

    assert state(message).state is MessageState.DA_INVIARE
    assert events()[-1] == "notifications.message.postponed"
    row = OutboxMessage.objects.get()
    assert selectors.due_messages(at=row.next_at - timedelta(seconds=1)) == ()
    assert selectors.due_messages(at=row.next_at) == (message,)


def test_a_message_refused_at_once_is_told_as_not_accepted(provider: Handle) -> None:
    message = notify(sender(), to="nome!rifiutato@pec.simulata.example")

    tasks.send(message=str(message))

    assert state(message).state is MessageState.NON_ACCETTATO
    assert events()[-1] == "notifications.message.failed"
    assert "notifications.react_to_outcome" in [name for _, name, _ in jobs()]


def test_a_wrong_password_is_a_delay_and_not_the_end(provider: Handle, settings: Settings) -> None:
    settings.PEC = settings.PEC | {"PASSWORD": "sbagliata"}
    message = notify(sender())

    tasks.send(message=str(message))

    assert state(message).state is MessageState.DA_INVIARE
    assert "sbagliata" not in OutboxMessage.objects.get().last_answer


@pytest.fixture
def silent_provider(settings: Settings) -> Iterator[list[bytes]]:
    """A provider that takes the whole message and closes before it answers."""
    listening = socket.create_server(("127.0.0.1", 0))
    taken: list[bytes] = []

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, connection.makefile("rwb") as stream:
            stream.write(b"220 pronto\r\n")
            stream.flush()
            for line in stream:
                word = line[:4].upper()
                if word == b"EHLO":
                    stream.write(b"250-pec\r\n250 AUTH PLAIN\r\n")
                elif word == b"AUTH":
                    stream.write(b"235 ok\r\n")
                elif word == b"DATA":
                    stream.write(b"354 scrivi\r\n")
                    stream.flush()
                    taken.append(_until_the_dot(stream))
                    return
                else:
                    stream.write(b"250 ok\r\n")
                stream.flush()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    settings.PEC = {
        "SMTP_URL": f"smtp://127.0.0.1:{listening.getsockname()[1]}",
        "IMAP_URL": "imap://127.0.0.1:1",
        "ADDRESS": MINISTRY,
        "PASSWORD": "x",
    }
    yield taken
    listening.close()
    thread.join(timeout=5)


def test_when_the_answer_never_comes_the_outcome_is_unknown_and_nothing_is_sent_again(
    silent_provider: list[bytes],
) -> None:
    message = notify(sender())

    tasks.send(message=str(message))

    assert len(silent_provider) == 1
    assert state(message).state is MessageState.ESITO_IGNOTO
    assert events()[-1] == "notifications.message.outcome-unknown"
    assert selectors.due_messages(at=sender().at + timedelta(days=30)) == ()


def test_a_crash_between_the_sending_and_its_record_is_told_by_the_receipts(
    provider: Handle,
) -> None:
    """The process dies after the provider took the message: the record says unknown."""
    from iam.notifications.pec.account import Account
    from iam.notifications.pec.submission import submit

    message = notify(sender())
    letter = actions.begin_sending(sender(), message=message)
    submit(Account.from_settings(), letter.content, recipients=letter.recipients)
    # Here the process is killed: note_attempt never runs, and the job starts again.
    tasks.send(message=str(message))
    tasks.send_due.func(timestamp=0)
    run_jobs()

    assert state(message).state is MessageState.ESITO_IGNOTO
    assert _taken(provider) == 1

    provider.provider.finish()
    tasks.take_new_messages()

    assert state(message).state is MessageState.CONSEGNATO
    assert state(message).sent_at is not None


@action(needs=Permission.PEC_SEND)
def decide_to_send_again(actor: Actor, /, *, message: Any) -> None:
    require(actor, Permission.PEC_SEND, on=NATIONAL)
    actions.send_again(actor, message=message)


def test_only_a_person_sends_again_what_nobody_knows_of_and_only_after_waiting(
    provider: Handle,
) -> None:
    message = notify(sender())
    actions.begin_sending(sender(), message=message)

    with pytest.raises(OutcomeStillAwaited):
        decide_to_send_again(sender(), message=message)

    attempted = sender().at - timedelta(hours=1)
    OutboxMessage.objects.filter(pk=message).update(attempted_at=attempted)
    decide_to_send_again(sender(), message=message)
    run_jobs()

    assert state(message).state is MessageState.INVIATO
    with pytest.raises(MessageNotDue):
        decide_to_send_again(sender(), message=message)


def test_a_message_is_seen_only_by_who_may_read_its_practice() -> None:
    about = state(notify(sender())).about
    reads = reader(Permission.ACCREDITATION_READ)

    assert len(selectors.messages_about(reads, about)) == 1
    assert selectors.messages_about(reader(Permission.GRANT_READ), about) == ()
    assert selectors.messages_about(sender(), about) == ()


@pytest.mark.parametrize("many", [1, 5])
def test_a_list_of_messages_asks_the_database_as_often_for_one_as_for_five(
    many: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    about = uuid4()
    for _ in range(many):
        notify(sender(), about=about)
    reads = reader(Permission.ACCREDITATION_READ)

    with django_assert_num_queries(3):
        assert len(selectors.messages_about(reads, about)) == many


def _taken(provider: Handle) -> int:
    """Return how many times the provider took the message."""
    provider.provider.finish()
    return len(provider.provider.mailboxes.of(ENTE).messages())


def _until_the_dot(stream: Any) -> bytes:
    lines = []
    for line in stream:
        if line == b".\r\n":
            break
        lines.append(line)
    return b"".join(lines)
