# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recomputing the whole log: every leaf, tile, root, signature, and what the witness has seen.

It reads one snapshot. The events are compared with the leaves of the tree (`events`); the tree
is then computed again from its leaves. The first fault is named.
"""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import psycopg

from iam.audit.tree import checkpoints, proofs, tiles
from iam.audit.tree.hashing import HASH_BYTES
from iam.audit.tree.notes import NoteRejected, VerifierKey
from iam.audit.verifier.events import BEGINNING, END, Checked, Span, check_span, check_span_apart
from iam.audit.verifier.faults import Fault, Place

READ_AT_ONCE = 8_192
WORTH_A_PROCESS = 100_000
"""Leaves from which a further process pays for its start."""

Connection = psycopg.Connection[Any]


@dataclass
class Report:
    """What was recomputed and found good."""

    events: int = 0
    waiting: int = 0
    tiles: int = 0
    batches: int = 0
    checkpoints: int = 0
    cosignatures: int = 0
    cosigned_size: int = 0
    witness_size: int = 0


@dataclass(frozen=True)
class Trust:
    """The keys that are trusted, and the newest checkpoint as the witness itself remembers it."""

    log: VerifierKey
    witnesses: Sequence[VerifierKey] = ()
    remembered: str = ""


def verify(connection: Connection, trust: Trust, *, conninfo: str = "") -> Report:
    """Recompute everything. Raises `Fault` at the first thing that is wrong.

    With `conninfo`, a long log is compared by one process for each processor.
    """
    report = Report()
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        for checked in _compare(connection, conninfo):
            if checked.fault is not None:
                raise Fault(_with_batch(connection, checked.fault))
            report.events += checked.events
            report.waiting += checked.waiting
        _Tree(connection, trust, report).compute()
    return report


# ---------------------------------------------------------------- the events


def _compare(connection: Connection, conninfo: str) -> Iterator[Checked]:
    row = connection.execute("SELECT coalesce(max(first_leaf + n), 0) FROM audit_batch").fetchone()
    size = 0 if row is None else int(row[0])
    processes = min(os.cpu_count() or 1, size // WORTH_A_PROCESS) if conninfo else 1
    spans = _spans(connection, size, max(1, processes))
    if len(spans) == 1:
        yield check_span(connection, spans[0])
        return
    row = connection.execute("SELECT pg_export_snapshot()").fetchone()
    assert row is not None
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(spans), mp_context=context) as pool:
        n = len(spans)
        yield from pool.map(check_span_apart, [conninfo] * n, [row[0]] * n, spans)


def _with_batch(connection: Connection, place: Place) -> Place:
    row = connection.execute(
        "SELECT max(first_leaf) FROM audit_batch WHERE first_leaf <= %s", (place.leaf,)
    ).fetchone()
    return place if row is None else replace(place, batch=row[0])


def _spans(connection: Connection, size: int, parts: int) -> list[Span]:
    """Cut the log at ends of batches into at most `parts` spans of about the same length."""
    last = connection.execute(
        "SELECT log_epoch, xid_to FROM audit_batch ORDER BY first_leaf DESC LIMIT 1"
    ).fetchone()
    reached = BEGINNING if last is None else (last[0], last[1])
    spans: list[Span] = []
    first, after = 0, BEGINNING
    for part in range(1, parts):
        row = connection.execute(
            "SELECT first_leaf + n, log_epoch, xid_to FROM audit_batch"
            " WHERE first_leaf >= %s ORDER BY first_leaf LIMIT 1",
            (max(first, size * part // parts),),
        ).fetchone()
        if row is None or row[0] >= size:
            break
        spans.append(Span(first, row[0], after, (row[1], row[2]), reached))
        first, after = row[0], (row[1], row[2])
    spans.append(Span(first, size, after, END, reached))
    return spans


# ---------------------------------------------------------------- the tree


class _Tree:
    """The tree computed again from its leaves, batch by batch."""

    def __init__(self, connection: Connection, trust: Trust, report: Report) -> None:
        self._connection = connection
        self._trust = trust
        self._report = report
        self._edge = tiles.Edge()
        self._reached = BEGINNING
        self._tiles: dict[tuple[int, int], bytes] = {}

    def compute(self) -> None:
        query = (
            "SELECT first_leaf, n, log_epoch, xid_from, xid_to, b.root, c.root, note"
            " FROM audit_batch b FULL JOIN audit_checkpoint c ON c.size = first_leaf + n"
            " ORDER BY coalesce(first_leaf + n, c.size)"
        )
        for batch in self._stream("batches", query):
            self._batch(*batch)
        self._no_tile_too_many()
        self._cosignatures()
        self._witness()

    def _stream(self, name: str, query: Any) -> Iterator[Any]:
        with psycopg.ServerCursor[Any](self._connection, name) as cursor:
            cursor.execute(query, binary=True)
            while rows := cursor.fetchmany(READ_AT_ONCE):
                yield from rows

    def _tile(self, level: int, index: int) -> bytes:
        kept = self._tiles.get((level, index))
        if kept is None:
            row = self._connection.execute(
                "SELECT hashes FROM audit_tile WHERE level = %s AND index = %s", (level, index)
            ).fetchone()
            kept = b"" if row is None else bytes(row[0])
            if len(self._tiles) > tiles.CACHED_TILES:
                self._tiles.clear()
            self._tiles[level, index] = kept
        return kept

    def _leaves(self, first: int, end: int) -> Iterator[bytes]:
        for index in range(first // tiles.WIDTH, (end - 1) // tiles.WIDTH + 1):
            hashes, start = self._tile(0, index), index * tiles.WIDTH
            for leaf in range(max(first, start), min(end, start + tiles.WIDTH)):
                yield hashes[(leaf - start) * HASH_BYTES : (leaf - start + 1) * HASH_BYTES]

    def _batch(
        self,
        first: int | None,
        n: int,
        epoch: int,
        xid_from: int,
        xid_to: int,
        root: bytes,
        signed_root: bytes | None,
        note: str | None,
    ) -> None:
        at = self._edge.size
        if first is None:
            raise Fault(
                Place(
                    "checkpoint-senza-blocco",
                    f"Dopo la foglia {at} c'è una firma dell'albero senza il blocco di eventi che"
                    " firma: il blocco è stato tolto.",
                    leaf=at,
                )
            )
        if first != at or (epoch, xid_from) <= self._reached or xid_to < xid_from:
            raise Fault(
                Place(
                    "blocco-mancante",
                    f"Dopo la foglia {at} manca un blocco di eventi: il successivo comincia alla"
                    f" foglia {first}.",
                    leaf=at,
                    batch=first,
                )
            )
        self._reached = (epoch, xid_to)
        changed = self._edge.append(self._leaves(first, first + n))
        for (level, index), hashes in changed.items():
            if not self._tile(level, index).startswith(hashes):
                raise self._wrong(
                    "tessera-alterata",
                    f"La tessera {level}/{index} dell'albero non è quella che gli eventi danno",
                    first,
                )
            self._report.tiles += len(hashes) == tiles.FULL_BYTES
        if self._edge.root() != bytes(root):
            raise self._wrong(
                "radice-del-blocco", "La radice non è quella che gli eventi danno", first
            )
        self._report.batches += 1
        self._checkpoint(first, signed_root, note)

    def _checkpoint(self, first: int, root: bytes | None, note: str | None) -> None:
        size, log = self._edge.size, self._trust.log
        if note is None or root is None:
            raise self._wrong(
                "firma-mancante", f"Manca la firma dell'albero di {size} foglie", first
            )
        try:
            signed, _ = checkpoints.opened(note, [log], origin=log.name)
        except NoteRejected as fault:
            raise self._wrong(
                "firma-non-valida", f"La firma dell'albero di {size} foglie non è valida", first
            ) from fault
        if (signed.size, signed.root, bytes(root)) != (size, self._edge.root(), signed.root):
            raise self._wrong(
                "firma-di-altro-albero",
                f"La firma sull'albero di {size} foglie è di un altro albero",
                first,
            )
        self._report.checkpoints += 1

    def _wrong(self, code: str, what: str, first: int) -> Fault:
        sentence = f"{what} (blocco che comincia alla foglia {first})."
        return Fault(Place(code, sentence, leaf=first, batch=first))

    def _no_tile_too_many(self) -> None:
        size, level = self._edge.size, 0
        rows = self._connection.execute(
            "SELECT level, max(index), count(*), sum(length(hashes))::bigint FROM audit_tile"
            " GROUP BY level ORDER BY level"
        ).fetchall()
        found = {row[0]: row[1:] for row in rows}
        while size:
            whole = (size + tiles.WIDTH - 1) // tiles.WIDTH
            if found.pop(level, None) != (whole - 1, whole, size * HASH_BYTES):
                raise _tiles_differ(level)
            size, level = size // tiles.WIDTH, level + 1
        for level in found:
            raise _tiles_differ(level)

    # ------------------------------------------------------------ the witness

    def _cosignatures(self) -> None:
        names = {key.name for key in self._trust.witnesses}
        query = (
            "SELECT k.size, k.line, c.note FROM audit_cosignature k"
            " LEFT JOIN audit_checkpoint c ON c.size = k.size ORDER BY k.size"
        )
        for size, line, note in self._stream("cosignatures", query):
            if line.split(" ")[1] not in names:
                continue
            if note is None:
                raise self._shortened(f"Un testimone ha firmato {size} foglie")
            try:
                checkpoints.opened(note + line, self._trust.witnesses, origin=self._trust.log.name)
            except NoteRejected as fault:
                raise Fault(
                    Place(
                        "testimonianza-non-valida",
                        f"La firma del testimone sull'albero di {size} foglie non è valida.",
                        leaf=size,
                    )
                ) from fault
            self._report.cosignatures += 1
            self._report.cosigned_size = size

    def _witness(self) -> None:
        """Compare with the newest checkpoint that the witness remembers, out of this database."""
        if not self._trust.remembered:
            return
        try:
            seen, _ = checkpoints.opened(
                self._trust.remembered, self._trust.witnesses, origin=self._trust.log.name
            )
        except NoteRejected as fault:
            raise Fault(
                Place("testimone-alterato", "Lo stato del testimone non è firmato da lui.")
            ) from fault
        if seen.size > self._edge.size:
            raise self._shortened(f"Il testimone ha visto {seen.size} foglie")
        if proofs.root(seen.size, tiles.nodes_of(self._tile)) != seen.root:
            raise Fault(
                Place(
                    "registro-riscritto",
                    f"Il testimone ha firmato un altro albero di {seen.size} foglie: il registro"
                    " è stato riscritto e firmato di nuovo con la sua chiave.",
                    leaf=0,
                )
            )
        self._report.witness_size = seen.size

    def _shortened(self, what: str) -> Fault:
        size = self._edge.size
        sentence = f"{what}, ma l'albero ne ha {size}: la fine del registro è stata tolta."
        return Fault(Place("albero-accorciato", sentence, leaf=size))


def _tiles_differ(level: int) -> Fault:
    return Fault(
        Place(
            "tessere-in-piu-o-in-meno",
            f"Le tessere di livello {level} non sono tante quante l'albero ne ha.",
        )
    )
