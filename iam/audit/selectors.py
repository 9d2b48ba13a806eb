# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading the register. Every look is itself an event, written before the answer is given.

Two reaches. Who holds `registro:read-subject` (an RPD) sees every event of the controller
served. Who holds only `registro:read` (an Amministratore, a Super Utente) sees the
administrative events of the Ambito or of the whole country, without subjects and practices.

The column `ente` names the controller: empty for the Ministry, whose platform this is; else
the codice catastale of a Comune or the code of an Ambito, for data that is their own.
Sources: GDPR, art. 38(6) and 15; CJEU C-579/21 on the identity of operators.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet

from iam.audit.errors import (
    CursorUnknown,
    ExportTooLarge,
    PeriodTurned,
    ReasonMissing,
    ReasonNamesSomebody,
)
from iam.audit.event import PersonalDatumInEvent, canonical
from iam.audit.events import (
    EventProofRead,
    EventRead,
    RegisterExported,
    RegisterRead,
    SubjectAccessesRead,
)
from iam.audit.export import files
from iam.audit.guard import disclosure, record, require
from iam.audit.ledger import keys, stored
from iam.audit.models import AuditEvent
from iam.audit.tree import proof_files, proofs
from iam.audit.tree.notes import NoteRejected, Signature, Signer
from iam.audit.types import (
    EventProof,
    Export,
    LogHealth,
    RegisterFilters,
    RegisterPage,
    RegisterRow,
    SubjectAccess,
    SubjectAccesses,
)
from iam.kernel.actor import ROME, Actor, Held
from iam.kernel.errors import NotFound
from iam.kernel.keyring import keyring
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL, Place

PAGE = 50
DEFAULT_DAYS = 30
MOST_EXPORTED = 20_000
MINISTRY = ""
MODULE = "client"
BLANKED_FACTS = ("subject", "practice", "filters", "reason")


# ---------------------------------------------------------------- who sees what


def _grants(actor: Actor) -> tuple[Held, ...]:
    return tuple(held for held in actor.held if Permission.REGISTER_READ in held.may)


def _is_full(held: Held) -> bool:
    return Permission.REGISTER_READ_SUBJECT in held.may


def _controller(place: Place) -> str:
    """Return the controller that an RPD of `place` serves."""
    return MINISTRY if place == NATIONAL else place.comune or place.ambito


def _reach(actor: Actor) -> Q:
    """Return which events `actor` may see; none for a stranger."""
    where = Q(pk__in=())
    for held in _grants(actor):
        if _is_full(held):
            where |= Q(ente=_controller(held.place))
        elif held.place == NATIONAL:
            where |= Q(subject__isnull=True)
        elif held.place.ambito:
            where |= Q(subject__isnull=True, ambito=held.place.ambito)
    return where


def _place_asked(actor: Actor, permission: Permission) -> Place:
    """Return the place to ask the law about: that of the first grant with `permission`."""
    places = (held.place for held in actor.held if permission in held.may)
    return next(places, NATIONAL)


def _ask(actor: Actor, permission: Permission) -> Held:
    return require(actor, permission, on=_place_asked(actor, permission))


def _stated(reason: str) -> str:
    """Return the reason to keep. Raises `ReasonMissing`, `ReasonNamesSomebody`."""
    if not reason.strip():
        raise ReasonMissing
    try:
        canonical({"reason": reason})
    except PersonalDatumInEvent:
        raise ReasonNamesSomebody from None
    return reason.strip()


def _row(event: AuditEvent, controllers: frozenset[str]) -> RegisterRow:
    body = json.loads(bytes(event.body))
    facts: dict[str, Any] = body.get("facts", {})
    seen_whole = event.ente in controllers
    if not seen_whole:
        facts = {name: value for name, value in facts.items() if name not in BLANKED_FACTS}
    subject = bytes(event.subject).hex() if event.subject and seen_whole else ""
    return RegisterRow(
        id=event.pk,
        at=event.at,
        kind=event.kind,
        outcome=event.outcome,
        actor=event.actor,
        actor_kind=event.actor_kind,
        role=event.role,
        ambito=event.ambito,
        comune=event.comune,
        ente=event.ente,
        person=event.person,
        subject=subject,
        client=event.client,
        purpose=event.purpose,
        practice=event.practice if seen_whole else "",
        request_id=event.request_id,
        facts=facts,
    )


