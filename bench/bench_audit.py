# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the proof costs: to append, to seal, to verify, to prove one event.

Ratios and processor time matter more than rates here: client and server share the processors.
"""

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from statistics import median, quantiles
from threading import Event, Thread
from typing import Any

import psycopg

from bench.result import Result
from config.environment import CHECKOUT
from deploy.local.binaries import find_binaries
from deploy.local.postgres import Cluster
from iam.audit.ledger import keys, stored
from iam.audit.sequencer.sequencing import Sequencer
from iam.audit.tree import proofs
from iam.audit.tree.hashing import leaf_hash
from iam.audit.verifier.verifying import Trust, verify

EVENTS = 200_000
A_TRANSACTION = 500
ROUNDS = 3
SECONDS = 3
WRITERS = 8
PROOFS = 400

COLUMNS = (
    "at, kind, outcome, actor, actor_kind, role, ambito, comune, ente, subject, client, purpose,"
    " practice, request_id, address, body, leaf"
)
BODY = "x" * 420
INSERT = f"""\\set n random(1, 1000000000)
INSERT INTO {{table}} ({COLUMNS}{{more}}) VALUES (now(), 'oauth.decision.asked', 0,
 '6f9619ff-8b86-d011-b42d-00c04fc964ff', 'person', 'CASE_MANAGER', 'BS-04', 'B102', '',
 sha256(int8send(:n % 50000)), 'patti', 'presa-in-carico', 'P-1', 'r', '10.0.0.1',
 convert_to('{BODY}' || :n, 'UTF8'), sha256(convert_to('{BODY}' || :n, 'UTF8')){{values}});
"""

Connection = psycopg.Connection[Any]


def measure() -> Iterable[Result]:
    with tempfile.TemporaryDirectory(prefix="iam-bench-") as folder, server(Path(folder)) as there:
        keys.create(Path(folder) / keys.LOG_KEY, name="bench.example/log")
        yield from _appending(there, Path(folder))
        yield from _sealing(there, Path(folder))


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Yield the superuser's connection string of a server with the log's tables, and fsync on."""
    cluster = Cluster(
        data=folder / "postgres",
        password="bench",
        log=folder / "postgres.log",
        settings={"shared_buffers": "256MB", "max_wal_size": "2GB"},
    )
    folder.chmod(0o755)
    cluster.start()
    try:
        with psycopg.connect(cluster.conninfo()) as connection:
            connection.execute(_tables(cluster.conninfo()))
            connection.execute(
                "CREATE TABLE raw (LIKE audit_event);"
                " ALTER TABLE raw ALTER id ADD GENERATED ALWAYS AS IDENTITY, ADD PRIMARY KEY (id)"
            )
        yield cluster.conninfo()
    finally:
        cluster.stop()


