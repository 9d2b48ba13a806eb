# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Looking into the register of log-ins. Every look is an event, written before the answer.

Two reaches. A Super Utente, who assists persons, finds a log-in by the codes that these read on
the page, and sees how it ended. Only the RPD searches by person and reads the messages, where
the identity is: who administers the accesses does not follow how a worker uses them.
Sources: GDPR, art. 5(1)(c) and 39; L. 300/1970, art. 4; DPCM 24-10-2014, art. 13.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Count, Q
from lxml import etree

from iam.accounts.selectors import person_with
from iam.audit.guard import disclosure, record, require
from iam.kernel.actor import Actor
from iam.kernel.errors import NotFound
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL
from iam.saml.errors import OurFault, ResponseRefused
from iam.saml.models import IdentityProvider, LoginRecord
from iam.saml.register.errors import PersonUnknown
from iam.saml.register.events import LoginMessagesRead, LoginRecordRead, LoginRecordsSearched
from iam.saml.register.keeping import KEPT_FOR, digest_of
from iam.saml.register.models import AnomalyNotice, LoginHold
from iam.saml.register.stating import stated
from iam.saml.register.types import Hold, LoginLine, Messages, Notice, OpenedLogin, ServiceFault
from iam.saml.xml.names import saml
from iam.saml.xml.reading import parsed, value_of

MOST_SHOWN = 50
FAULTS_WITHIN = timedelta(hours=24)

By = Literal["reference", "request_id", "response_id"]


@disclosure(needs=Permission.LOGIN_READ)
def logins_with(actor: Actor, /, *, by: By, code: str) -> tuple[LoginLine, ...]:
    """Return the log-ins with this code, newest first: a reference, or the ID of a message."""
    held = require(actor, Permission.LOGIN_READ, on=NATIONAL)
    wanted = code.strip().upper() if by == "reference" else code.strip()
    lines = _lines(Q(**{by: wanted}) if wanted else Q(pk__in=()))
    record(LoginRecordsSearched(by=by, rows=len(lines)), by=actor, held=held)
    return lines


@disclosure(needs=Permission.LOGIN_READ_MESSAGES)
def logins_of(actor: Actor, /, *, codice_fiscale: str, reason: str) -> tuple[LoginLine, ...]:
    """Return the newest log-ins of a person.

    Raises `ReasonMissing`, `NamesSomebody` or `PersonUnknown`.
    """
    held = require(actor, Permission.LOGIN_READ_MESSAGES, on=NATIONAL)
    why = stated(reason)
    person = person_with(codice_fiscale)
    if person is None:
        raise PersonUnknown
    lines = _lines(Q(person=person.pk))
    record(
        LoginRecordsSearched(by="person", rows=len(lines), person=person.pk, reason=why),
        by=actor,
        held=held,
    )
    return lines


@disclosure(needs=Permission.LOGIN_READ)
def opened_login(actor: Actor, /, *, reference: str) -> OpenedLogin:
    """Return one record without its messages. Raises `NotFound`."""
    held = require(actor, Permission.LOGIN_READ, on=NATIONAL)
    found = _record(reference)
    record(LoginRecordRead(record=found.reference, person=found.person), by=actor, held=held)
    return OpenedLogin(
        line=_line(found),
        request_id=found.request_id,
        response_id=found.response_id,
        assertion_id=found.assertion_id,
        digest=bytes(found.digest).hex(),
        event=found.event,
        is_whole=found.event is None or digest_of(found) == bytes(found.digest),
        keep_until=found.at + KEPT_FOR,
        holds=_holds_on(found),
        notices=_notices_on(found),
    )


