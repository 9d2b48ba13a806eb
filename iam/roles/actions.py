# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Giving and taking roles. Only an Amministratore gives them to operators (law 4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from iam.accounts.actions import make_known
from iam.audit.guard import action, record, refusing, require
from iam.enti.codice_fiscale.coherence import name_faults
from iam.enti.codice_fiscale.reading import read
from iam.enti.selectors import comune_with, place_of_comune
from iam.enti.types import days, last_day
from iam.kernel import places
from iam.kernel.actor import Actor
from iam.kernel.errors import NotFound
from iam.kernel.law import Resource
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL, Place
from iam.roles.errors import (
    AlreadyApproved,
    GrantAlreadyEnded,
    IndicationAlreadyRecorded,
    IndicationWithoutAct,
    NoIndicationOnRecord,
    PeriodEndsBeforeItBegins,
    ProtocolInTheFuture,
    ReasonMissing,
    RoleAlreadyHeld,
    RoleNotGivenHere,
    RoleOfTheMinistry,
    RolesIncompatible,
    RoleVersionPending,
)
from iam.roles.events import (
    GrantRevoked,
    IndicationRecorded,
    RoleGranted,
    RoleVersionApproved,
    RoleVersionProposed,
)
from iam.roles.models import Grant, Indication, Level, RoleVersion
from iam.roles.selectors import place_of, role_in_force
from iam.roles.types import BY_THE_MINISTRY


@action(needs=Permission.INDICATION_RECORD)
def record_indication(
    actor: Actor,
    /,
    *,
    comune: str,
    role: str,
    codice_fiscale: str,
    given_name: str,
    family_name: str,
    email: str,
    act: str,
    protocol_number: str,
    protocol_date: date,
    phone: str = "",
    fund: str = "",
    employer: str = "",
    whole_ambito: bool = False,
) -> Indication:
    """Record that a Comune names a person for a role, by an act with its protocol.

    The person becomes known, and holds nothing yet. `whole_ambito` is for the joint
    management of the Ambito. Raises a `CodiceFiscaleFault`, `RoleOfTheMinistry`,
    `RoleNotGivenHere`, `IndicationWithoutAct`, `ProtocolInTheFuture` or
    `IndicationAlreadyRecorded`.
    """
    place = place_of_comune(comune, on=actor.on)
    held = require(actor, Permission.INDICATION_RECORD, on=place)
    _check_role(role, level=Level.AMBITO if whole_ambito else Level.COMUNE, on=actor.on)
    _check_protocol(act, protocol_number, protocol_date, on=actor.on)
    presented = read(codice_fiscale)
    for fault in name_faults(presented, given_name=given_name, family_name=family_name):
        raise fault
    person = make_known(
        actor,
        codice_fiscale=presented.as_presented,
        given_name=given_name.strip(),
        family_name=family_name.strip(),
        email=email,
        phone=phone,
    )
    indication = Indication(
        comune_id=comune,
        person_id=person.pk,
        role=role,
        whole_ambito=whole_ambito,
        act=act.strip(),
        protocol_number=protocol_number.strip(),
        protocol_date=protocol_date,
        fund=fund,
        employer=employer,
        recorded_by=actor.id,
        recorded_at=actor.at,
    )
    with refusing(
        {
            "indication_once_per_person_role_and_protocol": IndicationAlreadyRecorded(
                protocol=protocol_number
            )
        }
    ):
        indication.save(force_insert=True)
    record(
        IndicationRecorded(
            indication=indication.pk,
            person=person.pk,
            role=role,
            comune=comune,
            ambito=place.ambito,
            protocol_number=indication.protocol_number,
            protocol_date=protocol_date,
        ),
        by=actor,
        held=held,
    )
    return indication


@action(needs=Permission.GRANT_CREATE)
def grant_role(
    actor: Actor,
    /,
    *,
    person: UUID,
    role: str,
    comune: str,
    until: date,
    whole_ambito: bool = False,
) -> Grant:
    """Give `role` to `person` from today to `until`, last day included.

    The territory is the Comune, or its whole Ambito. It rests on the newest indication of
    that Comune. Raises `NoIndicationOnRecord`, `RoleOfTheMinistry`, `RoleNotGivenHere`,
    `PeriodEndsBeforeItBegins`, `RoleAlreadyHeld` or `RolesIncompatible`.
    """
    inside = place_of_comune(comune, on=actor.on)
    place = places.ambito(inside.ambito) if whole_ambito and inside.ambito else inside
    held = require(actor, Permission.GRANT_CREATE, on=Resource("Luogo", place, about=str(person)))
    version = _check_role(role, level=Level(place.level), on=actor.on)
    if until < actor.on:
        raise PeriodEndsBeforeItBegins(until=f"{until:%d/%m/%Y}")
    indication = _newest_indication(
        person=person, role=role, comune=comune, whole_ambito=place.level == "ambito"
    )
    grant = give(
        actor,
        version=version,
        person=person,
        place=place,
        until=until,
        act=f"{indication.act}, prot. {indication.protocol_number}",
        indication=indication,
    )
    record(RoleGranted.of(grant, version, place), by=actor, held=held)
    return grant


@action(needs=Permission.GRANT_REVOKE)
def revoke_grant(actor: Actor, /, *, grant: UUID, reason: str) -> Grant:
    """Take a grant away at once. Raises `NotFound`, `GrantAlreadyEnded` or `RoleOfTheMinistry`."""
    row = _locked(grant)
    place = place_of(row, on=actor.on)
    held = require(
        actor, Permission.GRANT_REVOKE, on=Resource("Luogo", place, about=str(row.person_id))
    )
    if row.role in BY_THE_MINISTRY:
        raise RoleOfTheMinistry(role=row.role_version.denominazione)
    end(actor, row, reason=reason)
    record(GrantRevoked.of(row, place), by=actor, held=held)
    return row


