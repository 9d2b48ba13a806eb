# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Comparing events with the leaves of the tree: content, fingerprint and columns.

A long log is cut at ends of batches into spans, one for each processor; all read the same
snapshot of the database.
"""

import gc
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import psycopg

from iam.audit.tree import tiles
from iam.audit.tree.hashing import HASH_BYTES
from iam.audit.verifier import columns
from iam.audit.verifier.faults import Place

READ_AT_ONCE = 4_096
BEGINNING = (0, -1)
END = (2**31 - 1, 2**63 - 1)

Connection = psycopg.Connection[Any]
Row = tuple[int, int, int, bytes, bytes, str]


@dataclass(frozen=True)
class Span:
    """Leaves `first` to `end`, the last excluded, and the transactions that may hold them.

    The transactions go from `after` to `upto`, the first excluded, as (log_epoch, xid).
    What lies after the last leaf waits for the sequencer, if its transaction does.
    """

    first: int
    end: int
    after: tuple[int, int]
    upto: tuple[int, int]
    reached: tuple[int, int]
    """The last transaction of the tree."""


@dataclass
class Checked:
    events: int = 0
    waiting: int = 0
    fault: Place | None = None


def check_span_apart(conninfo: str, snapshot: str, span: Span) -> Checked:
    """Check a span in a process of its own, on the snapshot that another connection exported."""
    with psycopg.connect(conninfo, autocommit=True) as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute(
            psycopg.sql.SQL("SET TRANSACTION SNAPSHOT {}").format(psycopg.sql.Literal(snapshot))
        )
        return check_span(connection, span)


def check_span(connection: Connection, span: Span) -> Checked:
    """Compare the events of `span` with their leaves; stop at the first that is wrong."""
    checker = _Checker(connection, span)
    gc.disable()  # millions of small dictionaries, and no cycle among them
    try:
        checker.run()
    finally:
        gc.enable()
    return checker.checked


class _Checker:
    def __init__(self, connection: Connection, span: Span) -> None:
        self._connection = connection
        self._span = span
        self._tile = b""
        self._tile_index = -1
        self.checked = Checked()

    def run(self) -> None:
        index, end, expected = self._span.first, self._span.end, columns.expected
        for rows in self._rows():
            for number, row in enumerate(rows):
                if index == end:
                    self._after_the_tree(row)
                else:
                    leaf = sha256(b"\x00" + row[3]).digest()
                    if leaf != row[4] or leaf != self._signed_leaf(index):
                        self._fail(self._wrong_leaf(index, row, rows[number + 1 : number + 2]))
                    elif expected(row[3]) != row[5]:
                        self._fail(self._wrong_columns(index, row))
                    index += 1
                if self.checked.fault is not None:
                    return
        self.checked.events = index - self._span.first
        if index < self._span.end:
            self.checked.fault = Place(
                "eventi-mancanti",
                f"Dopo la foglia {index - 1} mancano eventi che l'albero firmato contiene: sono"
                " stati cancellati.",
                leaf=index,
            )

    def _rows(self) -> Iterator[list[Row]]:
        with psycopg.ServerCursor[Row](self._connection, "events") as cursor:
            cursor.execute(
                psycopg.sql.SQL(
                    "SELECT id, log_epoch, xid, body, leaf, {} FROM audit_event"
                    " WHERE (log_epoch, xid) > (%s, %s) AND (log_epoch, xid) <= (%s, %s)"
                    " ORDER BY log_epoch, xid, id"
                ).format(psycopg.sql.SQL(columns.SQL)),
                (*self._span.after, *self._span.upto),
                binary=True,
            )
            while rows := cursor.fetchmany(READ_AT_ONCE):
                yield rows

    def _signed_leaf(self, index: int) -> bytes:
        number, inside = divmod(index, tiles.WIDTH)
        if number != self._tile_index:
            row = self._connection.execute(
                "SELECT hashes FROM audit_tile WHERE level = 0 AND index = %s", (number,)
            ).fetchone()
            self._tile, self._tile_index = b"" if row is None else bytes(row[0]), number
        return self._tile[inside * HASH_BYTES : (inside + 1) * HASH_BYTES]

    def _fail(self, place: Place) -> None:
        self.checked.fault = place

    def _wrong_columns(self, index: int, row: Row) -> Place:
        names = ", ".join(columns.differing(row[3], row[5]))
        return Place(
            "colonne-alterate",
            f"Nell'evento {row[0]} (foglia {index}) le colonne di ricerca non dicono ciò che il"
            f" suo contenuto prova: {names}.",
            leaf=index,
            event=row[0],
        )

    def _wrong_leaf(self, index: int, row: Row, following: list[Row]) -> Place:
        """Say how the log departs from its tree at `index`, as far as the neighbours tell."""
        signed, after = self._signed_leaf(index), self._signed_leaf(index + 1)
        own = sha256(b"\x00" + row[3]).digest()
        later = sha256(b"\x00" + following[0][3]).digest() if following else b""
        if own == signed:
            return Place(
                "impronta-alterata",
                f"Nell'evento {row[0]} (foglia {index}) l'impronta è stata cambiata.",
                leaf=index,
                event=row[0],
            )
        if not signed:
            return Place(
                "tessera-mancante", f"Manca la tessera che copre la foglia {index}.", leaf=index
            )
        if own == after and later == signed:
            return Place(
                "eventi-scambiati",
                f"Gli eventi delle foglie {index} e {index + 1} sono stati scambiati"
                f" (evento {row[0]}).",
                leaf=index,
                event=row[0],
            )
        if own == after:
            return Place(
                "evento-cancellato",
                f"L'evento della foglia {index} è stato cancellato: al suo posto c'è l'evento"
                f" {row[0]}, che è il successivo.",
                leaf=index,
            )
        if later == signed:
            return Place(
                "evento-inserito",
                f"L'evento {row[0]} è stato inserito alla foglia {index} dopo la firma.",
                leaf=index,
                event=row[0],
            )
        return Place(
            "evento-alterato",
            f"L'evento {row[0]} (foglia {index}) non è quello che fu firmato.",
            leaf=index,
            event=row[0],
        )

    def _after_the_tree(self, row: Row) -> None:
        """Judge an event beyond the last leaf of the span."""
        if (row[1], row[2]) <= self._span.reached:
            self.checked.fault = Place(
                "evento-fuori-albero",
                f"L'evento {row[0]} è stato inserito fra altri già firmati (dopo la foglia"
                f" {self._span.end - 1}).",
                leaf=self._span.end - 1,
                event=row[0],
            )
        elif sha256(b"\x00" + row[3]).digest() != row[4]:
            self.checked.fault = Place(
                "impronta-alterata",
                f"L'evento {row[0]}, in attesa di firma, non corrisponde alla sua impronta.",
                event=row[0],
            )
        self.checked.waiting += 1
