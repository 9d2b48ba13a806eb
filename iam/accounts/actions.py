# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Persons come in and go out; identities of other States are linked to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import IntegrityError, transaction

from iam.accounts.errors import (
    ActOfLinkMissing,
    BirthDatesDiffer,
    IdentityAlreadyLinked,
    IdentityNotLinked,
    IdentityOfAnotherPerson,
    PersonCeased,
    PersonNotOnRecord,
)
from iam.accounts.events import (
    AttemptsLimited,
    ForeignIdentityArrived,
    ForeignIdentityLinked,
    ForeignIdentityUnlinked,
    PersonEntered,
    PersonLeft,
    SessionClosed,
    reactions_to_end_of_log_in,
)
from iam.accounts.models import BrowserSession, ForeignIdentity, LinkedIdentity, Person
from iam.accounts.sessions.store import FACTS_KEY
from iam.accounts.types import ForeignPerson, OpenSession, VerifiedIdentity
from iam.audit.guard import action, entrance, record, require
from iam.enti.codice_fiscale.reading import read
from iam.kernel.actor import Actor, Visitor
from iam.kernel.errors import NotFound
from iam.kernel.keyring import keyring
from iam.kernel.law import Resource
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL

FORGET_UNLINKED_AFTER = timedelta(days=90)
"""An identity that nobody linked is kept no longer than this since its owner came last."""


@entrance
def enter(visitor: Visitor, /, *, identity: VerifiedIdentity) -> Person:
    """Return the person of a verified log-in, made known at the first one.

    Raises `PersonCeased` or `IdentityOfAnotherPerson`.
    """
    return welcome(visitor, identity=identity)


def welcome(visitor: Visitor, /, *, identity: VerifiedIdentity) -> Person:
    """The same as `enter`, as a step of the entrance of a protocol that has more to record."""
    person = Person.objects.with_codice_fiscale(identity.codice_fiscale).first()
    first = person is None
    if person is None:
        person = make_known(
            visitor,
            codice_fiscale=identity.codice_fiscale,
            given_name=identity.given_name,
            family_name=identity.family_name,
            email=identity.email,
        )
    if not person.is_active:
        raise PersonCeased
    _take_verified_names(person, identity)
    if identity.spid_code:
        link, _ = LinkedIdentity.objects.get_or_create(
            scheme=identity.scheme,
            provider=identity.idp,
            code=identity.spid_code,
            defaults={"person": person, "first_seen": visitor.at},
        )
        if link.person_id != person.pk:
            raise IdentityOfAnotherPerson
    record(
        PersonEntered(
            person=person.pk,
            scheme=identity.scheme,
            idp=identity.idp,
            level=identity.level,
            first=first,
        ),
        by=visitor,
    )
    return person


def _take_verified_names(person: Person, identity: VerifiedIdentity) -> None:
    """What the provider verified replaces what an Amministratore or a form wrote before."""
    verified = (identity.given_name, identity.family_name)
    if all(verified) and verified != (person.given_name, person.family_name):
        person.given_name, person.family_name = verified
        person.save(update_fields=["given_name", "family_name"])


def make_known(
    by: Actor | Visitor,
    /,
    *,
    codice_fiscale: str,
    given_name: str,
    family_name: str,
    email: str = "",
    phone: str = "",
) -> Person:
    """Return the person with this codice fiscale, created if unknown. Inside another's action."""
    known = Person.objects.with_codice_fiscale(codice_fiscale).first()
    if known is not None:
        return known
    person = Person(
        given_name=given_name,
        family_name=family_name,
        email=email,
        phone=phone,
        known_since=by.at,
    )
    person.codice_fiscale = codice_fiscale
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError:
        # Two tabs, one first log-in: the other one has just made the person known.
        other = Person.objects.with_codice_fiscale(codice_fiscale).first()
        if other is None:
            raise
        return other
    return person


@entrance
def leave(visitor: Visitor, /, *, person: UUID) -> None:
    """Record that a person closed their session; the edge then forgets the browser."""
    record(PersonLeft(person=person), by=visitor)


@entrance
def note_limit(visitor: Visitor, /, *, rule: str, seconds: int, person: UUID | None = None) -> None:
    """Record that an address, or a person, did a thing too often and was refused."""
    record(
        AttemptsLimited(rule=rule, seconds=seconds, person=person),
        by=visitor,
        outcome=1,
    )


@entrance
def end_sessions(visitor: Visitor, /, *, person: UUID, sessions: Sequence[OpenSession]) -> None:
    """Close sessions of a person at her own wish, with all that was given out on their log-ins.

    Raises `NotFound` if there is none to close.
    """
    if not sessions:
        raise NotFound
    for session in sessions:
        _end(visitor, person=person, log_ins=session.log_ins)
        record(SessionClosed(person=person, entered_at=session.entered_at), by=visitor)
    keys = [session.key for session in sessions]
    BrowserSession.objects.filter(person=person, session_key__in=keys).delete()


@entrance
def end_log_in(visitor: Visitor, /, *, person: UUID, log_ins: tuple[datetime, ...]) -> None:
    """Record that a session ended, and take back all that was given out on its log-ins.

    Who went out of a shared computer must not stay in a module that was left open there.
    """
    _end(visitor, person=person, log_ins=log_ins)
    record(PersonLeft(person=person), by=visitor)


