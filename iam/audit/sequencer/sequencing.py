# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One step of the sequencer: committed events become leaves, in one transaction.

The order of the log is (log_epoch, xid, id). Only transactions below the xmin horizon are
taken: all of them have ended, so no event can still appear before one that is in the tree.
"""

from collections.abc import Iterator

import psycopg

from iam.audit.ledger import stored
from iam.audit.ledger.stored import Position
from iam.audit.tree.checkpoints import Checkpoint
from iam.audit.tree.notes import Signer
from iam.audit.tree.tiles import Edge, TileMissing

LOCK = 0x6C6F67
"""The advisory lock of the one sequencer that may append."""

BATCH = 32_768
"""Leaves after which a batch ends, at the next end of a transaction."""

READ_AT_ONCE = 4_096
NO_HORIZON = 2**63 - 1

Connection = psycopg.Connection[tuple[object, ...]]


class LogBroken(RuntimeError):
    """The stored tree contradicts itself, or the cluster is another: nothing may be appended."""


class Sequencer:
    """The one who appends; after any exception it is discarded, and its connection closed."""

    def __init__(self, connection: Connection, signer: Signer) -> None:
        """`connection` is in autocommit and for it alone: the lock lives and dies with it."""
        self._connection = connection
        self._signer = signer
        self._edge = Edge()
        self._epoch = 1
        self.position = Position()

    def take_lock(self) -> bool:
        """Become the only sequencer of this database and take up its tree, unless another is.

        Raises `LogBroken` if the stored tree cannot be continued.
        """
        row = self._connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchone()
        if row is None or not row[0]:
            return False
        self._take_up()
        return True

    def _take_up(self) -> None:
        cursor = self._connection.cursor()
        reached = stored.position(cursor)
        cursor.execute(
            "SELECT epoch, cluster = system_identifier::text"
            " FROM audit_epoch, pg_control_system() ORDER BY epoch DESC LIMIT 1"
        )
        row = cursor.fetchone()
        if row is None or not row[1]:
            raise LogBroken(
                "La base di dati viene da un altro server, dove i numeri di transazione sono"
                " altri. Esegui «manage.py audit_open_epoch», poi riavvia il servizio."
            )
        try:
            edge = Edge(reached.size, stored.fetch_tile(cursor))
        except TileMissing as fault:
            raise LogBroken(f"Manca una parte dell'albero del registro ({fault}).") from fault
        if edge.root() != reached.root:
            raise LogBroken("L'albero del registro non dà la radice dell'ultimo blocco.")
        self._edge, self._epoch, self.position = edge, int(str(row[0])), reached

    def step(self) -> int:
        """Append at most one batch; return how many events went into the tree."""
        with self._connection.transaction():
            return self._append()

    def _append(self) -> int:
        reached = self.position
        cursor = self._connection.cursor()
        last = self._end_of_batch(cursor, reached)
        if last is None:
            if reached.log_epoch < self._epoch:
                self.position = Position(reached.size, reached.root, reached.log_epoch + 1, 0)
            return 0
        first_leaf, first = self._edge.size, None
        for rows in self._events(reached, last):
            first = first or rows[0][0]
            changed = self._edge.append(leaf for _, leaf in rows)
            cursor.executemany(
                "INSERT INTO audit_tile (level, index, hashes) VALUES (%s, %s, %s)"
                " ON CONFLICT (level, index) DO UPDATE SET hashes = EXCLUDED.hashes",
                [(level, index, hashes) for (level, index), hashes in changed.items()],
            )
        size, root = self._edge.size, self._edge.root()
        cursor.execute(
            "INSERT INTO audit_batch (first_leaf, n, log_epoch, xid_from, xid_to, root)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            (first_leaf, size - first_leaf, reached.log_epoch, first, last, root),
        )
        cursor.execute(
            "INSERT INTO audit_checkpoint (size, root, note) VALUES (%s, %s, %s)",
            (size, root, Checkpoint(self._signer.name, size, root).signed(self._signer)),
        )
        self.position = Position(size, root, reached.log_epoch, last)
        return size - first_leaf

    def _end_of_batch(self, cursor: stored.Cursor, reached: Position) -> int | None:
        """Return the last transaction to take, or None if there is none.

        The transactions of an epoch that is closed have all ended.
        """
        horizon = NO_HORIZON
        if reached.log_epoch == self._epoch:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            horizon = cursor.fetchone()[0]
        window = (reached.log_epoch, reached.xid, horizon)
        cursor.execute(
            "SELECT xid FROM audit_event WHERE log_epoch = %s AND xid > %s AND xid < %s"
            " ORDER BY log_epoch, xid, id LIMIT 1 OFFSET %s",
            (*window, BATCH - 1),
        )
        row = cursor.fetchone()
        if row is None:
            cursor.execute(
                "SELECT max(xid) FROM audit_event WHERE log_epoch = %s AND xid > %s AND xid < %s",
                window,
            )
            row = cursor.fetchone()
        last: int | None = row[0]
        return last

    def _events(self, reached: Position, last: int) -> Iterator[list[tuple[int, bytes]]]:
        with psycopg.ServerCursor[tuple[int, bytes]](self._connection, "leaves") as cursor:  # type: ignore[arg-type]  # the rows of this cursor have these types
            cursor.execute(
                "SELECT xid, leaf FROM audit_event WHERE log_epoch = %s AND xid > %s AND xid <= %s"
                " ORDER BY log_epoch, xid, id",
                (reached.log_epoch, reached.xid, last),
                binary=True,
            )
            while rows := cursor.fetchmany(READ_AT_ONCE):
                yield rows
