# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The readers of the register, and two things that they may find in it."""

from dataclasses import dataclass
from uuid import uuid4

from iam.audit import clock
from iam.audit.event import Event
from iam.audit.guard.recording import write
from iam.kernel.actor import Actor, Held, day_in_rome
from iam.kernel.keyring import keyring
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL, Place, ambito, comune

CODICE_FISCALE = "RSSMRA80A01H501U"
READ, SUBJECT = Permission.REGISTER_READ, Permission.REGISTER_READ_SUBJECT


@dataclass(frozen=True, kw_only=True)
class DataShown(Event):
    kind = "audit.test.data-shown"
    subject: str
    purpose: str = "presa-in-carico"
    practice: str = "P-1"
    comune: str = "B102"
    ambito: str = "BS-04"
    ente: str | None = None


@dataclass(frozen=True, kw_only=True)
class ComuneOpened(Event):
    kind = "audit.test.comune-opened"
    comune: str
    ambito: str


def person(*held: Held) -> Actor:
    at = clock.now()
    return Actor("person", uuid4(), held, at, day_in_rome(at), "127.0.0.1", "r1", 2)


def holding(role: str, place: Place, *may: Permission) -> Actor:
    return person(Held(uuid4(), role, place, frozenset(may)))


def rpd(place: Place = NATIONAL) -> Actor:
    return holding("RPD", place, READ, SUBJECT, Permission.REGISTER_EXPORT)


def amministratrice() -> Actor:
    return holding("AMMINISTRATORE_AMBITO", ambito("BS-04"), READ)


def case_manager() -> Actor:
    return holding("CASE_MANAGER", comune("B102", in_ambito="BS-04"), Permission.CASO_COMPLETO)


def shown(by: Actor, **facts: str) -> int:
    subject = keyring().pseudonym(CODICE_FISCALE).hex()
    return write(DataShown(subject=subject, **facts), by=by, held=by.held[0])


def opened(place: str = "BS-04") -> int:
    return write(ComuneOpened(comune="B102", ambito=place), by=amministratrice())
