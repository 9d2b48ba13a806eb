# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Persons come in and go out."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import IntegrityError, transaction

from iam.accounts.errors import IdentityOfAnotherPerson, PersonCeased
from iam.accounts.events import AttemptsLimited, PersonEntered, PersonLeft
from iam.accounts.models import BrowserSession, LinkedIdentity, Person
from iam.accounts.types import VerifiedIdentity
from iam.audit.guard import entrance, record
from iam.kernel.actor import Actor, Visitor


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


def forget_sessions(person: UUID, keys: Collection[str]) -> None:
    """Delete sessions of `person`, whose cookies then open nothing. Inside another's action."""
    BrowserSession.objects.filter(person=person, session_key__in=keys).delete()