def _controllers(actor: Actor) -> frozenset[str]:
    return frozenset(_controller(held.place) for held in _grants(actor) if _is_full(held))


# ---------------------------------------------------------------- the register


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ROME).astimezone(UTC)


def _period(actor: Actor, filters: RegisterFilters) -> tuple[date, date]:
    until = filters.until or actor.on
    since = filters.since or until - timedelta(days=DEFAULT_DAYS)
    if until < since:
        raise PeriodTurned(since=f"{since:%d/%m/%Y}", until=f"{until:%d/%m/%Y}")
    return since, until


def _found(
    actor: Actor, filters: RegisterFilters, since: date, until: date
) -> QuerySet[AuditEvent]:
    found = AuditEvent.objects.filter(
        _reach(actor), at__gte=_midnight(since), at__lt=_midnight(until + timedelta(days=1))
    )
    wanted: Mapping[str, object] = {
        "actor": filters.actor,
        "person": filters.person,
        "comune": filters.comune or None,
        "ambito": filters.ambito or None,
        "kind__startswith": filters.kind or None,
        "outcome": filters.outcome,
        "client": filters.client or None,
    }
    found = found.filter(**{name: value for name, value in wanted.items() if value is not None})
    if filters.practice:
        found = found.filter(ente__in=_controllers(actor), practice=filters.practice)
    if filters.codice_fiscale:
        found = found.filter(subject__in=keyring().pseudonyms(filters.codice_fiscale))
    return found


def _named(filters: RegisterFilters) -> tuple[str, ...]:
    """Say what was looked for, for the evidence; a codice fiscale as its pseudonym."""
    named = {
        "since": filters.since,
        "until": filters.until,
        "actor": filters.actor,
        "person": filters.person,
        "comune": filters.comune,
        "ambito": filters.ambito,
        "kind": filters.kind,
        "outcome": filters.outcome,
        "client": filters.client,
        "practice": filters.practice,
    }
    said = [f"{name}={value}" for name, value in named.items() if value not in (None, "")]
    if filters.codice_fiscale:
        said.append(f"subject={keyring().pseudonym(filters.codice_fiscale).hex()}")
    return tuple(said)


def _number(cursor: str) -> int:
    digits = cursor[1:]
    if cursor[:1] not in "<>" or not digits.isdecimal() or len(digits) > 18:
        raise CursorUnknown
    return int(digits)


def _page(found: QuerySet[AuditEvent], cursor: str) -> tuple[list[AuditEvent], str, str]:
    """Return the events of a page, newest first, and the cursors to older and newer ones."""
    if cursor.startswith(">"):
        newer = list(found.filter(pk__gt=_number(cursor)).order_by("pk")[: PAGE + 1])
        events, more = newer[:PAGE][::-1], len(newer) > PAGE
        older_cursor = f"<{events[-1].pk}" if events else ""
        return events, older_cursor, f">{events[0].pk}" if events and more else ""
    if cursor:
        found = found.filter(pk__lt=_number(cursor))
    older = list(found.order_by("-pk")[: PAGE + 1])
    events = older[:PAGE]
    older_cursor = f"<{events[-1].pk}" if len(older) > PAGE else ""
    return events, older_cursor, f">{events[0].pk}" if events and cursor else ""


@disclosure(needs=Permission.REGISTER_READ)
def events_visible_to(
    actor: Actor, /, *, filters: RegisterFilters | None = None, cursor: str = ""
) -> RegisterPage:
    """Return a page of the register. `cursor` is the `older` or `newer` of another page.

    A search by codice fiscale needs `registro:read-subject` too.
    """
    filters = filters or RegisterFilters()
    held = _ask(actor, Permission.REGISTER_READ)
    if filters.codice_fiscale:
        _ask(actor, Permission.REGISTER_READ_SUBJECT)
    since, until = _period(actor, filters)
    events, older, newer = _page(_found(actor, filters, since, until), cursor)
    controllers = _controllers(actor)
    rows = tuple(_row(event, controllers) for event in events)
    record(RegisterRead(filters=_named(filters), rows=len(rows)), by=actor, held=held)
    return RegisterPage(rows, since, until, older, newer)


def _visible(actor: Actor, number: int) -> AuditEvent:
    event = AuditEvent.objects.filter(_reach(actor), pk=number).first()
    if event is None:
        raise NotFound
    return event


