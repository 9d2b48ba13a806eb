# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""kill -9 at the worst moment: nothing is lost, nothing happens twice."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import connections
from pytest_django import Settings

from demo.pec import MINISTRY, PASSWORD, servers
from demo.pec.certify import ProviderKey
from demo.pec.servers import Handle, Submission
from iam.audit.models import AuditEvent
from iam.notifications import tasks
from iam.notifications.models import FetchedMessage, IncomingMessage
from iam.notifications.types import MessageState
from tests import cluster
from tests.notifications.post import ENTE, certified, jobs, letter_from, notify, sender, sent, state

CHECKOUT = Path(__file__).resolve().parents[2]
MESSAGES = 6
PATIENCE_SECONDS = 50


@contextmanager
def worker(job: str, handle: Handle, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run one job in a process of its own, on the database of the test; kill -9 it at the end."""
    database = connections.databases["default"]
    conninfo = psycopg.conninfo.make_conninfo(
        host=database["HOST"],
        port=database["PORT"],
        dbname=database["NAME"],
        user=database["USER"],
        password=database["PASSWORD"],
    )
    ports = (str(handle.smtp_port), str(handle.imap_port))
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.notifications.worker", job, *ports, *arguments],
        cwd=CHECKOUT,
        env=os.environ | {"DATABASE_URL": conninfo},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def until(true: Any) -> None:
    """Wait until `true()`, for what another process does; fail when patience ends."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def everything_is_taken() -> bool:
    tasks.poll.func(timestamp=0)
    return FetchedMessage.objects.count() == MESSAGES + 1


def test_a_poller_killed_half_way_takes_every_message_once(
    committed_db: str, provider: Handle, provider_key: ProviderKey
) -> None:
    box = provider.provider.mailboxes.of(MINISTRY)
    message = sent()
    for number in range(MESSAGES):
        letter = f"From: {ENTE}\r\nSubject: nota {number}\r\n\r\nciao\r\n".encode()
        box.deliver(letter_from(ENTE, letter, key=provider_key))
    box.deliver(certified(message, "avvenuta-consegna", key=provider_key, delivered_to=ENTE))

    with worker("poll", provider):
        until(lambda: FetchedMessage.objects.count() >= 2)
    assert FetchedMessage.objects.count() <= MESSAGES
    until(everything_is_taken)

    assert IncomingMessage.objects.count() == MESSAGES
    assert state(message).state is MessageState.CONSEGNATO
    done = AuditEvent.objects.filter(kind="notifications.incoming.received")
    assert done.count() == MESSAGES
    names = [name for _, name, _ in jobs()]
    assert names.count("notifications.react_to_incoming") == MESSAGES
    assert names.count("notifications.react_to_outcome") == 1


def test_a_sender_killed_before_the_answer_never_sends_twice(
    committed_db: str, tmp_path: Path, provider_key: ProviderKey, settings: Settings
) -> None:
    taken = threading.Event()

    class NeverAnswers(Submission):
        """Takes the message, and leaves the sender waiting for the answer."""

        async def handle_DATA(  # noqa: N802  the name that aiosmtpd calls
            self, _server: Any, _session: Any, envelope: Any
        ) -> str:
            answer = await super().handle_DATA(_server, _session, envelope)
            taken.set()
            await asyncio.sleep(PATIENCE_SECONDS)
            return answer

    handle = servers.start(
        tmp_path, 0, 0, key=provider_key, delay_seconds=0, submission=NeverAnswers
    )
    settings.PEC = {
        "SMTP_URL": f"smtp://localhost:{handle.smtp_port}",
        "IMAP_URL": f"imap://localhost:{handle.imap_port}",
        "ADDRESS": MINISTRY,
        "PASSWORD": PASSWORD,
    }
    message = notify(sender())
    try:
        with worker("send", handle, str(message)):
            assert taken.wait(PATIENCE_SECONDS)
        assert state(message).state is MessageState.ESITO_IGNOTO

        tasks.send.func(message=str(message))
        tasks.send_due.func(timestamp=0)
        handle.provider.finish()
        tasks.take_new_messages()

        assert len(handle.provider.mailboxes.of(ENTE).messages()) == 1
        assert state(message).state is MessageState.CONSEGNATO
    finally:
        handle.stop()
        assert cluster.home.cluster.is_running
