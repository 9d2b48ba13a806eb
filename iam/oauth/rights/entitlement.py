# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a token may carry: role ceiling, convention, grant and client scopes, all four together.

Law 3 of the domain: a token is never wider than any of the four. The law itself is asked, scope by
scope and Comune by Comune; nothing here decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from iam.kernel.actor import Actor, Held
from iam.kernel.law import Decision, Resource, Why, decide
from iam.kernel.permissions import BENEFICIARY, Permission, Section
from iam.kernel.places import Place

INLINE_AT_MOST = 64
"""Above it the token names the Ambito: 700 codes would make a token of 7 kB."""

ISSUE = Why(purpose="rilascio-del-token", practice="rilascio-del-token")
"""At issue no household is named: purpose and practice are asked at each use."""


@dataclass(frozen=True, slots=True)
class Territory:
    """A Comune where a grant holds, with the sections covered by a convention and those enabled."""

    place: Place
    covered: frozenset[Section] = frozenset()
    enabled: frozenset[Section] = frozenset()

    def nucleo(self, *, own: bool) -> Resource:
        return Resource("Nucleo", self.place, own=own, covered=self.covered, enabled=self.enabled)

    @property
    def open(self) -> frozenset[Section]:
        return self.covered & self.enabled


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one Comune gives nothing."""

    territory: Territory
    decision: Decision


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What one grant gives a client now. Every scope holds in every Comune named."""

    held: Held
    scopes: frozenset[Permission]
    comuni: tuple[str, ...]
    refusals: tuple[Refusal, ...] = ()

    @property
    def territory(self) -> tuple[str, ...]:
        """The claim: codici catastali, or a reference to the Ambito when they are too many."""
        if len(self.comuni) > INLINE_AT_MOST:
            return (f"ambito:{self.held.place.ambito}",)
        return self.comuni


def asked_permissions(scopes: Iterable[str]) -> tuple[Permission, ...]:
    """Return the scopes that are permissions on beneficiary data, in the order they were asked."""
    known = {permission.value: permission for permission in BENEFICIARY}
    return tuple(known[scope] for scope in dict.fromkeys(scopes) if scope in known)


def entitlement(
    actor: Actor, held: Held, asked: Sequence[Permission], where: Sequence[Territory]
) -> Entitlement:
    """Ask the law what `held`, alone, gives `actor` among `asked` in the Comuni `where`.

    A case is taken as one's own: whether it is, is asked at each use.
    """
    alone = replace(actor, held=(held,))
    found: dict[str, frozenset[Permission]] = {}
    refusals = []
    for territory in _worth_asking(where):
        decisions = {
            permission: decide(alone, permission, on=territory.nucleo(own=True), why=ISSUE)
            for permission in asked
        }
        yes = frozenset(permission for permission, answer in decisions.items() if answer.allowed)
        if yes:
            found[territory.place.comune] = yes
        elif decisions:
            nearest = min(decisions.values(), key=lambda answer: len(answer.reasons))
            refusals.append(Refusal(territory, nearest))
    scopes, comuni = _rectangle(asked, found)
    return Entitlement(held, scopes, comuni, tuple(refusals))


def _worth_asking(where: Sequence[Territory]) -> list[Territory]:
    """Leave out closed Comuni, which the law refuses all alike, save the first to learn why."""
    opened = [territory for territory in where if territory.open]
    closed = [territory for territory in where if not territory.open]
    return opened + closed[:1]


def _rectangle(
    asked: Sequence[Permission], found: dict[str, frozenset[Permission]]
) -> tuple[frozenset[Permission], tuple[str, ...]]:
    """Return scopes and Comuni such that every scope holds in every Comune.

    A token lists both, and who reads it may combine them freely. Where sections are open in
    different Comuni, scopes are kept in the order asked while some Comune still has them all.
    """
    scopes: frozenset[Permission] = frozenset()
    comuni = frozenset(found)
    for permission in asked:
        there = frozenset(comune for comune in comuni if permission in found[comune])
        if there:
            scopes, comuni = scopes | {permission}, there
    return (scopes, tuple(sorted(comuni))) if scopes else (frozenset(), ())