@disclosure(needs=Permission.REGISTER_READ)
def event_visible_to(actor: Actor, /, *, event: int) -> RegisterRow:
    """Return one event. Raises `NotFound` if it is absent or out of reach."""
    held = _ask(actor, Permission.REGISTER_READ)
    found = _visible(actor, event)
    record(EventRead(event=found.pk), by=actor, held=held)
    return _row(found, _controllers(actor))


# ---------------------------------------------------------------- proofs


@disclosure(needs=Permission.REGISTER_READ)
def event_proof(actor: Actor, /, *, event: int) -> EventProof:
    """Return the inclusion proof of an event, already checked against the signed checkpoint.

    Who does not see the whole event gets the proof without its content. Raises `NotFound`.
    """
    held = _ask(actor, Permission.REGISTER_READ)
    found = _visible(actor, event)
    proof = _proof_of(found, with_entry=found.ente in _controllers(actor))
    record(EventProofRead(event=found.pk, verified=proof.valid), by=actor, held=held)
    return proof


WAITING = "L'operazione è registrata ma non ancora sigillata. Riprova fra qualche secondo."
VALID = "L'evento è nel registro sigillato, così come fu scritto."
INVALID = (
    "Il contenuto dell'evento non torna con il registro sigillato. Avvisa chi gestisce il"
    " servizio e fai eseguire la verifica dell'intero registro."
)


def _proof_of(event: AuditEvent, *, with_entry: bool) -> EventProof:
    entry = bytes(event.body)
    with connection.cursor() as cursor:
        index = stored.leaf_index(cursor, event.pk)
        over = None if index is None else stored.checkpoint_over(cursor, index)
        if index is None or over is None:
            return EventProof(event=event.pk, waiting=True, valid=False, sentence=WAITING)
        try:
            path = proofs.inclusion_proof(index, over.size, stored.nodes(cursor))
        except LookupError:
            return EventProof(
                event=event.pk, waiting=False, valid=False, sentence=INVALID, index=index
            )
        cursor.execute("SELECT at FROM audit_checkpoint WHERE size = %s", (over.size,))
        (at,) = cursor.fetchone()
    file = proof_files.ProofFile(index, path, over.note, extra=f"evento {event.pk}".encode())
    signatures = _checked(file, entry)
    times = [signature.timestamp for signature in signatures or () if signature.timestamp]
    return EventProof(
        event=event.pk,
        waiting=False,
        valid=signatures is not None,
        sentence=INVALID if signatures is None else VALID,
        index=index,
        size=over.size,
        root=over.root.hex(),
        at=at,
        path=tuple(step.hex() for step in path),
        checkpoint=over.note,
        witnessed_at=datetime.fromtimestamp(min(times), UTC) if times else None,
        entry=entry if with_entry else b"",
        file=str(file),
    )


def _checked(file: proof_files.ProofFile, entry: bytes) -> tuple[Signature, ...] | None:
    """Return the signatures that hold, or None if the proof does not."""
    log = keys.public(settings.IAM_HOME / keys.LOG_KEY)
    witnesses = keys.witnesses(settings.IAM_HOME)
    try:
        return proof_files.check(file, entry, log=log, witnesses=witnesses)[1]
    except (NoteRejected, proofs.ProofRejected):
        return None


# ---------------------------------------------------------------- who saw a person's data


