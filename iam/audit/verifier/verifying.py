# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recomputing the whole log: every leaf, tile, root, signature, and what the witness has seen.

It reads one snapshot, in the order of the log, and stops at the first fault, which it names.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import psycopg

from iam.audit.tree import checkpoints, proofs, tiles
from iam.audit.tree.hashing import HASH_BYTES
from iam.audit.tree.notes import NoteRejected, VerifierKey
from iam.audit.verifier import columns

READ_AT_ONCE = 8_192

Connection = psycopg.Connection[Any]
Row = tuple[int, int, int, bytes, bytes, str]


class Fault(Exception):
    """The first place where the log is not what was signed; `sentence` is for people."""

    def __init__(
        self,
        code: str,
        sentence: str,
        *,
        leaf: int | None = None,
        event: int | None = None,
        batch: int | None = None,
    ) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence
        self.leaf, self.event, self.batch = leaf, event, batch


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


def verify(connection: Connection, trust: Trust) -> Report:
    """Recompute everything. Raises `Fault` at the first thing that is wrong."""
    report = Report()
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        _Walk(connection, trust, report).run()
    return report


class _Walk:
    def __init__(self, connection: Connection, trust: Trust, report: Report) -> None:
        self._connection = connection
        self._trust = trust
        self._report = report
        self._edge = tiles.Edge()
        self._reached = (0, 0)
        self._tiles: dict[tuple[int, int], bytes] = {}

    def run(self) -> None:
        events = self._events()
        batches = self._stream(
            "batches",
            "SELECT first_leaf, n, log_epoch, xid_from, xid_to, b.root, c.root, note"
            " FROM audit_batch b FULL JOIN audit_checkpoint c ON c.size = first_leaf + n"
            " ORDER BY coalesce(first_leaf + n, c.size)",
        )
        for rows in batches:
            for batch in rows:
                self._batch(batch, events)
        self._rest(events)
        self._no_tile_too_many()
        self._cosignatures()
        self._witness()

    # ------------------------------------------------------------ reading

    def _stream(self, name: str, query: Any, at_once: int = READ_AT_ONCE) -> Iterator[list[Any]]:
        with psycopg.ServerCursor[Any](self._connection, name) as cursor:
            cursor.execute(query, binary=True)
            while rows := cursor.fetchmany(at_once):
                yield rows

    def _events(self) -> Iterator[Row]:
        query = (
            f"SELECT id, log_epoch, xid, body, leaf, {columns.SQL}"
            " FROM audit_event ORDER BY log_epoch, xid, id"
        )
        for rows in self._stream("events", query):
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

    # ------------------------------------------------------------ batches

    def _batch(self, batch: Any, events: Iterator[Row]) -> None:
        first, n, epoch, xid_from, xid_to, root, signed_root, note = batch
        at = self._edge.size
        if first is None:
            raise Fault(
                "checkpoint-senza-blocco",
                f"Dopo la foglia {at} c'è una firma dell'albero senza il blocco di eventi che"
                " firma: il blocco è stato tolto.",
                leaf=at,
            )
        if first != at or (epoch, xid_from) <= self._reached or xid_to < xid_from:
            raise Fault(
                "blocco-mancante",
                f"Dopo la foglia {at} manca un blocco di eventi: il successivo comincia alla"
                f" foglia {first}.",
                leaf=at,
                batch=first,
            )
        leaves = self._leaves(events, first, n)
        self._reached = (epoch, xid_to)
        changed = self._edge.append(leaves)
        for (level, index), hashes in changed.items():
            if not self._tile(level, index).startswith(hashes):
                raise Fault(
                    "tessera-alterata",
                    f"La tessera {level}/{index} dell'albero non è quella che gli eventi danno"
                    f" (blocco che comincia alla foglia {first}).",
                    leaf=first,
                    batch=first,
                )
            self._report.tiles += len(hashes) == tiles.FULL_BYTES
        if self._edge.root() != bytes(root):
            raise Fault(
                "radice-del-blocco",
                f"La radice del blocco che comincia alla foglia {first} non è quella che gli"
                " eventi danno.",
                leaf=first,
                batch=first,
            )
        self._report.batches += 1
        self._checkpoint(first, signed_root, note)

    def _leaves(self, events: Iterator[Row], first: int, n: int) -> list[bytes]:
        """Return the recomputed leaves of a batch, compared with their rows and tiles."""
        leaves: list[bytes] = []
        append, expected = leaves.append, columns.expected
        for index in range(first, first + n):
            row = next(events, None)
            if row is None:
                raise Fault(
                    "eventi-mancanti",
                    f"Il registro finisce alla foglia {index}, ma l'albero firmato continua:"
                    " gli eventi successivi sono stati cancellati.",
                    leaf=index,
                    batch=first,
                )
            body = row[3]
            leaf = sha256(b"\x00" + body).digest()
            offset = index % tiles.WIDTH * HASH_BYTES
            if not offset or index == first:
                tile = self._tile(0, index // tiles.WIDTH)
            if leaf != tile[offset : offset + HASH_BYTES]:
                raise self._wrong_leaf(index, first, row, next(events, None))
            if leaf != row[4]:
                raise Fault(
                    "impronta-alterata",
                    f"Nell'evento {row[0]} (foglia {index}) l'impronta è stata cambiata.",
                    leaf=index,
                    event=row[0],
                    batch=first,
                )
            try:
                told = expected(body)
            except (ValueError, LookupError, TypeError, AttributeError):
                told = ""
            if told != row[5]:
                names = ", ".join(columns.differing(body, row[5]))
                raise Fault(
                    "colonne-alterate",
                    f"Nell'evento {row[0]} (foglia {index}) le colonne di ricerca non dicono ciò"
                    f" che il suo contenuto prova: {names}.",
                    leaf=index,
                    event=row[0],
                    batch=first,
                )
            append(leaf)
        self._report.events += n
        return leaves

    def _signed_leaf(self, index: int) -> bytes:
        offset = index % tiles.WIDTH * HASH_BYTES
        return self._tile(0, index // tiles.WIDTH)[offset : offset + HASH_BYTES]

    def _wrong_leaf(self, index: int, first: int, row: Row, following: Row | None) -> Fault:
        """Say how the log departs from its tree at `index`, as far as the neighbours tell."""
        signed, after = self._signed_leaf(index), self._signed_leaf(index + 1)
        own = sha256(b"\x00" + row[3]).digest()
        later = sha256(b"\x00" + following[3]).digest() if following else b""
        where = {"leaf": index, "batch": first}
        if not signed:
            return Fault(
                "tessera-mancante", f"Manca la tessera che copre la foglia {index}.", **where
            )
        if own == after and later != signed:
            return Fault(
                "evento-cancellato",
                f"L'evento della foglia {index} è stato cancellato: al suo posto c'è"
                f" l'evento {row[0]}, che è il successivo.",
                **where,
            )
        if later == signed and own == after:
            sentence = f"Gli eventi delle foglie {index} e {index + 1} sono stati scambiati"
            return Fault(
                "eventi-scambiati", f"{sentence} (evento {row[0]}).", event=row[0], **where
            )
        if later == signed:
            return Fault(
                "evento-inserito",
                f"L'evento {row[0]} è stato inserito alla foglia {index} dopo la firma.",
                event=row[0],
                **where,
            )
        return Fault(
            "evento-alterato",
            f"L'evento {row[0]} (foglia {index}) non è quello che fu firmato.",
            event=row[0],
            **where,
        )

    def _checkpoint(self, first: int, root: Any, note: str | None) -> None:
        size = self._edge.size
        if note is None:
            raise Fault(
                "firma-mancante",
                f"Manca la firma dell'albero di {size} foglie (blocco che comincia alla foglia"
                f" {first}).",
                leaf=first,
                batch=first,
            )
        try:
            signed, _ = checkpoints.opened(note, [self._trust.log], origin=self._trust.log.name)
        except NoteRejected as fault:
            raise Fault(
                "firma-non-valida",
                f"La firma dell'albero di {size} foglie non è valida: {fault}.",
                leaf=first,
                batch=first,
            ) from fault
        if (signed.size, signed.root, bytes(root)) != (size, self._edge.root(), signed.root):
            raise Fault(
                "firma-di-altro-albero",
                f"La firma sull'albero di {size} foglie è di un altro albero.",
                leaf=first,
                batch=first,
            )
        self._report.checkpoints += 1

    # ------------------------------------------------------------ what is left

    def _rest(self, events: Iterator[Row]) -> None:
        for row in events:
            if (row[1], row[2]) <= self._reached:
                raise Fault(
                    "evento-fuori-albero",
                    f"L'evento {row[0]} è stato inserito fra altri già firmati"
                    f" (dopo la foglia {self._edge.size - 1}).",
                    leaf=self._edge.size - 1,
                    event=row[0],
                )
            if sha256(b"\x00" + row[3]).digest() != row[4]:
                raise Fault(
                    "impronta-alterata",
                    f"L'evento {row[0]}, in attesa di firma, non corrisponde alla sua impronta.",
                    event=row[0],
                )
            self._report.waiting += 1

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

    def _cosignatures(self) -> None:
        names = [key.name for key in self._trust.witnesses]
        query = (
            "SELECT k.size, k.line, c.note FROM audit_cosignature k"
            " LEFT JOIN audit_checkpoint c ON c.size = k.size ORDER BY k.size"
        )
        for rows in self._stream("cosignatures", query):
            for size, line, note in rows:
                if line.split(" ")[1] not in names:
                    continue
                if note is None:
                    raise Fault(
                        "albero-accorciato",
                        f"Un testimone ha firmato {size} foglie, ma l'albero ne ha"
                        f" {self._edge.size}: la fine del registro è stata tolta.",
                        leaf=self._edge.size,
                    )
                try:
                    checkpoints.opened(
                        note + line, self._trust.witnesses, origin=self._trust.log.name
                    )
                except NoteRejected as fault:
                    raise Fault(
                        "testimonianza-non-valida",
                        f"La firma del testimone sull'albero di {size} foglie non è valida.",
                        leaf=size,
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
                "testimone-alterato", "Lo stato del testimone non è firmato da lui."
            ) from fault
        if seen.size > self._edge.size:
            raise Fault(
                "albero-accorciato",
                f"Il testimone ha visto {seen.size} foglie, l'albero ne ha {self._edge.size}:"
                " la fine del registro è stata tolta.",
                leaf=self._edge.size,
            )
        if proofs.root(seen.size, tiles.nodes_of(self._tile)) != seen.root:
            raise Fault(
                "registro-riscritto",
                f"Il testimone ha firmato un altro albero di {seen.size} foglie: il registro è"
                " stato riscritto e firmato di nuovo con la sua chiave.",
                leaf=0,
            )
        self._report.witness_size = seen.size


def _tiles_differ(level: int) -> Fault:
    return Fault(
        "tessere-in-piu-o-in-meno",
        f"Le tessere di livello {level} non sono tante quante l'albero ne ha.",
    )
