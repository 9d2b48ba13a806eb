# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A log of its own for each test: a clone of the migrated database, and a home for the keys."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config.environment import DatabaseRole
from iam.audit.ledger import keys
from iam.audit.sequencer.sequencing import Sequencer
from iam.audit.verifier.verifying import Report, Trust, verify
from tests import cluster

ORIGIN = "registro.example/log"
KIND = "audit.test.happened"

Connection = psycopg.Connection[Any]


def body_of(number: int, at: str = "2026-11-21T10:00:00.000001+00:00") -> bytes:
    """The bytes of an invented event, in the shape that the guard writes."""
    event = {
        "at": at,
        "by": {"kind": "system", "request": f"r{number}"},
        "facts": {"comune": "B102", "practice": f"P-{number}"},
        "kind": KIND,
        "law": "test",
        "outcome": 0,
        "salt": f"{number:032x}",
    }
    return json.dumps(event, sort_keys=True, separators=(",", ":")).encode()


def insert(connection: Connection, number: int) -> int:
    body = body_of(number)
    row = connection.execute(
        "INSERT INTO audit_event (at, kind, outcome, actor_kind, role, ambito, comune, ente,"
        " client, purpose, practice, request_id, address, body, leaf)"
        " VALUES (%s, %s, 0, 'system', '', '', 'B102', '', '', '', %s, %s, '', %s, %s)"
        " RETURNING id",
        (
            json.loads(body)["at"],
            KIND,
            f"P-{number}",
            f"r{number}",
            body,
            sha256(b"\x00" + body).digest(),
        ),
    ).fetchone()
    assert row is not None
    return int(row[0])


@dataclass
class Log:
    """The log of one test, and its hands: writers, a sequencer, a verifier, an intruder."""

    database: str
    home: Path

    def conninfo(self, role: DatabaseRole | None) -> str:
        """The way in as `role`, or as the superuser."""
        conninfo = cluster.home.cluster.conninfo(self.database)
        if role is None:
            return conninfo
        return psycopg.conninfo.make_conninfo(
            conninfo, user=f"iam_{role}", password=cluster.home.passwords[role]
        )

    @contextmanager
    def connect(self, role: DatabaseRole | None = "app") -> Iterator[Connection]:
        with psycopg.connect(self.conninfo(role), autocommit=True) as connection:
            yield connection

    def write(self, *sizes: int) -> None:
        """Commit one transaction for each of `sizes`, with so many events."""
        with self.connect() as app:
            number = 0
            for size in sizes:
                with app.transaction():
                    for _ in range(size):
                        insert(app, number)
                        number += 1

    def sequence(self, times: int = 1) -> int:
        """Take the lock and step; return the size of the tree."""
        with self.connect("sequencer") as connection:
            sequencer = Sequencer(connection, keys.load(self.home / keys.LOG_KEY))
            assert sequencer.take_lock()
            for _ in range(times):
                sequencer.step()
            return sequencer.position.size

    def write_and_sequence(self, *sizes: int) -> int:
        """One batch for each of `sizes`."""
        for size in sizes:
            self.write(size)
            self.sequence()
        return sum(sizes)

    @property
    def trust(self) -> Trust:
        return Trust(keys.public(self.home / keys.LOG_KEY))

    def verify(self, trust: Trust | None = None) -> Report:
        with self.connect("auditor") as connection:
            return verify(connection, trust or self.trust)

    def tamper(self, *statements: Any) -> None:
        """Do as the superuser what every trigger forbids."""
        with self.connect(None) as superuser, superuser.transaction():
            for table in ("audit_event", "audit_tile", "audit_batch", "audit_checkpoint"):
                superuser.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            for statement in statements:
                done = superuser.execute(statement)
                assert done.rowcount, "the intruder changed nothing"


@pytest.fixture
def log(django_db_setup: None, tmp_path: Path) -> Iterator[Log]:
    with cluster.home.fresh_database() as name:
        keys.create(tmp_path / keys.LOG_KEY, name=ORIGIN)
        yield Log(name, tmp_path)


@pytest.fixture
def wait_until() -> Callable[[Callable[[], bool]], None]:
    """Wait for another process to do what it should, at most half a minute."""
    from threading import Event
    from time import monotonic

    def wait(done: Callable[[], bool]) -> None:
        end, tick = monotonic() + 30, Event()
        while not done():
            assert monotonic() < end, "it did not happen in half a minute"
            tick.wait(0.02)

    return wait
