# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading rights. What is in force is asked to the database each time: nothing is cached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from iam.enti.selectors import ambito_codes_of, ambito_of, place_of_comune
from iam.enti.types import last_day
from iam.kernel import places
from iam.kernel.actor import Actor, Held
from iam.kernel.errors import NotFound
from iam.kernel.law import allows
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL, Place
from iam.roles.errors import RoleUnknown
from iam.roles.models import Grant, Indication, RoleVersion
from iam.roles.types import AMMINISTRATORE_AMBITO, BY_THE_MINISTRY, KeyHolder

_OF_THE_MINISTRY_OR_PLACED = (
    Q(ente=None) | Q(ente__kind="ministero") | Q(comune__isnull=False) | Q(ambito__isnull=False)
)
"""The whole country, and its register, are the Ministry's: who serves another body holds
nothing there, as the privacy officer of a Comune.
"""

KNOWN_PERMISSIONS = {permission.value: permission for permission in Permission}


def held_by(person: UUID, on: date, at: datetime | None = None) -> tuple[Held, ...]:
    """Return what the person holds on `on`, oldest grant first: two or three short queries.

    A grant taken away gives nothing from that instant. With `at` (UTC), one taken away
    later than `at` still counts: that is for questions about the past.
    """
    grants = list(
        _in_force(on, at)
        .filter(_OF_THE_MINISTRY_OR_PLACED, person=person, person__ceased_at=None)
        .order_by("granted_at", "pk")
        .only("role", "ambito_id", "comune_id", "territory")
    )
    if not grants:
        return ()
    versions = _newest_versions(on)
    comuni = [grant.comune_id for grant in grants if grant.comune_id]
    ambiti = ambito_codes_of(comuni, on=on) if comuni else {}
    return tuple(
        Held(
            grant=grant.pk,
            role=grant.role,
            place=_place(grant, ambiti),
            may=_permissions(_codes_held(grant, versions, on)),
        )
        for grant in grants
    )


def actor_for(
    person: UUID,
    *,
    on: date,
    at: datetime,
    spid_level: int,
    address: str = "",
    request_id: str = "",
    client: str = "",
    entered_at: datetime | None = None,
) -> Actor:
    """Return the person as an actor, with all that is held now."""
    return Actor(
        kind="person",
        id=person,
        held=held_by(person, on),
        at=at,
        on=on,
        address=address,
        request_id=request_id,
        spid_level=spid_level,
        client=client,
        entered_at=entered_at,
    )


def in_use(actor: Actor, chosen: UUID | None) -> Actor:
    """Return the actor with the one profile in use: the chosen one, or the only one there is.

    Who holds several and has chosen none, or one that has ended since, acts with none until she
    chooses: rights never add up, and each act is done in a quality that she declared.
    """
    if len(actor.held) <= 1:
        return actor
    return replace(actor, held=tuple(held for held in actor.held if held.grant == chosen))


def grants_visible_to(actor: Actor) -> QuerySet[Grant]:
    """Return the grants `actor` may read, ended ones too, newest first; none for a stranger."""
    return (
        Grant.objects.filter(_reach(actor, Permission.GRANT_READ))
        .select_related("person", "role_version", "comune__provincia", "ambito", "indication")
        .order_by("-granted_at", "pk")
    )


def grants_in_force_visible_to(actor: Actor) -> QuerySet[Grant]:
    """Return the grants in force that `actor` may read, newest first."""
    return grants_visible_to(actor).filter(ended_at=None, period__contains=actor.on)


def own_grants(actor: Actor) -> QuerySet[Grant]:
    """Return the actor's own grants, ended ones too, newest first: everybody may see these."""
    return (
        Grant.objects.filter(person=actor.id)
        .select_related("role_version", "comune__provincia", "ambito", "indication")
        .order_by("-granted_at", "pk")
    )


def indications_visible_to(actor: Actor) -> QuerySet[Indication]:
    """Return the indications not withdrawn that `actor` may read, newest first."""
    return (
        Indication.objects.filter(_reach(actor, Permission.GRANT_READ, of_grant=False))
        .filter(withdrawn_at=None)
        .select_related("person", "comune__provincia")
        .order_by("-recorded_at", "pk")
    )


def indications_without_grant(actor: Actor) -> QuerySet[Indication]:
    """Return the indications that `actor` may read and that no grant in force rests on."""
    used = Grant.objects.filter(indication=OuterRef("pk"), ended_at=None)
    return indications_visible_to(actor).filter(~Exists(used))


def who_has_keys(actor: Actor, /, *, comune: str, on: date | None = None) -> list[KeyHolder]:
    """Return who may act in a Comune on a day (today if None), from the Comune or its Ambito.

    Raises `NotFound` when the Comune is out of the actor's reach.
    """
    place = place_of_comune(comune, on=actor.on)
    if not allows(actor, Permission.GRANT_READ, on=place):
        raise NotFound
    day = on or actor.on
    ambito = place_of_comune(comune, on=day).ambito
    here = Q(comune=comune) | Q(ambito=ambito) if ambito else Q(comune=comune)
    then = Q(ended_at=None) | Q(ended_at__date__gte=day)
    return _key_holders(Grant.objects.filter(here, then, period__contains=day))


