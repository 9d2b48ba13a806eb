# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the tables say of the tree, through any cursor: psycopg's or Django's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString, Protocol

from iam.audit.tree import proofs, tiles
from iam.audit.tree.hashing import EMPTY_ROOT


class Cursor(Protocol):
    """The part of a cursor that is used here."""

    def execute(self, query: LiteralString, params: Sequence[Any] = ..., /) -> Any: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> Any: ...


@dataclass(frozen=True)
class Position:
    """How far the tree has come: everything up to transaction `xid` of `log_epoch` is in it."""

    size: int = 0
    root: bytes = EMPTY_ROOT
    log_epoch: int = 1
    xid: int = 0


@dataclass(frozen=True)
class Cosigned:
    """A checkpoint as a note: the log's signature, then the witnesses'."""

    size: int
    root: bytes
    note: str
    witnesses: int


def position(cursor: Cursor) -> Position:
    cursor.execute(
        "SELECT first_leaf + n, root, log_epoch, xid_to FROM audit_batch"
        " ORDER BY first_leaf DESC LIMIT 1"
    )
    row = cursor.fetchone()
    return Position() if row is None else Position(row[0], bytes(row[1]), row[2], row[3])


def fetch_tile(cursor: Cursor) -> tiles.Fetch:
    """Return access to the stored tiles; an absent one is empty."""

    def fetch(level: int, index: int) -> bytes:
        cursor.execute(
            "SELECT hashes FROM audit_tile WHERE level = %s AND index = %s", (level, index)
        )
        row = cursor.fetchone()
        return b"" if row is None else bytes(row[0])

    return fetch


def nodes(cursor: Cursor) -> proofs.Nodes:
    return tiles.nodes_of(fetch_tile(cursor))


def leaf_index(cursor: Cursor, event: int) -> int | None:
    """Return the number of the event's leaf; None while it waits for the sequencer.

    An event has no row of its own in the tree: its place is the first leaf of its batch
    plus its rank there, by transaction and then by id.
    """
    cursor.execute(
        """
        SELECT batch.first_leaf + (
            SELECT count(*) FROM audit_event AS before
            WHERE before.log_epoch = event.log_epoch AND before.xid >= batch.xid_from
              AND (before.xid, before.id) < (event.xid, event.id))
        FROM audit_event AS event
        JOIN LATERAL (
            SELECT first_leaf, xid_from FROM audit_batch
            WHERE log_epoch = event.log_epoch AND xid_to >= event.xid
            ORDER BY xid_to LIMIT 1) AS batch ON batch.xid_from <= event.xid
        WHERE event.id = %s
        """,
        (event,),
    )
    row = cursor.fetchone()
    return None if row is None else int(row[0])


def checkpoint_over(cursor: Cursor, index: int) -> Cosigned | None:
    """Return the checkpoint to prove leaf `index` with: the newest that a witness has cosigned,
    else the newest; None while no checkpoint covers the leaf."""
    cursor.execute(
        """
        SELECT size, root, note, lines, witnesses FROM audit_checkpoint
        CROSS JOIN LATERAL (
            SELECT coalesce(string_agg(line, '' ORDER BY witness), ''), count(*)
            FROM audit_cosignature WHERE audit_cosignature.size = audit_checkpoint.size
        ) AS cosigned (lines, witnesses)
        WHERE size > %s AND size IN (
            (SELECT max(size) FROM audit_checkpoint), (SELECT max(size) FROM audit_cosignature))
        ORDER BY witnesses > 0 DESC, size DESC LIMIT 1
        """,
        (index,),
    )
    row = cursor.fetchone()
    return None if row is None else Cosigned(row[0], bytes(row[1]), row[2] + row[3], row[4])


def lag_seconds(cursor: Cursor, reached: Position) -> float:
    """Return the age of the oldest committed event that is not in the tree, 0 if there is none."""
    cursor.execute(
        "SELECT extract(epoch FROM clock_timestamp() - at)::float8 FROM audit_event"
        " WHERE (log_epoch, xid) > (%s, %s) ORDER BY log_epoch, xid, id LIMIT 1",
        (reached.log_epoch, reached.xid),
    )
    row = cursor.fetchone()
    return 0.0 if row is None else max(0.0, row[0])
