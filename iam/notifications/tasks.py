# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The jobs of this room: they read the clock, speak to the network, and call actions.

A row of the outbox is the truth; a job only wakes who looks at it. Every job may run twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from iam.audit.clock import now
from iam.kernel.actor import Actor
from iam.kernel.permissions import Permission
from iam.notifications import actions, selectors
from iam.notifications.events import reactions_to, reactions_to_incoming
from iam.notifications.pec.account import Account
from iam.notifications.pec.mailbox import Inbox, MailboxUnavailableError
from iam.notifications.pec.reading import read_message
from iam.notifications.pec.submission import submit
from iam.notifications.types import IncomingState, Outcome, ProviderSignature
from iam.signatures.selectors import trust_in_use
from iam.signatures.types import TrustStore

logger = structlog.get_logger(__name__)

LARGEST_BYTES = 60 * 1024 * 1024
"""A PEC is at most 30 MB before it is written in base64; a larger one is not one."""

STALLED_SECONDS = 30
KEEP_JOBS_HOURS = 24
MAILBOX_LOCK = 0x1A_4D_50_45_43
PATIENT = RetryStrategy(max_attempts=20, exponential_wait=2)


def every(seconds: int) -> str:
    """Return the schedule of something to be done each so many seconds."""
    if seconds < 60:
        return f"* * * * * */{max(seconds, 1)}"
    return f"*/{min(seconds // 60, 30)} * * * *"


class StillUncheckedError(Exception):
    """The provider's certificate still cannot be checked: the job tries again later."""


# ---------------------------------------------------------------- out


@app.task(name="notifications.send", retry=PATIENT)
def send(*, message: str) -> None:
    """Hand one message to the provider, if it is still to be sent."""
    identifier, at = UUID(message), now()
    if not selectors.is_due(identifier, at=at):
        return
    account = Account.from_settings()
    letter = actions.begin_sending(_sender(), message=identifier)
    attempt = submit(account, letter.content, recipients=letter.recipients)
    actions.note_attempt(_sender(), message=identifier, attempt=attempt)


@app.periodic(cron="* * * * *")
@app.task(name="notifications.send_due", queueing_lock="notifications.send_due")
def send_due(timestamp: int) -> None:
    """Wake the messages that wait for another attempt, or whose job was lost."""
    del timestamp
    for identifier in selectors.due_messages(at=now()):
        app.configure_task("notifications.send").defer(message=str(identifier))


# ---------------------------------------------------------------- in


@app.periodic(cron=every(int(str(settings.PEC.get("POLL_SECONDS") or 60))))
@app.task(name="notifications.poll", queueing_lock="notifications.poll")
def poll(timestamp: int) -> None:
    """Take what is new in the mailbox; one job at a time, since two would only wait."""
    del timestamp
    if not settings.PEC.get("IMAP_URL"):
        return
    with _alone() as alone:
        if alone:
            take_new_messages()


def take_new_messages() -> int:
    """Take each new message of the mailbox and act on it; return how many there were.

    A process that dies half-way has kept whole messages only; the next turn goes on from there.
    """
    account = Account.from_settings()
    taken = 0
    try:
        with Inbox(account) as inbox:
            last = selectors.last_uid(mailbox=account.address, uidvalidity=inbox.uidvalidity)
            new = inbox.uids_after(last)
            if not new:
                return 0
            trust = trust_in_use()
            for uid in new:
                _take(inbox, account, uid, trust)
                taken += 1
    except MailboxUnavailableError as fault:
        logger.warning("notifications.mailbox.unavailable", fault=str(fault))
    return taken


def _take(inbox: Inbox, account: Account, uid: int, trust: TrustStore) -> None:
    oversized = inbox.size_of(uid) > LARGEST_BYTES
    raw = inbox.message(uid, headers_only=oversized)
    actions.receive(
        _receiver(),
        mailbox=account.address,
        uidvalidity=inbox.uidvalidity,
        uid=uid,
        reading=read_message(raw, trust=trust, at=now()),
    )


@app.task(name="notifications.verify_again", retry=PATIENT)
def verify_again(*, fetched: str) -> None:
    """Check once more a signature that could not be checked when the message came."""
    raw = selectors.raw_of_unchecked(int(fetched))
    if raw is None:
        return
    reading = read_message(raw, trust=trust_in_use(), at=now())
    if reading.verdict is ProviderSignature.NON_VERIFICABILE:
        raise StillUncheckedError(fetched)
    actions.receive_again(_receiver(), fetched=int(fetched), reading=reading)


@contextmanager
def _alone() -> Iterator[bool]:
    """Hold the mailbox for this connection; a process that dies lets it go."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [MAILBOX_LOCK])
        (alone,) = cursor.fetchone()
    try:
        yield bool(alone)
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [MAILBOX_LOCK])


# ---------------------------------------------------------------- the rooms above react


@app.task(name="notifications.react_to_outcome", retry=PATIENT)
def react_to_outcome(*, message: str, outcome: str) -> None:
    """Tell the room that sent a message what became of it."""
    sent = selectors.message(UUID(message))
    for reaction in reactions_to(Outcome(outcome), sent.kind):
        reaction(sent, at=now())


@app.task(name="notifications.react_to_incoming", retry=PATIENT)
def react_to_incoming(*, message: str) -> None:
    """Show a message that arrived to every room that may know what it is about."""
    for reaction in reactions_to_incoming():
        arrived = selectors.incoming(UUID(message))
        if arrived.state is IncomingState.DA_ESAMINARE:
            reaction(arrived, at=now())


# ---------------------------------------------------------------- the jobs themselves


@app.periodic(cron=every(20))
@app.task(name="notifications.rescue", queueing_lock="notifications.rescue", pass_context=True)
async def rescue(context: JobContext, timestamp: int) -> None:
    """Queue again the jobs of a worker that died: its heart stopped beating."""
    del timestamp
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        logger.warning("jobs.rescued", task=job.task_name, job=job.id)
        await jobs.retry_job(job)


@app.periodic(cron="17 * * * *")
@app.task(name="notifications.forget_jobs", queueing_lock="forget_jobs", pass_context=True)
async def forget_jobs(context: JobContext, timestamp: int) -> None:
    """Delete the jobs that succeeded a day ago: what they did is in the register."""
    del timestamp
    await context.app.job_manager.delete_old_jobs(nb_hours=KEEP_JOBS_HOURS)


def _sender() -> Actor:
    return Actor.system("pec-sender", may={Permission.PEC_SEND}, at=now())


def _receiver() -> Actor:
    return Actor.system("pec-receiver", may={Permission.PEC_RECEIVE}, at=now())