def _end(who: Actor | Visitor, /, *, person: UUID, log_ins: tuple[datetime, ...]) -> None:
    for reaction in reactions_to_end_of_log_in():
        reaction(who, person=person, log_ins=log_ins)


# --- identities of other States


def welcome_from_abroad(
    visitor: Visitor, /, *, identity: VerifiedIdentity, reference: str
) -> Person | ForeignIdentity:
    """Return the person to whom the identity is linked, else the identity, which waits.

    A step of the entrance of a protocol. `reference` names the identity if it is a new one.
    Raises `PersonCeased`.
    """
    row, first = _foreign_identity(visitor, identity, reference)
    if row.person is None:
        record(
            ForeignIdentityArrived(
                identity=row.pk, idp=identity.idp, level=identity.level, first=first
            ),
            by=visitor,
        )
        return row
    if not row.person.is_active:
        raise PersonCeased
    record(
        PersonEntered(
            person=row.person.pk,
            scheme=identity.scheme,
            idp=identity.idp,
            level=identity.level,
            first=False,
        ),
        by=visitor,
    )
    return row.person


def _foreign_identity(
    visitor: Visitor, identity: VerifiedIdentity, reference: str
) -> tuple[ForeignIdentity, bool]:
    """Return the row of the identity, with what its State says now, and whether it is new."""
    _forget_unlinked(visitor)
    # The digest keeps case and blanks, which a pseudonym ignores: two codes are never one.
    exact = sha256(f"{identity.idp}\0{identity.spid_code}".encode()).hexdigest()
    known = ForeignIdentity.objects.select_for_update(of=("self",)).select_related("person")
    row = known.filter(code_index__in=keyring().pseudonyms(exact)).first()
    first = row is None
    if row is None:
        row = ForeignIdentity(
            reference=reference,
            provider=identity.idp,
            code_index=keyring().pseudonym(exact),
            first_seen=visitor.at,
        )
    row.last_seen = visitor.at
    row.said = ForeignPerson(
        code=identity.spid_code,
        given_name=identity.given_name,
        family_name=identity.family_name,
        birth_date=identity.birth_date,
    )
    row.save()
    return row, first


def _forget_unlinked(visitor: Visitor) -> None:
    ForeignIdentity.objects.filter(
        person=None, last_seen__lt=visitor.at - FORGET_UNLINKED_AFTER
    ).delete()


@action(needs=Permission.IDENTITY_LINK)
def link_identity(
    actor: Actor, /, *, identity: UUID, codice_fiscale: str, act: str
) -> ForeignIdentity:
    """Say that the owner of an identity of another State is the person with this codice fiscale.

    Raises a `CodiceFiscaleFault`, `PersonNotOnRecord`, `PersonCeased`, `BirthDatesDiffer`,
    `IdentityAlreadyLinked` or `ActOfLinkMissing`.
    """
    presented = read(codice_fiscale)
    person = Person.objects.with_codice_fiscale(presented.as_presented).first()
    about = str(person.pk) if person else ""
    held = require(actor, Permission.IDENTITY_LINK, on=Resource("Luogo", NATIONAL, about=about))
    row = _locked(identity)
    if person is None:
        raise PersonNotOnRecord
    if not person.is_active:
        raise PersonCeased
    if row.person_id is not None:
        raise IdentityAlreadyLinked
    if not presented.is_of_birth(row.said.birth_date):
        raise BirthDatesDiffer
    if not act.strip():
        raise ActOfLinkMissing
    row.person, row.linked_at, row.linked_by = person, actor.at, actor.id
    row.act = act.strip()
    row.save(update_fields=["person", "linked_at", "linked_by", "act"])
    record(
        ForeignIdentityLinked(identity=row.pk, person=person.pk, act=row.act), by=actor, held=held
    )
    return row


@action(needs=Permission.IDENTITY_LINK)
def unlink_identity(actor: Actor, /, *, identity: UUID, reason: str) -> ForeignIdentity:
    """Undo the link: the sessions that were opened with such an identity end now.

    Raises `IdentityNotLinked` or `ActOfLinkMissing`.
    """
    row = _locked(identity)
    person = row.person_id
    about = str(person) if person else ""
    held = require(actor, Permission.IDENTITY_LINK, on=Resource("Luogo", NATIONAL, about=about))
    if person is None:
        raise IdentityNotLinked
    if not reason.strip():
        raise ActOfLinkMissing
    row.person = row.linked_at = row.linked_by = None
    row.act = ""
    row.save(update_fields=["person", "linked_at", "linked_by", "act"])
    record(
        ForeignIdentityUnlinked(
            identity=row.pk,
            person=person,
            reason=reason.strip(),
            sessions=_close_sessions_from_abroad(actor, person),
        ),
        by=actor,
        held=held,
    )
    return row


def _locked(identity: UUID) -> ForeignIdentity:
    row = ForeignIdentity.objects.select_for_update().filter(pk=identity).first()
    if row is None:
        raise NotFound
    return row


def _close_sessions_from_abroad(actor: Actor, person: UUID) -> int:
    closed = 0
    for session in BrowserSession.objects.filter(person=person):
        facts = session.get_decoded().get(FACTS_KEY, {})
        if facts.get("scheme") == "eidas":
            log_ins = (facts["entered_at"], *facts.get("earlier", ()))
            _end(
                actor, person=person, log_ins=tuple(datetime.fromisoformat(one) for one in log_ins)
            )
            session.delete()
            closed += 1
    return closed