@disclosure(needs=Permission.REGISTER_READ_SUBJECT)
def subject_accesses(
    actor: Actor,
    /,
    *,
    codice_fiscale: str,
    canonical: str = "",
    reason: str,
    cursor: str = "",
    operators: bool = False,
) -> SubjectAccesses:
    """Return who saw the data of a person: when, why, for which ente, in which role.

    `canonical` is the codice fiscale without omocodia, under which a person may have been known
    before she was given another: accesses to either are returned, under the keys of every epoch.
    Operators are told apart by a label; `operators` shows who they are, which the person has a
    right to only where it is indispensable (C-579/21). Both leave `reason` on record, so it
    cannot be empty. Raises `ReasonMissing`, `ReasonNamesSomebody`.
    """
    held = _ask(actor, Permission.REGISTER_READ_SUBJECT)
    reason = _stated(reason)
    sought = {p for code in (codice_fiscale, canonical) if code for p in keyring().pseudonyms(code)}
    found = AuditEvent.objects.filter(_reach(actor), subject__in=sought).exclude(
        kind=SubjectAccessesRead.kind
    )
    events, older, _ = _page(found, cursor)
    labels: dict[object, str] = {}
    for event in reversed(events):
        if event.actor_kind != MODULE:
            labels.setdefault(event.actor, f"Operatore {len(labels) + 1}")
    record(
        SubjectAccessesRead(
            subject=keyring().pseudonym(codice_fiscale).hex(),
            rows=len(events),
            operators=operators,
            reason=reason,
        ),
        by=actor,
        held=held,
    )
    return SubjectAccesses(
        tuple(
            SubjectAccess(
                id=event.pk,
                at=event.at,
                kind=event.kind,
                outcome=event.outcome,
                purpose=event.purpose,
                practice=event.practice,
                ente=event.ente,
                comune=event.comune,
                role=event.role,
                client=event.client,
                permission=json.loads(bytes(event.body))["facts"].get("permission", ""),
                operator_label=labels.get(event.actor, f"Il modulo {event.client}"),
                operator=event.actor if operators and event.actor in labels else None,
            )
            for event in events
        ),
        older,
    )


# ---------------------------------------------------------------- export


@disclosure(needs=Permission.REGISTER_EXPORT)
def exported_register(actor: Actor, /, *, filters: RegisterFilters, reason: str) -> Export:
    """Return what the filters find as a ZIP: CSV, JSON lines, and a manifest that signs for both.

    The manifest names the newest checkpoint, so that the copy can be tied to the sealed log.
    Raises `ReasonMissing`, `ReasonNamesSomebody`, `ExportTooLarge`.
    """
    held = _ask(actor, Permission.REGISTER_EXPORT)
    reason = _stated(reason)
    since, until = _period(actor, filters)
    found = list(_found(actor, filters, since, until).order_by("pk")[: MOST_EXPORTED + 1])
    if len(found) > MOST_EXPORTED:
        raise ExportTooLarge(most=MOST_EXPORTED)
    controllers = _controllers(actor)
    rows = [_row(event, controllers) for event in found]
    contents = {"registro.csv": files.as_csv(rows), "registro.jsonl": files.as_json_lines(rows)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM audit_checkpoint ORDER BY size DESC LIMIT 1")
        newest = cursor.fetchone()
    facts = {
        "at": actor.at.isoformat(),
        "by": str(actor.id),
        "checkpoint": newest[0] if newest else "",
        "filters": _named(filters),
        "reason": reason,
        "rows": len(rows),
        "since": since.isoformat(),
        "until": until.isoformat(),
    }
    manifest = files.signed_manifest(facts, contents, _export_key())
    content = files.archive({**contents, "manifesto.txt": manifest})
    record(
        RegisterExported(
            filters=_named(filters),
            format="zip",
            rows=len(rows),
            digest=sha256(content).hexdigest(),
            reason=reason,
        ),
        by=actor,
        held=held,
    )
    name = f"registro-{since:%Y%m%d}-{until:%Y%m%d}.zip"
    return Export(name=name, content=content, manifest=manifest, rows=len(rows))


def _export_key() -> Signer:
    """Return the key that signs manifests, made at the first export: it has nothing to lose."""
    path = settings.IAM_HOME / keys.EXPORT_KEY
    if not keys.exists(path):
        keys.create(path, name="esportazioni.registro")
    return keys.load(path)


# ---------------------------------------------------------------- health


def log_health() -> LogHealth:
    """Return how far the tree and its witness are; open to all, as it holds nothing of anybody."""
    with connection.cursor() as cursor:
        reached = stored.position(cursor)
        cursor.execute(
            "SELECT (SELECT max(at) FROM audit_checkpoint WHERE size = %s), k.size, k.at"
            " FROM (SELECT 1) AS one LEFT JOIN LATERAL"
            " (SELECT size, at FROM audit_cosignature ORDER BY size DESC LIMIT 1) AS k ON true",
            (reached.size,),
        )
        sealed_at, cosigned_size, cosigned_at = cursor.fetchone()
        return LogHealth(
            size=reached.size,
            lag_seconds=stored.lag_seconds(cursor, reached),
            sealed_at=sealed_at,
            cosigned_size=cosigned_size or 0,
            cosigned_at=cosigned_at,
        )
