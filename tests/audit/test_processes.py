# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sequencer and the witness as processes, kept alive by whoever starts them."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

import pytest

from iam.audit.ledger import keys, stored
from iam.audit.sequencer import supervision
from iam.audit.sequencer.supervision import Child, children, keep_alive
from iam.audit.verifier.trusting import trust_at
from tests.audit.conftest import Log, insert

Wait = Callable[[Callable[[], bool]], None]
MOST_SEQUENCER_KIB = 45 * 1024
MOST_WITNESS_KIB = 35 * 1024


@contextmanager
def running(log: Log) -> Iterator[tuple[Child, Child]]:
    """Both processes, under the supervision that the worker gives them."""
    family = children(
        home=log.home,
        conninfo=log.conninfo("sequencer"),
        settings={"IAM_SEQUENCER_SECONDS": "0.05", "IAM_WITNESS_SECONDS": "0.1"},
    )
    stop = Event()
    watch = Thread(target=keep_alive, args=(family, stop))
    watch.start()
    try:
        yield family
    finally:
        stop.set()
        watch.join()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "LOOK_EVERY_SECONDS", 0.05)
    monkeypatch.setattr(supervision, "FIRST_PAUSE_SECONDS", 0.05)


def reached(log: Log) -> int:
    with log.connect("auditor") as auditor:
        return stored.position(auditor.cursor()).size


def cosigned(log: Log) -> int:
    with log.connect("auditor") as auditor:
        row = auditor.execute("SELECT coalesce(max(size), 0) FROM audit_cosignature").fetchone()
        assert row is not None
        return int(row[0])


def memory_of(pid: int) -> int:
    """Proportional set size, in KiB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def test_events_are_sealed_and_witnessed_also_after_both_processes_were_killed(
    log: Log, wait_until: Wait
) -> None:
    (log.home / keys.LOG_KEY).unlink()
    (log.home / keys.LOG_KEY).with_suffix(".vkey").unlink()
    with running(log) as (witness, sequencer), log.connect() as app:
        insert(app, 0)
        wait_until(lambda: reached(log) == 1 and cosigned(log) == 1)
        for number in range(1, 4):
            insert(app, number)
            for child in (witness, sequencer):
                if child.pid:
                    # It may be dead from the turn before, and not be followed by another yet.
                    with suppress(ProcessLookupError):
                        os.kill(child.pid, signal.SIGKILL)
            insert(app, number + 100)
        wait_until(lambda: reached(log) == 7 and cosigned(log) == 7)
        assert sequencer.pid
        assert witness.pid
        assert memory_of(sequencer.pid) < MOST_SEQUENCER_KIB
        assert memory_of(witness.pid) < MOST_WITNESS_KIB
        health = json.loads((log.home / "run" / "sequencer.json").read_text(encoding="utf-8"))
        assert (health["state"], health["size"], health["witness"]) in {
            ("ok", 7, "ok"),
            ("ok", 7, "nothing-new"),
        }
    report = log.verify(trust_at(log.home))
    assert (report.events, report.witness_size) == (7, 7)


def test_a_stopped_family_leaves_no_process(log: Log, wait_until: Wait) -> None:
    with running(log) as family:
        wait_until(lambda: all(child.pid for child in family))
        pids = [child.pid for child in family]
    for pid in pids:
        assert pid is not None
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_lost_key_is_never_replaced_by_a_new_one(log: Log, wait_until: Wait) -> None:
    log.write_and_sequence(2)
    (log.home / keys.LOG_KEY).with_suffix(".vkey").unlink()
    health = log.home / "run" / "sequencer.json"
    with running(log):
        wait_until(lambda: health.exists() and "broken" in health.read_text(encoding="utf-8"))
    assert "ripristinala" in json.loads(health.read_text(encoding="utf-8"))["detail"]
    assert not keys.exists(log.home / keys.LOG_KEY)


def test_the_private_keys_are_for_their_owner_only(log: Log) -> None:
    keys.create(log.home / keys.WITNESS_KEY, name="w")
    for key in (keys.LOG_KEY, keys.WITNESS_KEY):
        assert (log.home / key).stat().st_mode & 0o777 == 0o600
