# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is open, and where each Comune stands."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from django.db.models import Q

from iam.convenzioni.models import Convenzione, Enablement, SignedUpload, State, UploadState
from iam.convenzioni.types import CLOSED, Gates, Progress
from iam.enti.selectors import comune_with, comuni_of, place_of_comune
from iam.kernel.actor import Actor
from iam.kernel.errors import NotFound
from iam.kernel.keyring import keyring
from iam.kernel.law import allows
from iam.kernel.permissions import Permission, Section
from iam.kernel.places import ambito as ambito_place
from iam.signatures.selectors import stored_file
from iam.signatures.types import Evidence, Verdict, canonical_json


def gates_of(comuni: Iterable[str], *, on: date) -> Mapping[str, Gates]:
    """Return what is open in each Comune on that day, in two queries; closed ones included.

    A suspension is effective from the instant it is committed: nothing is cached.
    """
    codes = set(comuni)
    covered: dict[str, set[Section]] = defaultdict(set)
    in_force = Convenzione.objects.filter(
        Q(expires_on=None) | Q(expires_on__gte=on),
        state=State.IN_VIGORE,
        coverage__comune__in=codes,
    )
    for comune, sections in in_force.values_list("coverage__comune_id", "sections"):
        covered[comune].update(Section(section) for section in sections)
    enabled: dict[str, set[Section]] = defaultdict(set)
    live = Enablement.objects.filter(comune__in=codes, ended_at=None, suspended_at=None)
    for comune, section in live.values_list("comune_id", "section"):
        enabled[comune].add(Section(section))
    return {code: Gates(frozenset(covered[code]), frozenset(enabled[code])) for code in codes}


def gates(comune: str, *, on: date) -> Gates:
    return gates_of([comune], on=on)[comune]


def open_sections(comune: str, *, on: date) -> frozenset[Section]:
    """Return the sections whose data may be seen: covered by a convention and enabled."""
    return gates(comune, on=on).open


def suspension_of(comune: str) -> Enablement | None:
    """Return the suspended enablement of a Comune, to say why its data are closed."""
    return Enablement.objects.filter(
        comune=comune, ended_at=None, suspended_at__isnull=False
    ).first()


def progress_in(actor: Actor, /, *, ambito: str) -> list[Progress]:
    """Return where each Comune of the Ambito stands, by name. Raises `NotFound` out of reach."""
    if not allows(actor, Permission.CONVENZIONE_READ, on=ambito_place(ambito)):
        raise NotFound
    names = {comune.pk: str(comune) for comune in comuni_of(ambito, on=actor.on)}
    return _progress(names, ambito=ambito, on=actor.on)


def progress_of(actor: Actor, /, *, comune: str) -> Progress:
    """Return where one Comune stands. Raises `NotFound` out of reach."""
    place = place_of_comune(comune, on=actor.on)
    if not allows(actor, Permission.CONVENZIONE_READ, on=place):
        raise NotFound
    names = {comune: str(comune_with(comune))}
    (progress,) = _progress(names, ambito=place.ambito, on=actor.on)
    return progress


def _progress(names: Mapping[str, str], *, ambito: str, on: date) -> list[Progress]:
    opened = gates_of(names, on=on)
    conventions = {
        code: convenzione
        for convenzione in Convenzione.objects.exclude(state=State.CESSATA)
        .filter(ambito=ambito, coverage__comune__in=opened)
        .select_related("rappresentante")
        .prefetch_related("coverage")
        for code in (covered.comune_id for covered in convenzione.coverage.all())
    }
    suspended = {
        row.comune_id: row
        for row in Enablement.objects.filter(
            comune__in=opened, ended_at=None, suspended_at__isnull=False
        )
    }
    return [
        Progress(
            comune=comune,
            denominazione=name,
            ambito=ambito,
            convenzione=convenzione.pk if convenzione else None,
            number=convenzione.number if convenzione else "",
            state=convenzione.get_state_display() if convenzione else "",
            signer=str(convenzione.rappresentante) if convenzione else "",
            gates=opened.get(comune, CLOSED),
            suspended_at=row.suspended_at if row else None,
            suspension_reason=row.suspension_reason if row else "",
        )
        for comune, name in names.items()
        for convenzione in [conventions.get(comune)]
        for row in [suspended.get(comune)]
    ]


def convenzione_of(actor: Actor, /, *, comune: str) -> Convenzione | None:
    """Return the open convention that covers a Comune, if there is one. `NotFound` out of reach."""
    if not allows(actor, Permission.CONVENZIONE_READ, on=place_of_comune(comune, on=actor.on)):
        raise NotFound
    return (
        Convenzione.objects.exclude(state=State.CESSATA)
        .filter(coverage__comune=comune)
        .select_related("ente", "rappresentante", "accepted")
        .first()
    )


def uploads_of(actor: Actor, /, *, comune: str) -> list[SignedUpload]:
    """Return the files that came back for the open convention of a Comune, newest first."""
    convenzione = convenzione_of(actor, comune=comune)
    if convenzione is None:
        return []
    return list(convenzione.uploads.select_related("file"))


def verdict_of(actor: Actor, /, *, upload: UUID) -> Verdict | None:
    """Return the verdict on a file, None while it is being made. `NotFound` out of reach."""
    found = (
        SignedUpload.objects.select_related("convenzione")
        .prefetch_related("convenzione__coverage")
        .filter(pk=upload)
        .first()
    )
    if found is None:
        raise NotFound
    first = found.convenzione.coverage.all()[0].comune_id
    if not allows(actor, Permission.CONVENZIONE_READ, on=place_of_comune(first, on=actor.on)):
        raise NotFound
    return read_verdict(found)


def read_verdict(upload: SignedUpload) -> Verdict | None:
    """Open the sealed report; the caller has asked the law."""
    if upload.report_sealed is None:
        return None
    kept = json.loads(keyring().decrypt(bytes(upload.report_sealed), about=upload.pk.bytes))
    evidence = [
        Evidence(kind=piece["kind"], content=bytes.fromhex(piece["content"]))
        for piece in kept["evidence"]
    ]
    return Verdict.from_report(kept["report"], evidence=evidence)


def seal_report(verdict: Verdict, *, upload: UUID) -> bytes:
    """Seal the report with the revocation answers it rests on, bound to the row of its file."""
    kept = {
        "report": verdict.report(),
        "evidence": [
            {"kind": piece.kind, "content": piece.content.hex()} for piece in verdict.evidence
        ],
    }
    return keyring().encrypt(canonical_json(kept), about=upload.bytes)


def uploads_to_verify(*, limit: int = 50) -> list[UUID]:
    """Return the files not yet judged, or judged INDETERMINATE, oldest first: for the worker."""
    waiting = SignedUpload.objects.filter(
        state__in=(UploadState.RICEVUTO, UploadState.IN_SOSPESO)
    ).order_by("uploaded_at")
    return list(waiting.values_list("pk", flat=True)[:limit])


def document_content(convenzione: Convenzione) -> bytes:
    """Return the generated bytes; the caller has asked the law."""
    return stored_file(convenzione.document_id).content
