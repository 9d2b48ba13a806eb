# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading territories. They are public knowledge: these selectors are open to all.

The codice fiscale of a legal representative is not: `codice_fiscale_of` is for the rooms that
compare it with a signature.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from iam.enti.importers.territories import MINISTERO_CODE
from iam.enti.models import (
    Ambito,
    AmbitoMembership,
    Comune,
    Ente,
    EnteKind,
    LegaleRappresentante,
    Regione,
)
from iam.enti.types import ente_id, sort_key
from iam.kernel import places
from iam.kernel.errors import NotFound
from iam.kernel.keyring import keyring
from iam.kernel.places import Place


def comuni_in_force(on: date) -> QuerySet[Comune]:
    """Return the Comuni that exist on `on`, in natural order of name."""
    return Comune.objects.filter(_in_force(on)).order_by("sort_key", "pk")


def comuni_named(text: str, *, on: date, limit: int = 20) -> QuerySet[Comune]:
    """Return at most `limit` Comuni for a picker: first those whose name begins with `text`."""
    wanted = sort_key(text)
    if not wanted:
        return Comune.objects.none()
    rank = Case(
        When(sort_key=wanted, then=Value(0)),
        When(sort_key__startswith=wanted, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    found = Comune.objects.filter(_in_force(on), sort_key__contains=wanted)
    return found.select_related("provincia").order_by(rank, "sort_key", "pk")[:limit]


def ambiti_in_force(on: date) -> QuerySet[Ambito]:
    """Return the Ambiti that exist on `on`, in natural order of name."""
    return Ambito.objects.filter(_in_force(on)).order_by("sort_key", "pk")


def regioni() -> QuerySet[Regione]:
    return Regione.objects.order_by("sort_key")


def comune_with(code: str) -> Comune:
    """Return the Comune with this codice catastale, in force or not. Raises `NotFound`."""
    found = Comune.objects.select_related("provincia", "ente").filter(pk=code).first()
    if found is None:
        raise NotFound
    return found


def ambito_with(code: str) -> Ambito:
    """Return the Ambito with this code. Raises `NotFound`."""
    found = Ambito.objects.select_related("ente", "regione").filter(pk=code).first()
    if found is None:
        raise NotFound
    return found


def ambito_of(comune: str, *, on: date) -> Ambito | None:
    """Return the Ambito that the Comune belongs to on `on`, if any."""
    return Ambito.objects.filter(
        memberships__comune=comune, memberships__period__contains=on
    ).first()


def ambito_codes_of(comuni: Iterable[str], *, on: date) -> Mapping[str, str]:
    """Return the code of the Ambito of each Comune on `on`, in one query; none, no key."""
    found = AmbitoMembership.objects.filter(comune__in=set(comuni), period__contains=on)
    return dict(found.values_list("comune_id", "ambito_id"))


def comuni_of(ambito: str, *, on: date) -> QuerySet[Comune]:
    """Return the Comuni of the Ambito on `on`, in natural order of name."""
    return (
        Comune.objects.filter(memberships__ambito=ambito, memberships__period__contains=on)
        .select_related("provincia")
        .order_by("sort_key", "pk")
    )


def comuni_of_ambito(ambito: str, on: date) -> list[str]:
    """Return the codici catastali of the Comuni of the Ambito on `on`, in order of name."""
    return list(comuni_of(ambito, on=on).values_list("pk", flat=True))


def comune_named(code: str) -> str:
    """Return the name of a Comune, in force or not. Raises `NotFound`."""
    return comune_with(code).denominazione


def place_of_comune(code: str, on: date) -> Place:
    """Return the place of a Comune inside its Ambito of that day. Raises `NotFound`."""
    known = Comune.objects.filter(pk=code).exists()
    if not known:
        raise NotFound
    return places.comune(code, in_ambito=ambito_codes_of([code], on=on).get(code, ""))


def ministero() -> Ente:
    """Return the Ministry, the body that accredits. Raises `NotFound` before `enti_load`."""
    found = Ente.objects.filter(pk=ente_id(EnteKind.MINISTERO.value, MINISTERO_CODE)).first()
    if found is None:
        raise NotFound
    return found


def ente_with_domicilio(address: str) -> Ente | None:
    """Return the body whose digital domicile is `address` (case ignored), if exactly one is."""
    found = list(Ente.objects.filter(domicilio_digitale__iexact=address.strip())[:2])
    return found[0] if len(found) == 1 else None


def ambito_with_domicilio(address: str) -> Ambito | None:
    """Return the Ambito whose own ente, or whose Comune capofila, has this digital domicile."""
    ente = ente_with_domicilio(address)
    if ente is None:
        return None
    found = list(Ambito.objects.filter(Q(ente=ente) | Q(capofila__ente=ente), until=None)[:2])
    return found[0] if len(found) == 1 else None


def legale_rappresentante_of(ente: UUID, on: date) -> LegaleRappresentante | None:
    """Return who may sign for the body on `on`; None if nobody is on record."""
    return (
        LegaleRappresentante.objects.select_related("ente")
        .filter(ente=ente, period__contains=on)
        .first()
    )


def codice_fiscale_of(rappresentante: LegaleRappresentante) -> str:
    """Return the codice fiscale, only to compare it with that of a signature: never to show it."""
    sealed = bytes(rappresentante.codice_fiscale)
    return keyring().decrypt(sealed, about=rappresentante.pk.bytes).decode()


def comuni_by_istat() -> Mapping[str, str]:
    """Return codice catastale by codice ISTAT, of the Comuni that have not ceased."""
    found = Comune.objects.filter(until=None).exclude(codice_istat="")
    return dict(found.values_list("codice_istat", "pk"))


def _in_force(on: date) -> Q:
    return Q(since__lte=on) & (Q(until=None) | Q(until__gte=on))