@disclosure(needs=Permission.LOGIN_READ_MESSAGES)
def messages_of(actor: Actor, /, *, reference: str, reason: str) -> Messages:
    """Return the two messages in clear. Raises `NotFound`, `ReasonMissing`, `NamesSomebody`."""
    held = require(actor, Permission.LOGIN_READ_MESSAGES, on=NATIONAL)
    found = _record(reference)
    record(
        LoginMessagesRead(record=found.reference, person=found.person, reason=stated(reason)),
        by=actor,
        held=held,
    )
    request, response = found.request, found.response
    return Messages(
        request=request.decode("utf-8", "replace"),
        response=response.decode("utf-8", "replace"),
        facts=_facts(request, response),
    )


def recent_service_faults(*, at: datetime) -> list[ServiceFault]:
    """Return the providers that refused our requests (nr8 to nr18) in the day before `at`.

    It names no person: probes and the pages of the operators read it.
    """
    rows = (
        LoginRecord.objects.filter(outcome=OurFault.code, at__gt=at - FAULTS_WITHIN, at__lte=at)
        .values("provider")
        .annotate(count=Count("pk"))
        .order_by("provider")
    )
    names = dict(IdentityProvider.objects.values_list("entity_id", "name"))
    return [
        ServiceFault(row["provider"], names.get(row["provider"], row["provider"]), row["count"])
        for row in rows
    ]


def _lines(where: Q) -> tuple[LoginLine, ...]:
    rows = LoginRecord.objects.filter(where).defer("request_sealed", "response_sealed")
    return tuple(_line(row) for row in rows.order_by("-at", "-pk")[:MOST_SHOWN])


def _line(row: LoginRecord) -> LoginLine:
    return LoginLine(
        reference=row.reference,
        at=row.at,
        scheme=row.scheme,
        provider=row.provider,
        outcome=row.outcome,
        person=row.person,
    )


def _record(reference: str) -> LoginRecord:
    found = LoginRecord.objects.filter(reference=reference).first()
    if found is None:
        raise NotFound
    return found


def _holds_on(found: LoginRecord) -> tuple[Hold, ...]:
    where = Q(reference=found.reference)
    if found.person is not None:
        where |= Q(person=found.person)
    return tuple(
        Hold(
            id=row.pk,
            of_person=row.person is not None,
            act=row.act,
            reason=row.reason,
            set_by=row.set_by,
            set_at=row.set_at,
            release_act=row.release_act,
            release_reason=row.release_reason,
            released_by=row.released_by,
            released_at=row.released_at,
        )
        for row in LoginHold.objects.filter(where).order_by("-set_at")
    )


def _notices_on(found: LoginRecord) -> tuple[Notice, ...]:
    return tuple(
        Notice(
            id=row.pk,
            at=row.at,
            by=row.by,
            noticed_on=row.noticed_on,
            what=row.what,
            to_provider=row.to_provider,
            to_agency=row.to_agency,
        )
        for row in AnomalyNotice.objects.filter(reference=found.reference).order_by("-at")
    )


def _facts(request: bytes, response: bytes) -> dict[str, str]:
    """Return what the rules ask to be able to extract. Source: RT, log of the service provider."""
    asked, answered = _tree(request), _tree(response)
    assertion = None if answered is None else answered.find(saml("Assertion"))
    name_id = None if assertion is None else assertion.find(f"{saml('Subject')}/{saml('NameID')}")
    issuer = None if answered is None else answered.find(saml("Issuer"))
    return {
        "AuthnRequest ID": _of(asked, "ID"),
        "AuthnRequest IssueInstant": _of(asked, "IssueInstant"),
        "Response ID": _of(answered, "ID"),
        "Response IssueInstant": _of(answered, "IssueInstant"),
        "Response Issuer": value_of(issuer),
        "Assertion ID": _of(assertion, "ID"),
        "Assertion subject": value_of(name_id),
        "Assertion NameQualifier": _of(name_id, "NameQualifier"),
    }


def _tree(document: bytes) -> etree._Element | None:
    """Return the tree of a kept message; None for one that was refused because it has none."""
    try:
        return parsed(document)
    except ResponseRefused:
        return None


def _of(node: etree._Element | None, name: str) -> str:
    return "" if node is None else node.get(name) or ""
