# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an installation holds, read from its database, and how it differs from what people saw.

Each comparison returns its findings as sentences; none is good.
"""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from demo.pec.mailboxes import Mailboxes
from tests.faults.people import Outcome, Write
from tests.installation import Installation

VERBS = {
    "convenzioni.convenzione.prepared": ("prepared", ""),
    "convenzioni.file.received": ("received", "upload"),
    "convenzioni.comune.enabled": ("enabled", ""),
    "convenzioni.comune.suspended": ("suspended", "reason"),
    "convenzioni.comune.reactivated": ("reactivated", ""),
    "roles.accreditation.review-started": ("review-started", ""),
    "roles.accreditation.integration-requested": ("integration-requested", ""),
    "roles.indication.recorded": ("indicated", "protocol_number"),
    "roles.grant.created": ("granted", "grant"),
    "roles.grant.revoked": ("revoked", "grant"),
}
"""The kinds of event that these people bring about: the verb, and the fact that is its mark."""

IN_ORDER = {
    "prepared",
    "received",
    "enabled",
    "suspended",
    "reactivated",
    "review-started",
    "integration-requested",
}
"""The verbs that one thread alone applies to a place, so that their order is known."""


@dataclass(frozen=True)
class Happened:
    """An event of the register, in the words of a diary; `mark` singles it out."""

    verb: str
    place: str
    mark: str
    facts: Mapping[str, Any]


class Books:
    """One snapshot after the other of the database; nothing is written."""

    def __init__(self, service: Installation) -> None:
        self.service = service

    def rows(self, query: str) -> list[Any]:
        with psycopg.connect(
            host=os.path.realpath(self.service.home / "run" / "postgresql"),
            user="postgres",
            password=(self.service.home / "secrets" / "database_superuser_password")
            .read_text(encoding="utf-8")
            .strip(),
            dbname="iam",
            options="-c default_transaction_read_only=on",
            row_factory=namedtuple_row,
        ) as connection:
            return connection.execute(query.encode()).fetchall()

    def number(self, query: str) -> int:
        return int(self.rows(query)[0][0])

    def happened(self) -> list[Happened]:
        """Return what people brought about, in the order of the register."""
        found = []
        for row in self.rows(
            "SELECT kind, coalesce(nullif(comune, ''), ambito) AS place,"
            " convert_from(body, 'UTF8') AS body FROM audit_event"
            " WHERE outcome = 0 AND actor_kind = 'person' ORDER BY id"
        ):
            if row.kind in VERBS:
                verb, mark = VERBS[row.kind]
                facts = json.loads(row.body)["facts"]
                found.append(Happened(verb, row.place, str(facts.get(mark, "")), facts))
        return found


def differences_in_order(writes: Iterable[Write], happened: Iterable[Happened]) -> list[str]:
    """Walk the writes of each place beside its events.

    An answered write has the next event; one that was not answered may have it; there is no other.
    """
    tried: dict[str, list[Write]] = defaultdict(list)
    for write in writes:
        if write.verb in IN_ORDER:
            tried[write.place].append(write)
    told: dict[str, list[Happened]] = defaultdict(list)
    for event in happened:
        if event.verb in IN_ORDER:
            told[event.place].append(event)
    return [
        said
        for place in sorted(tried.keys() | told.keys())
        for said in _differences(tried[place], told[place])
    ]


def _differences(tried: Sequence[Write], told: Sequence[Happened]) -> list[str]:
    """Return what has no explanation; every way to explain the unanswered writes is followed."""
    explained = {0}
    for write in tried:
        after = {
            number + 1
            for number in explained
            if number < len(told) and _explains(write, told[number])
        }
        if write.outcome is not Outcome.DONE:
            after |= explained
        if not after:
            return [f"answered, but not in the register: {write}"]
        explained = after
    if len(told) in explained:
        return []
    return [f"in the register, but nobody asked for it: {one}" for one in told[max(explained) :]]


def _explains(write: Write, event: Happened) -> bool:
    same = write.verb == event.verb and write.mark in ("", event.mark)
    return same and write.outcome is not Outcome.REFUSED


def conventions_differ(books: Books, happened: Sequence[Happened]) -> list[str]:
    """Compare conventions, uploads and enablements with the events that tell of them."""
    found = []
    prepared = books.rows(
        "SELECT comune_id, sections, state, accepted_id, c.id FROM convenzioni_convenzione c"
        " JOIN convenzioni_coverage v ON v.convenzione_id = c.id"
    )
    found += _unequal(
        "conventions", (row.comune_id for row in prepared), _places(happened, "prepared")
    )
    uploads = {row.id: row for row in books.rows("SELECT * FROM convenzioni_signedupload")}
    found += _unequal("uploads", map(str, uploads), _marks(happened, "received"))
    live = defaultdict(list)
    for row in books.rows("SELECT * FROM convenzioni_enablement"):
        live[row.comune_id].append(row)
    found += _unequal("enabled Comuni", sorted(live), _places(happened, "enabled"))
    for convention in prepared:
        rows = live[convention.comune_id]
        about = f"Comune {convention.comune_id}: "
        if bool(rows) != (convention.state == "in-vigore"):
            found.append(f"{about}{len(rows)} sections, convention {convention.state}")
        if rows and Counter(row.section for row in rows) != Counter(convention.sections):
            found.append(f"{about}half-enabled, {[row.section for row in rows]}")
        accepted = uploads.get(convention.accepted_id)
        for row in rows:
            if accepted is None or accepted.state != "accettato":
                found.append(f"{about}enabled without an accepted file")
            elif (row.report_hash, accepted.convenzione_id) != (
                accepted.report_hash,
                convention.id,
            ):
                found.append(f"{about}enabled on another report")
        found += [about + said for said in _suspension_differs(rows, happened)]
    return found


def _suspension_differs(rows: Sequence[Any], happened: Sequence[Happened]) -> list[str]:
    if not rows:
        return []
    place = rows[0].comune_id
    last = next(
        event
        for event in reversed(happened)
        if event.place == place and event.verb in {"enabled", "suspended", "reactivated"}
    )
    reasons = {row.suspension_reason for row in rows}
    return [] if reasons == {last.mark} else [f"the register says {last}, the rows {reasons}"]


def grants_differ(books: Books, writes: Sequence[Write], happened: Sequence[Happened]) -> list[str]:
    """Compare indications and grants with their events, and with what people were told."""
    indications = books.rows("SELECT id, protocol_number FROM roles_indication")
    grants = books.rows("SELECT * FROM roles_grant WHERE indication_id IS NOT NULL")
    protocols = [row.protocol_number for row in indications]
    found = [
        *_unequal("indications", protocols, _marks(happened, "indicated")),
        *_unequal("grants", (str(row.id) for row in grants), _marks(happened, "granted")),
        *_unequal(
            "revoked grants",
            (str(row.id) for row in grants if row.ended_at),
            _marks(happened, "revoked"),
        ),
    ]
    protocol_of = {row.id: row.protocol_number for row in indications}
    given = Counter(protocol_of[row.indication_id] for row in grants)
    ended = {str(row.id) for row in grants if row.ended_at}
    tried = {write.mark for write in writes if write.verb == "granted"}
    for write in writes:
        if write.outcome is not Outcome.DONE:
            continue
        if write.verb == "granted" and given[write.mark] != 1:
            found.append(f"answered, but there are {given[write.mark]} grants: {write}")
        if write.verb == "revoked" and write.mark not in ended:
            found.append(f"answered, but not revoked: {write}")
    found += [f"nobody asked for protocol {one}" for one in set(protocols) - tried]
    return found


def messages_differ(books: Books, happened: Sequence[Happened]) -> list[str]:
    """Compare the outbox with the requests that made it, and with the mailboxes it reached."""
    rows = books.rows(
        "SELECT m.id, reference, m.state, address FROM notifications_outboxmessage m"
        " JOIN notifications_outboxrecipient r ON r.message_id = m.id"
    )
    asked = [event.facts["message"] for event in happened if event.verb == "integration-requested"]
    found = _unequal("messages", (str(row.id) for row in rows), asked)
    mailboxes = Mailboxes(books.service.home / "demo" / "pec" / "mailboxes")
    for row in rows:
        letters = mailboxes.of(row.address).messages()
        copies = sum(row.reference.encode() in letter.content for letter in letters)
        if copies > 1 or (row.state == "consegnato" and copies != 1):
            found.append(f"message {row.reference}, {row.state}: {copies} copies")
    return found


def _places(happened: Iterable[Happened], verb: str) -> list[str]:
    return [event.place for event in happened if event.verb == verb]


def _marks(happened: Iterable[Happened], verb: str) -> list[str]:
    return [event.mark for event in happened if event.verb == verb]


def _unequal(what: str, rows: Iterable[str], events: Iterable[str]) -> list[str]:
    """Say which rows have no event of their own, and which events no row; each counts once."""
    kept, told = Counter(rows), Counter(events)
    missing = [f"{what}: {one} without its event" for one in (kept - told).elements()]
    return missing + [f"{what}: an event of {one} without it" for one in (told - kept).elements()]
