# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Holding, purging and reporting: what may be done with the register of log-ins."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from uuid import UUID

from django.db import connection

from iam.audit.guard import action, record, refusing, require
from iam.kernel.actor import Actor
from iam.kernel.errors import NotFound
from iam.kernel.law import Resource
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL
from iam.saml.federation.service import service_provider
from iam.saml.models import LoginRecord
from iam.saml.register import notice
from iam.saml.register.errors import (
    HoldAlreadyReleased,
    HoldMustOutliveItsAuthor,
    NoticedInTheFuture,
)
from iam.saml.register.events import (
    AnomalyReported,
    LoginHoldReleased,
    LoginHoldSet,
    LoginRecordsPurged,
)
from iam.saml.register.keeping import KEPT_FOR
from iam.saml.register.models import AnomalyNotice, LoginHold
from iam.saml.register.stating import stated
from iam.saml.types import Scheme

BATCH = 5_000
ONE_AT_A_TIME = 0x1A_4C_4F_47
"""A hold and a purge wait for each other: a record is never deleted while it is being held."""


@action(needs=Permission.LOGIN_HOLD)
def set_hold(
    actor: Actor, /, *, reference: str, act: str, reason: str, whole_person: bool = False
) -> UUID:
    """Keep a record beyond the 24 months, or all those of its person; return the hold.

    Raises `NotFound`, `ReasonMissing` or `NamesSomebody`.
    """
    held = require(actor, Permission.LOGIN_HOLD, on=NATIONAL)
    _alone()
    found = _record(reference)
    person = found.person if whole_person else None
    hold = LoginHold(
        reference="" if person else found.reference,
        person=person,
        act=stated(act),
        reason=stated(reason),
        set_by=actor.id,
        set_at=actor.at,
    )
    hold.save(force_insert=True)
    record(
        LoginHoldSet(
            hold=hold.pk,
            act=hold.act,
            reason=hold.reason,
            record=hold.reference or None,
            person=person,
        ),
        by=actor,
        held=held,
    )
    return hold.pk


@action(needs=Permission.LOGIN_HOLD)
def release_hold(actor: Actor, /, *, hold: UUID, act: str, reason: str) -> None:
    """End a hold that another person set. What it covered may be purged when its time comes.

    Raises `NotFound`, `HoldAlreadyReleased`, `Denied`, `ReasonMissing` or `NamesSomebody`.
    """
    found = LoginHold.objects.select_for_update().filter(pk=hold).first()
    asked_by = str(found.set_by) if found else ""
    held = require(actor, Permission.LOGIN_HOLD, on=Resource("Luogo", NATIONAL, asked_by=asked_by))
    if found is None:
        raise NotFound
    if found.released_at is not None:
        raise HoldAlreadyReleased
    found.release_act, found.release_reason = stated(act), stated(reason)
    found.released_by, found.released_at = actor.id, actor.at
    with refusing({"login_hold_is_released_by_another_with_an_act": HoldMustOutliveItsAuthor()}):
        found.save(update_fields=["release_act", "release_reason", "released_by", "released_at"])
    record(
        LoginHoldReleased(
            hold=found.pk,
            act=found.release_act,
            reason=found.release_reason,
            record=found.reference or None,
            person=found.person,
        ),
        by=actor,
        held=held,
    )


@action(needs=Permission.LOGIN_PURGE)
def purge_login_records(actor: Actor, /) -> int:
    """Delete the records older than 24 months that nobody holds; return how many.

    The database's owner decides what is old enough, by its own clock. Source: DPCM 24-10-2014,
    art. 13, comma 2; GDPR, art. 5(1)(e).
    """
    held_by = require(actor, Permission.LOGIN_PURGE, on=NATIONAL)
    _alone()
    with connection.cursor() as cursor:
        cursor.execute("SELECT digest FROM saml_purge_login_records(%s)", [BATCH])
        digests = sorted(bytes(row[0]) for row in cursor.fetchall())
    record(
        LoginRecordsPurged(
            rows=len(digests),
            blocked=_still_held(actor),
            older_than=actor.at - KEPT_FOR,
            digest=sha256(b"".join(digests)).hexdigest(),
        ),
        by=actor,
        held=held_by,
    )
    return len(digests)


def _still_held(actor: Actor) -> int:
    """Return how many records stay beyond their time."""
    return LoginRecord.objects.filter(at__lt=actor.at - KEPT_FOR).count()


@action(needs=Permission.LOGIN_REPORT)
def report_anomaly(actor: Actor, /, *, reference: str, what: str, noticed_on: date) -> UUID:
    """Prepare the notices of an anomalous use to the provider and to AgID; return their id.

    They are kept as they are, and a person sends them by PEC. Raises `NotFound`,
    `NoticedInTheFuture`, `ReasonMissing` or `NamesSomebody`.
    """
    held = require(actor, Permission.LOGIN_REPORT, on=NATIONAL)
    if noticed_on > actor.on:
        raise NoticedInTheFuture
    found = _record(reference)
    us = service_provider(Scheme(found.scheme))
    said = stated(what)
    texts = [
        write(found, us=us, what=said, noticed_on=noticed_on, at=actor.at)
        for write in (notice.to_provider, notice.to_agency)
    ]
    made = AnomalyNotice(
        reference=found.reference,
        at=actor.at,
        by=actor.id,
        noticed_on=noticed_on,
        what=said,
        to_provider=texts[0],
        to_agency=texts[1],
    )
    made.save(force_insert=True)
    record(
        AnomalyReported(
            record=found.reference,
            notice=made.pk,
            provider=found.provider,
            digest=sha256("\n".join(texts).encode()).hexdigest(),
            person=found.person,
        ),
        by=actor,
        held=held,
    )
    return made.pk


def _record(reference: str) -> LoginRecord:
    found = LoginRecord.objects.filter(reference=reference).first()
    if found is None:
        raise NotFound
    return found


def _alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