def _tables(conninfo: str) -> str:
    """Return the SQL of the log's first migration; the rest of the service is not needed here."""
    done = subprocess.run(
        [sys.executable, "manage.py", "sqlmigrate", "audit", "0001"],
        cwd=CHECKOUT,
        env={**os.environ, "DATABASE_URL": conninfo},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


# ---------------------------------------------------------------- appending


def _appending(conninfo: str, home: Path) -> Iterable[Result]:
    ours, raw = home / "ours.sql", home / "raw.sql"
    ours.write_text(INSERT.format(table="audit_event", more="", values=""), encoding="utf-8")
    raw.write_text(
        INSERT.format(table="raw", more=", xid, log_epoch", values=", :n, 1"), encoding="utf-8"
    )
    rates: dict[str, list[float]] = {"raw": [], "log": [], "sealed": []}
    for _ in range(ROUNDS):
        rates["raw"].append(_pgbench(conninfo, raw))
        rates["log"].append(_pgbench(conninfo, ours))
        with sequencing(conninfo, home):
            rates["sealed"].append(_pgbench(conninfo, ours))
    raw_rate = median(rates["raw"])
    yield Result(name="scritture senza indici né albero", value=raw_rate, unit="/s")
    for name, words, least in (
        ("log", "scrittura nel registro, rispetto a una tabella nuda", None),
        ("sealed", "lo stesso con il sequenziatore al lavoro", None),
    ):
        ratio = median(a / b for a, b in zip(rates[name], rates["raw"], strict=True))
        yield Result(name=words, value=ratio * 100, unit="%", at_least=least)


def _pgbench(conninfo: str, script: Path) -> float:
    options = ["-n", "-M", "prepared", "-c", str(WRITERS), "-j", "2", "-T", str(SECONDS)]
    done = subprocess.run(
        [find_binaries() / "pgbench", *options, "-f", script, conninfo],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if done.returncode or found is None:
        raise RuntimeError(done.stderr)
    return float(found[1])


@contextmanager
def sequencing(conninfo: str, home: Path) -> Iterator[None]:
    """Seal every second while the block runs."""
    stop = Event()

    def run() -> None:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            sequencer = Sequencer(connection, keys.load(home / keys.LOG_KEY))
            assert sequencer.take_lock()
            while not stop.wait(1):
                while sequencer.step():
                    pass

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


# ---------------------------------------------------------------- sealing and proving


def _body(number: int) -> bytes:
    event = {
        "at": "2026-11-21T10:00:00.000001+00:00",
        "by": {
            "address": "10.0.0.1",
            "ambito": "BS-04",
            "client": "patti",
            "comune": "B102",
            "id": "6f9619ff-8b86-d011-b42d-00c04fc964ff",
            "kind": "person",
            "request": f"r{number}",
            "role": "CASE_MANAGER",
        },
        "facts": {
            "practice": f"P-{number % 1000}",
            "purpose": "presa-in-carico",
            "subject": sha256(b"%d" % (number % 5000)).hexdigest(),
        },
        "kind": "oauth.decision.asked",
        "law": "0123456789abcdef",
        "outcome": 0,
        "salt": f"{number:032x}",
    }
    return json.dumps(event, sort_keys=True, separators=(",", ":")).encode()


def _load(connection: Connection) -> None:
    for start in range(0, EVENTS, A_TRANSACTION):
        with (
            connection.transaction(),
            connection.cursor().copy(f"COPY audit_event ({COLUMNS}) FROM STDIN") as copy,
        ):
            for number in range(start, start + A_TRANSACTION):
                body = _body(number)
                facts = json.loads(body)["facts"]
                copy.write_row(
                    (
                        "2026-11-21T10:00:00.000001+00:00",
                        "oauth.decision.asked",
                        0,
                        "6f9619ff-8b86-d011-b42d-00c04fc964ff",
                        "person",
                        "CASE_MANAGER",
                        "BS-04",
                        "B102",
                        "",
                        bytes.fromhex(facts["subject"]),
                        "patti",
                        facts["purpose"],
                        facts["practice"],
                        f"r{number}",
                        "10.0.0.1",
                        body,
                        leaf_hash(body),
                    )
                )


def _sealing(conninfo: str, home: Path) -> Iterable[Result]:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for table in ("event", "tile", "batch", "checkpoint"):
            connection.execute(
                f"ALTER TABLE audit_{table} DISABLE TRIGGER USER; TRUNCATE audit_{table};"
                f" ALTER TABLE audit_{table} ENABLE TRIGGER USER"
            )
        _load(connection)
        connection.execute("VACUUM ANALYZE audit_event")
        sequencer = Sequencer(connection, keys.load(home / keys.LOG_KEY))
        assert sequencer.take_lock()
        began, size = time.perf_counter(), 0
        while appended := sequencer.step():
            size += appended
        yield Result(
            name="sigillo di eventi già scritti",
            value=size / (time.perf_counter() - began),
            unit="/s",
            at_least=50_000,
        )
        began = time.perf_counter()
        trust = Trust(keys.public(home / keys.LOG_KEY))
        report = verify(connection, trust, conninfo=conninfo)
        yield Result(
            name="verifica del registro intero",
            value=report.events / (time.perf_counter() - began),
            unit="/s",
            at_least=10_000,
        )
        yield from _proving(connection)


def _proving(connection: Connection) -> Iterable[Result]:
    cursor = connection.cursor()
    cursor.execute("SELECT min(id), max(id) FROM audit_event")
    low, high = cursor.fetchone() or (0, 0)
    times, steps = [], 0
    for event in random.Random(1).sample(range(low, high), PROOFS):
        began = time.perf_counter()
        index = stored.leaf_index(cursor, event)
        assert index is not None
        over = stored.checkpoint_over(cursor, index)
        assert over is not None
        path = proofs.inclusion_proof(index, over.size, stored.nodes(cursor))
        times.append((time.perf_counter() - began) * 1000)
        steps = len(path)
    yield Result(name="prova di un evento, mediana", value=median(times), unit="ms", at_most=50)
    yield Result(name="prova di un evento, p99", value=quantiles(times, n=100)[98], unit="ms")
    yield Result(name="passi della prova", value=steps, unit="hash")