@action(needs=Permission.ROLE_VERSION_PROPOSE)
def propose_role_version(
    actor: Actor,
    /,
    *,
    code: str,
    denominazione: str,
    summary: str,
    levels: Sequence[str],
    may: Sequence[str],
    incompatibility: str,
    source: str,
    default_holder: str = "",
) -> RoleVersion:
    """Propose a new role, or a new version of one. It changes nothing until two approve it."""
    held = require(actor, Permission.ROLE_VERSION_PROPOSE, on=NATIONAL)
    versions = RoleVersion.objects.filter(code=code)
    if versions.filter(in_force_since=None).exists():
        raise RoleVersionPending(role=denominazione)
    version = RoleVersion(
        code=code,
        version=versions.count() + 1,
        denominazione=denominazione,
        summary=summary,
        levels=[Level(level).value for level in levels],
        may=sorted(Permission(value).value for value in may),
        incompatibility=incompatibility,
        default_holder=default_holder,
        source=source,
        proposed_by=actor.id,
    )
    with refusing({"role_version_once": RoleVersionPending(role=denominazione)}):
        version.save(force_insert=True)
    record(
        RoleVersionProposed(version=version.pk, role=code, number=version.version),
        by=actor,
        held=held,
    )
    return version


@action(needs=Permission.ROLE_VERSION_APPROVE)
def approve_role_version(actor: Actor, /, *, version: UUID) -> RoleVersion:
    """Approve a proposal; the second approval puts it in force from today.

    Who proposed may not approve, nobody approves twice. Raises `NotFound` or `AlreadyApproved`.
    """
    row = RoleVersion.objects.select_for_update().filter(pk=version, in_force_since=None).first()
    if row is None:
        raise NotFound
    held = require(
        actor,
        Permission.ROLE_VERSION_APPROVE,
        on=Resource("Luogo", NATIONAL, asked_by=str(row.proposed_by)),
    )
    if row.first_approver == actor.id:
        raise AlreadyApproved
    if row.first_approver is None:
        row.first_approver = actor.id
    else:
        row.second_approver, row.in_force_since = actor.id, actor.on
    row.save(update_fields=["first_approver", "second_approver", "in_force_since"])
    record(
        RoleVersionApproved(
            version=row.pk,
            role=row.code,
            number=row.version,
            in_force=row.in_force_since is not None,
        ),
        by=actor,
        held=held,
    )
    return row


def give(
    actor: Actor,
    /,
    *,
    version: RoleVersion,
    person: UUID,
    place: Place,
    until: date | None,
    act: str,
    indication: Indication | None = None,
) -> Grant:
    """Write a grant from today, inside another's action, which asks the law and records.

    Raises `RoleAlreadyHeld` or `RolesIncompatible`: the database decides, also in a race.
    """
    grant = Grant(
        person_id=person,
        role=version.code,
        role_version=version,
        incompatibility=version.incompatibility,
        ambito_id=place.ambito if place.level == "ambito" else None,
        comune_id=place.comune or None,
        period=days(actor.on, until),
        act=act,
        indication=indication,
        granted_by=actor.id,
        granted_at=actor.at,
    )
    with refusing(
        {
            "grant_once_per_person_role_and_territory": RoleAlreadyHeld(role=version.denominazione),
            "grant_roles_are_compatible": RolesIncompatible(role=version.denominazione),
        }
    ):
        grant.save(force_insert=True)
    return grant


def end(actor: Actor, row: Grant, /, *, reason: str) -> None:
    """End a grant at `actor.at`, inside another's action. Raises `GrantAlreadyEnded`."""
    if not reason.strip():
        raise ReasonMissing
    if row.ended_at is not None or ((last := last_day(row.period)) is not None and last < actor.on):
        raise GrantAlreadyEnded
    row.ended_at, row.ended_by, row.end_reason = actor.at, actor.id, reason.strip()[:300]
    row.save(update_fields=["ended_at", "ended_by", "end_reason"])


def _locked(grant: UUID) -> Grant:
    row = Grant.objects.select_for_update().filter(pk=grant).first()
    if row is None:
        raise NotFound
    return row


def _check_role(role: str, *, level: Level, on: date) -> RoleVersion:
    version = role_in_force(role, on=on)
    if role in BY_THE_MINISTRY:
        raise RoleOfTheMinistry(role=version.denominazione)
    if level.value not in version.levels:
        names = ", ".join(Level(value).label for value in version.levels)
        raise RoleNotGivenHere(role=version.denominazione, levels=names)
    return version


def _check_protocol(act: str, number: str, day: date, *, on: date) -> None:
    if not act.strip() or not number.strip():
        raise IndicationWithoutAct
    if day > on:
        raise ProtocolInTheFuture


def _newest_indication(*, person: UUID, role: str, comune: str, whole_ambito: bool) -> Indication:
    found = (
        Indication.objects.filter(
            person=person,
            role=role,
            comune=comune,
            whole_ambito=whole_ambito,
            withdrawn_at=None,
        )
        .order_by("-recorded_at")
        .first()
    )
    if found is None:
        raise NoIndicationOnRecord(comune=comune_with(comune).denominazione)
    return found
