# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bringing in what others publish. Each is one transaction: all of a file, or none of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import models

from iam.audit.guard import action, record, refusing, require
from iam.enti.codice_fiscale.coherence import name_faults
from iam.enti.codice_fiscale.reading import read
from iam.enti.errors import (
    ActMissing,
    ComuneInTwoAmbiti,
    ImportIncomplete,
    RepresentativeFromAPastDay,
)
from iam.enti.events import (
    AmbitiImported,
    IpaImported,
    RepresentativeAppointed,
    TerritoriesLoaded,
)
from iam.enti.importers.ambiti import Completeness, MembershipLine, completeness
from iam.enti.importers.ipa import IpaLine
from iam.enti.importers.rows import (
    Rows,
    comune_rows,
    ente_rows,
    ministero_values,
    provincia_rows,
    regione_rows,
    stato_rows,
)
from iam.enti.importers.territories import MINISTERO_CODE, Territories
from iam.enti.models import (
    Ambito,
    AmbitoMembership,
    Comune,
    Ente,
    EnteKind,
    LegaleRappresentante,
    Provincia,
    Regione,
    StatoEstero,
)
from iam.enti.selectors import comuni_by_istat
from iam.enti.types import days, ente_id, sort_key
from iam.kernel.actor import Actor
from iam.kernel.errors import NotFound
from iam.kernel.keyring import keyring
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows a load wrote."""

    created: int = 0
    changed: int = 0

    def __add__(self, other: Loaded) -> Loaded:
        return Loaded(self.created + other.created, self.changed + other.changed)

    def __bool__(self) -> bool:
        return bool(self.created or self.changed)


@action(needs=Permission.REFERENCE_DATA_LOAD)
def load_territories(
    actor: Actor,
    /,
    *,
    territories: Territories,
    told: Callable[[str, Loaded], None] = lambda step, loaded: None,
) -> Loaded:
    """Make the tables say what `territories` says, and return what was written.

    Nothing is deleted: a Comune that ceased needs its last day and its successor, by hand.
    `told` hears of each table as it is done. A second run writes no row.
    """
    held = require(actor, Permission.REFERENCE_DATA_LOAD, on=NATIONAL)
    total = Loaded()
    for step, model, rows in _plan(territories):
        loaded = _bring(model, rows)
        told(step, loaded)
        total += loaded
    ministero = Ente.objects.filter(pk=ente_id(EnteKind.MINISTERO.value, MINISTERO_CODE))
    ministero.update(**ministero_values())
    record(
        TerritoriesLoaded(
            created=total.created, changed=total.changed, comuni=len(territories.comuni)
        ),
        by=actor,
        held=held,
    )
    return total


@action(needs=Permission.REFERENCE_DATA_LOAD)
def import_ambiti(
    actor: Actor, /, *, lines: Iterable[MembershipLine], invented: bool = False
) -> Completeness:
    """Bring in a list of Ambiti with their Comuni, and return what it leaves open on `actor.on`.

    Raises `ImportIncomplete` when a Comune is unknown or in two Ambiti on the same day;
    Comuni without Ambito are only reported.
    """
    held = require(actor, Permission.REFERENCE_DATA_LOAD, on=NATIONAL)
    lines = tuple(lines)
    codes = comuni_by_istat()
    result = completeness(lines, comuni_by_istat=codes, on=actor.on)
    if result.unknown or result.in_two_ambiti:
        raise ImportIncomplete(unknown=len(result.unknown), twice=len(result.in_two_ambiti))
    provinces = dict(Comune.objects.values_list("pk", "provincia__regione_id"))
    heads: dict[str, MembershipLine] = {}
    for line in lines:
        heads.setdefault(line.ambito, line)
    _bring(Ente, {_ente(line): _ente_values(line) for line in heads.values()})
    _bring(
        Ambito,
        {
            code: _ambito_values(line, regione=provinces[codes[line.comune_istat]])
            | {"invented": invented, "since": min(x.since for x in lines if x.ambito == code)}
            for code, line in heads.items()
        },
    )
    written = _enrol((codes[x.comune_istat], x.ambito, x.since, x.until) for x in lines)
    record(
        AmbitiImported(ambiti=len(heads), memberships=written),
        by=actor,
        held=held,
    )
    return result


@action(needs=Permission.REFERENCE_DATA_LOAD)
def import_ipa(actor: Actor, /, *, lines: Iterable[IpaLine]) -> Loaded:
    """Take codice IPA, codice fiscale and digital domicile of the Comuni from the IPA."""
    held = require(actor, Permission.REFERENCE_DATA_LOAD, on=NATIONAL)
    lines = tuple(lines)
    known = dict(Comune.objects.values_list("pk", "ente_id"))
    rows: Rows = {
        known[line.comune]: {
            "codice_ipa": line.codice_ipa,
            "codice_fiscale_ente": line.codice_fiscale,
            "domicilio_digitale": line.pec,
        }
        for line in lines
        if line.comune in known and line.pec
    }
    loaded = _bring(Ente, rows)
    record(IpaImported(read=len(lines), changed=loaded.changed), by=actor, held=held)
    return loaded


@action(needs=Permission.REFERENCE_DATA_LOAD)
def appoint_representative(
    actor: Actor,
    /,
    *,
    ente: UUID,
    codice_fiscale: str,
    given_name: str,
    family_name: str,
    office: str,
    act: str,
    since: date,
) -> LegaleRappresentante:
    """Put on record who represents a body from `since` on; who did before ends the day before.

    Raises `NotFound`, a `CodiceFiscaleFault`, `ActMissing` or `RepresentativeFromAPastDay`.
    """
    held = require(actor, Permission.REFERENCE_DATA_LOAD, on=NATIONAL)
    body = Ente.objects.filter(pk=ente).first()
    if body is None:
        raise NotFound
    if not act.strip():
        raise ActMissing
    presented = read(codice_fiscale)
    for fault in name_faults(presented, given_name=given_name, family_name=family_name):
        raise fault
    before = _end_before(body, since)
    row = LegaleRappresentante(
        ente=body,
        given_name=given_name.strip(),
        family_name=family_name.strip(),
        office=office.strip(),
        act=act.strip(),
        period=days(since),
        codice_fiscale_index=keyring().pseudonym(presented.as_presented),
    )
    row.codice_fiscale = keyring().encrypt(presented.as_presented.encode(), about=row.pk.bytes)
    refusal = RepresentativeFromAPastDay(ente=body.denominazione)
    with refusing({"ente_has_one_legale_rappresentante_at_a_time": refusal}):
        row.save(force_insert=True)
    record(
        RepresentativeAppointed(
            representative=row.pk,
            body=body.pk,
            since=since,
            succeeds=before.pk if before else None,
        ),
        by=actor,
        held=held,
    )
    return row


def _end_before(body: Ente, since: date) -> LegaleRappresentante | None:
    """End, the day before `since`, the office of whoever holds it with no end. Raises a refusal."""
    before = (
        LegaleRappresentante.objects.select_for_update()
        .filter(ente=body, period__contains=since)
        .first()
    )
    if before is None:
        return None
    if before.period.lower >= since:
        raise RepresentativeFromAPastDay(ente=body.denominazione)
    before.period = days(before.period.lower, since - timedelta(days=1))
    before.save(update_fields=["period"])
    return before


def _plan(territories: Territories) -> list[tuple[str, type[models.Model], Rows]]:
    return [
        ("enti", Ente, ente_rows(territories)),
        ("Regioni", Regione, regione_rows(territories)),
        ("Province", Provincia, provincia_rows(territories)),
        ("Comuni", Comune, comune_rows(territories)),
        ("Stati esteri", StatoEstero, stato_rows(territories)),
    ]


def _bring(model: type[models.Model], rows: Rows) -> Loaded:
    """Insert the rows that are missing and update those that differ. Few statements, any size."""
    if not rows:
        return Loaded()
    columns = list(next(iter(rows.values())))
    manager = model._default_manager
    there = {row["pk"]: row for row in manager.filter(pk__in=rows).values("pk", *columns)}
    fresh = [key for key in rows if key not in there]
    stale = [key for key in rows if key in there and rows[key] != _without_pk(there[key])]
    manager.bulk_create([model(pk=key, **rows[key]) for key in fresh], batch_size=BATCH)
    if stale:
        manager.bulk_update(
            [model(pk=key, **rows[key]) for key in stale],
            fields=[name.removesuffix("_id") for name in columns],
            batch_size=BATCH,
        )
    return Loaded(created=len(fresh), changed=len(stale))


def _without_pk(row: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if name != "pk"}


def _ente(line: MembershipLine) -> object:
    return ente_id(EnteKind.AMBITO.value, line.ambito)


def _ente_values(line: MembershipLine) -> dict[str, object]:
    return {
        "kind": EnteKind.AMBITO.value,
        "denominazione": line.denominazione,
        "sort_key": sort_key(line.denominazione),
    }


def _ambito_values(line: MembershipLine, *, regione: str) -> dict[str, object]:
    return {
        "denominazione": line.denominazione,
        "ente_id": _ente(line),
        "regione_id": regione,
        "capofila_id": line.capofila or None,
        "sort_key": sort_key(line.denominazione),
    }


def _enrol(lines: Iterable[tuple[str, str, date, date | None]]) -> int:
    """Write the memberships that are not there yet, and return their number."""
    there = {
        (row.comune_id, row.ambito_id, row.period.lower)
        for row in AmbitoMembership.objects.all().only("comune_id", "ambito_id", "period")
    }
    fresh = [
        AmbitoMembership(comune_id=comune, ambito_id=ambito, period=days(since, until))
        for comune, ambito, since, until in lines
        if (comune, ambito, since) not in there
    ]
    with refusing({"comune_in_one_ambito_at_a_time": ComuneInTwoAmbiti()}):
        AmbitoMembership.objects.bulk_create(fresh, batch_size=BATCH)
    return len(fresh)