def administrators_of(ambito: str, *, on: date) -> list[KeyHolder]:
    """Return the Amministratori of an Ambito: whom to ask is known to everybody."""
    return _key_holders(_in_force(on, None).filter(ambito=ambito, role=AMMINISTRATORE_AMBITO))


def administrators_for(comune: str, *, on: date) -> list[KeyHolder]:
    """Return the Amministratori of the Ambito of a Comune; none if it has no Ambito."""
    ambito = ambito_of(comune, on=on)
    return administrators_of(ambito.pk, on=on) if ambito else []


def role_in_force(code: str, *, on: date) -> RoleVersion:
    """Return the version of a role in force on `on`. Raises `RoleUnknown`."""
    found = _versions_in_force(on).filter(code=code).order_by("-version").first()
    if found is None:
        raise RoleUnknown(role=code)
    return found


def catalogue(*, on: date) -> list[RoleVersion]:
    """Return the version in force of every role, in order of name: the catalogue is public."""
    return sorted(_newest_versions(on).values(), key=lambda version: version.denominazione)


def roles_given_by_ambiti(*, on: date) -> list[RoleVersion]:
    """Return the roles that an Amministratore may give, in order of name."""
    return [version for version in catalogue(on=on) if version.code not in BY_THE_MINISTRY]


def pending_versions() -> QuerySet[RoleVersion]:
    """Return the proposals that wait for approval."""
    return RoleVersion.objects.filter(in_force_since=None).order_by("code", "version")


def role_names(*, on: date) -> dict[str, str]:
    """Return the name of each role by its code."""
    return {version.code: version.denominazione for version in catalogue(on=on)}


def place_of(grant: Grant, *, on: date) -> Place:
    """Return the territory of a grant, with the Ambito of that day."""
    if grant.comune_id:
        return place_of_comune(grant.comune_id, on=on)
    return places.ambito(grant.ambito_id) if grant.ambito_id else NATIONAL


def _in_force(on: date, at: datetime | None) -> QuerySet[Grant]:
    not_ended = Q(ended_at=None)
    if at is not None:
        not_ended |= Q(ended_at__gt=at)
    return Grant.objects.filter(not_ended, period__contains=on)


def _versions_in_force(on: date) -> QuerySet[RoleVersion]:
    return RoleVersion.objects.filter(in_force_since__lte=on)


def _newest_versions(on: date) -> dict[str, RoleVersion]:
    """Return the version in force of every role, by its code."""
    return {version.code: version for version in _versions_in_force(on).order_by("version")}


def _codes_held(grant: Grant, versions: dict[str, RoleVersion], on: date) -> list[str]:
    """Return what the role may do, and what the roles that it holds by default may do."""
    own = versions.get(grant.role)
    by_default = [version for version in versions.values() if version.default_holder == grant.role]
    given = _given_to_somebody(by_default, grant.territory, on) if by_default else frozenset()
    held = [version for version in (own, *by_default) if version and version.code not in given]
    return [permission for version in held for permission in version.may]


def _given_to_somebody(roles: list[RoleVersion], territory: str, on: date) -> frozenset[str]:
    """Return those of the roles that somebody received on the territory."""
    codes = [version.code for version in roles]
    given = _in_force(on, None).filter(role__in=codes, territory=territory)
    return frozenset(given.values_list("role", flat=True))


def _permissions(values: Iterable[str]) -> frozenset[Permission]:
    """Values that this release does not know give nothing."""
    return frozenset(KNOWN_PERMISSIONS[value] for value in values if value in KNOWN_PERMISSIONS)


def _place(grant: Grant, ambiti: Mapping[str, str]) -> Place:
    if grant.comune_id:
        return places.comune(grant.comune_id, in_ambito=ambiti.get(grant.comune_id, ""))
    return places.ambito(grant.ambito_id) if grant.ambito_id else NATIONAL


def _reach(actor: Actor, permission: Permission, *, of_grant: bool = True) -> Q:
    """Return the rows inside the territories on which the law allows `permission`."""
    where = Q(pk__in=[])
    for held in actor.held:
        if not allows(actor, permission, on=held.place):
            continue
        if held.place.level == "nazionale":
            return Q()
        if held.place.level == "ambito":
            where |= Q(
                comune__memberships__ambito=held.place.ambito,
                comune__memberships__period__contains=actor.on,
            )
            if of_grant:
                where |= Q(ambito=held.place.ambito)
        else:
            where |= Q(comune=held.place.comune)
    return where


def _key_holders(grants: QuerySet[Grant]) -> list[KeyHolder]:
    rows = grants.select_related("person", "role_version").order_by("role", "granted_at", "pk")
    return [
        KeyHolder(
            grant=row.pk,
            person=row.person_id,
            name=row.person.full_name,
            role=row.role,
            role_name=row.role_version.denominazione,
            territory=row.territory,
            act=row.act,
            since=row.period.lower,
            until=last_day(row.period),
        )
        for row in rows
    ]
