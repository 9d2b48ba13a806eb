# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words for the tests of this room: send, receive, run the jobs, look at the register."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from django.db import connection
from procrastinate.contrib.django import app

from demo.pec import DOMAIN, MINISTRY
from demo.pec.certify import Facts, ProviderKey, envelope, new_identificativo, receipt
from iam.audit.clock import now
from iam.audit.guard import action, require
from iam.audit.models import AuditEvent
from iam.kernel.actor import Actor, Held, day_in_rome
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL
from iam.notifications import actions, selectors
from iam.notifications.pec.letter import reference_of
from iam.notifications.pec.reading import Reading, read_message
from iam.notifications.types import Message
from iam.signatures.actions import keep
from iam.signatures.selectors import trust_in_use

ENTE = f"ambito.bs-04@{DOMAIN}"
ALTRO_ENTE = f"ambito.bs-01@{DOMAIN}"
KIND = "tests.notice"
AT = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
"""Half past three in Rome, half an hour after the clocks went forward."""


def sender() -> Actor:
    return Actor.system("tests", may={Permission.PEC_SEND}, at=now())


def receiver() -> Actor:
    return Actor.system("tests", may={Permission.PEC_RECEIVE}, at=now())


def reader(*may: Permission) -> Actor:
    """Return a person who holds `may` for the whole country."""
    held = Held(grant=uuid4(), role="SUPER_UTENTE", place=NATIONAL, may=frozenset(may))
    at = now()
    return Actor("person", uuid4(), (held,), at, day_in_rome(at), spid_level=2)


@action(needs=Permission.PEC_SEND)
def notify(
    actor: Actor,
    /,
    *,
    to: str | Sequence[str] = ENTE,
    key: str = "",
    about: UUID | None = None,
    files: Sequence[bytes] = (),
    fault: Callable[[], None] = lambda: None,
) -> UUID:
    """The action of a room above that writes a PEC; `fault` may then make it fail."""
    require(actor, Permission.PEC_SEND, on=NATIONAL)
    kept = [
        keep(file, name=f"atto-{number}.pdf", media_type="application/pdf", at=actor.at).pk
        for number, file in enumerate(files)
    ]
    message = actions.send_pec(
        actor,
        to=to,
        subject="Esito dell'accreditamento: è registrato",
        body="Si comunica che la persona indicata è censita.\n",
        attachments=kept,
        dedupe_key=key or str(uuid4()),
        about=about or uuid4(),
        kind=KIND,
    )
    fault()
    return message


def sent(to: str | Sequence[str] = ENTE) -> UUID:
    """Return a message that the provider has taken, without asking the network."""
    from iam.notifications.pec.submission import Attempt, Handed

    message = notify(sender(), to=to)
    actions.begin_sending(sender(), message=message)
    actions.note_attempt(sender(), message=message, attempt=Attempt(Handed.SENT, "250 ok"))
    return message


def state(message: UUID) -> Message:
    return selectors.message(message)


def certified(
    message: UUID,
    certifies: str,
    *,
    key: ProviderKey,
    to: str | Sequence[str] = ENTE,
    delivered_to: str = "",
    identificativo: str = "",
    detail: str = "",
    fault: str = "nessuno",
    external: Sequence[str] = (),
    domain: str = DOMAIN,
    at: datetime = AT,
) -> bytes:
    """Return a receipt about `message`, signed with `key`, as a provider would write it."""
    recipients = (to,) if isinstance(to, str) else tuple(to)
    facts = Facts(
        certifies=certifies,
        sender=MINISTRY,
        recipients=tuple((address, address not in external) for address in recipients),
        subject="Esito dell'accreditamento: è registrato",
        at=at,
        identificativo=identificativo or f"opec{message.hex}@pec.example",
        msgid=f"{reference_of(message)}@{domain}",
        delivered_to=delivered_to,
        fault=fault,
        detail=detail,
    )
    return receipt(facts, key=key, original=b"From: x@y.example\r\n\r\nciao\r\n")


def letter_from(
    sender: str,
    letter: bytes,
    *,
    key: ProviderKey,
    to: str = MINISTRY,
    identificativo: str = "",
) -> bytes:
    """Return the transport envelope in which `letter` reaches the Ministry."""
    facts = Facts(
        certifies="posta-certificata",
        sender=sender,
        recipients=((to, True),),
        subject="Nota",
        at=AT,
        identificativo=identificativo or new_identificativo(AT),
        msgid="nota@ente.example",
        form="completa",
    )
    return envelope(facts, to=to, key=key, original=letter)


class Inbox:
    """A mailbox of the test: each message that comes gets the next UID."""

    def __init__(self) -> None:
        self._uid = 0

    def take(self, raw: bytes) -> Reading:
        self._uid += 1
        reading = read_message(raw, trust=trust_in_use(), at=now())
        actions.receive(receiver(), mailbox=MINISTRY, uidvalidity=1, uid=self._uid, reading=reading)
        return reading


def jobs() -> list[tuple[int, str, dict[str, str]]]:
    """Return the jobs that wait: number, task, arguments."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id"
        )
        return [(number, name, json.loads(given)) for number, name, given in cursor.fetchall()]


def run_jobs() -> list[str]:
    """Run every job that waits, and those that they queue, as a worker does; return their names."""
    done: dict[int, str] = {}
    while waiting := [job for job in jobs() if job[0] not in done]:
        for number, name, arguments in waiting:
            app.tasks[name].func(**arguments)
            done[number] = name
    return list(done.values())


def events(*kinds: str) -> list[str]:
    """Return the kinds in the register, in order; only `kinds` if some are given."""
    found = AuditEvent.objects.order_by("pk").values_list("kind", flat=True)
    return [kind for kind in found if not kinds or kind in kinds]
