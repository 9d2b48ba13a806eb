# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Committed events become leaves: all of them, once, in the order of their transactions."""

import psycopg
import pytest

from iam.audit.ledger import keys, stored
from iam.audit.sequencer import sequencing
from iam.audit.sequencer.sequencing import LogBroken, Sequencer
from tests.audit.conftest import Log, insert


def test_committed_events_are_in_the_tree_and_rolled_back_ones_leave_no_trace(log: Log) -> None:
    log.write(3, 1)
    with log.connect() as app:
        with app.transaction():
            insert(app, 8)
            raise psycopg.Rollback
        insert(app, 9)
    assert log.sequence() == 5
    assert log.sequence() == 5
    assert log.verify().events == 5


def test_an_event_of_a_transaction_still_open_is_not_overtaken(log: Log) -> None:
    """An "id greater than the last" cursor would have lost the first event."""
    with log.connect() as slow, log.connect() as fast:
        with slow.transaction():
            first = insert(slow, 1)
            second = insert(fast, 2)
            assert first < second
            assert log.sequence() == 0
        assert log.sequence() == 2
    report = log.verify()
    assert (report.events, report.waiting) == (2, 0)


def test_what_waits_for_an_open_transaction_is_counted_and_timed(log: Log) -> None:
    with log.connect() as slow, slow.transaction():
        insert(slow, 1)
        with log.connect() as fast:
            insert(fast, 2)
        log.sequence()
        with log.connect("auditor") as auditor:
            position = stored.position(auditor.cursor())
            assert stored.lag_seconds(auditor.cursor(), position) > 0
        assert log.verify().waiting == 1


def test_transaction_numbers_are_ordered_as_numbers_when_they_gain_a_digit(log: Log) -> None:
    log.write(1, 1, 1)
    with log.connect(None) as superuser:
        superuser.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        superuser.execute("UPDATE audit_event SET xid = (ARRAY[9, 10, 100])[id]")
    assert log.sequence() == 3
    with log.connect("auditor") as auditor:
        cursor = auditor.cursor()
        assert [stored.leaf_index(cursor, event) for event in (1, 2, 3)] == [0, 1, 2]
    assert log.verify().events == 3


def test_a_batch_ends_only_where_a_transaction_ends(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequencing, "BATCH", 10)
    monkeypatch.setattr(sequencing, "READ_AT_ONCE", 7)
    log.write(4, 30, 2)
    assert log.sequence(times=3) == 36
    with log.connect("auditor") as auditor:
        batches = auditor.execute("SELECT n FROM audit_batch ORDER BY first_leaf").fetchall()
    assert batches == [(34,), (2,)]
    assert log.verify().events == 36


def test_of_two_sequencers_only_one_appends(log: Log) -> None:
    log.write(5)
    signer = keys.load(log.home / keys.LOG_KEY)
    with log.connect("sequencer") as one, log.connect("sequencer") as two:
        first, second = Sequencer(one, signer), Sequencer(two, signer)
        assert first.take_lock()
        assert not second.take_lock()
        assert first.step() == 5
        one.close()
        while not second.take_lock():
            pass
        assert second.step() == 0
        assert second.position.size == 5


def test_without_the_lock_the_tables_refuse_a_second_append(log: Log) -> None:
    log.write(5)
    signer = keys.load(log.home / keys.LOG_KEY)
    with log.connect("sequencer") as one, log.connect("sequencer") as two:
        careless = Sequencer(two, signer)
        careless._take_up()
        first = Sequencer(one, signer)
        assert first.take_lock()
        first.step()
        with pytest.raises(psycopg.DatabaseError):
            careless.step()
    assert log.verify().events == 5


def test_a_sequencer_that_dies_in_the_middle_leaves_nothing_half_done(log: Log) -> None:
    log.write(300)
    signer = keys.load(log.home / keys.LOG_KEY)
    with log.connect("sequencer") as connection, log.connect(None) as superuser:
        sequencer = Sequencer(connection, signer)
        assert sequencer.take_lock()
        connection.execute("BEGIN")
        assert sequencer._append() == 300
        superuser.execute("SELECT pg_terminate_backend(%s, 5000)", (connection.info.backend_pid,))
        with pytest.raises(psycopg.OperationalError):
            connection.execute("COMMIT")
    with log.connect("auditor") as auditor:
        assert stored.position(auditor.cursor()).size == 0
        assert auditor.execute("SELECT count(*) FROM audit_tile").fetchone() == (0,)
    assert log.sequence() == 300
    assert log.verify().events == 300


def test_a_tree_that_contradicts_itself_is_not_continued(log: Log) -> None:
    log.write_and_sequence(3)
    log.tamper("UPDATE audit_batch SET root = sha256('x')")
    log.write(1)
    with pytest.raises(LogBroken):
        log.sequence()


def test_a_database_restored_elsewhere_is_not_continued_until_its_epoch_is_opened(log: Log) -> None:
    log.write_and_sequence(3)
    log.write(2)
    log.tamper("ALTER TABLE audit_epoch DISABLE TRIGGER USER; UPDATE audit_epoch SET cluster = '1'")
    with pytest.raises(LogBroken, match="audit_open_epoch"):
        log.sequence()


def test_the_tree_goes_on_in_a_new_epoch_where_transaction_numbers_begin_again(log: Log) -> None:
    log.write_and_sequence(3)
    log.write(2)
    with log.connect("owner") as owner, owner.transaction():
        owner.execute(
            "INSERT INTO audit_epoch (epoch, cluster)"
            " SELECT 2, system_identifier::text FROM pg_control_system()"
        )
        owner.execute("ALTER TABLE audit_event ALTER COLUMN log_epoch SET DEFAULT 2")
    with log.connect(None) as superuser:
        superuser.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        superuser.execute("ALTER TABLE audit_batch DISABLE TRIGGER USER")
        superuser.execute("UPDATE audit_event SET xid = xid + 1000000")
        superuser.execute(
            "UPDATE audit_batch SET xid_from = xid_from + 1000000, xid_to = xid_to + 1000000"
        )
    log.write(4)
    assert log.sequence(times=4) == 9
    assert log.verify().events == 9
