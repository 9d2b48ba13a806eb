# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nobody edits the log: neither the service, nor the owner of its tables."""

import psycopg
import pytest
from psycopg import sql

from config.environment import DatabaseRole
from iam.audit.privileges import APPEND_ONLY, TILES, WRITTEN_BY_THE_SEQUENCER
from tests.audit.conftest import Log

CHANGES = {
    "audit_event": "kind = 'other'",
    "audit_change": "object_pk = 'other'",
    "audit_epoch": "cluster = 'other'",
    "audit_tile": "hashes = sha256('other')",
    "audit_batch": "n = 99",
    "audit_checkpoint": "note = 'other'",
    "audit_cosignature": "line = 'other'",
}


def test_every_table_of_the_log_is_tried() -> None:
    assert set(CHANGES) == set(APPEND_ONLY)


@pytest.mark.norma("GDPR", "5(2), 32", "Il registro non può essere alterato")
@pytest.mark.parametrize("role", ["app", "sequencer", "auditor", "owner", None])
def test_no_role_may_change_or_remove_what_is_written(log: Log, role: DatabaseRole | None) -> None:
    log.write_and_sequence(3)
    with log.connect(role) as connection:
        connection.execute("SET session_replication_role = replica") if role is None else None
        for table in APPEND_ONLY:
            for statement in (
                f"UPDATE {table} SET {CHANGES[table]}",
                f"DELETE FROM {table}",
                f"TRUNCATE {table}",
            ):
                if table == TILES and role == "sequencer" and statement.startswith("UPDATE"):
                    continue
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(sql.SQL(statement))
    assert log.verify().events == 3


@pytest.mark.parametrize("role", ["app", "auditor"])
def test_only_the_sequencer_writes_the_tree(log: Log, role: DatabaseRole) -> None:
    log.write_and_sequence(1)
    with log.connect(role) as connection:
        for table in WRITTEN_BY_THE_SEQUENCER:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(sql.SQL(f"INSERT INTO {table} SELECT * FROM {table}"))


@pytest.mark.parametrize("role", ["sequencer", "auditor"])
def test_only_the_service_writes_events(log: Log, role: DatabaseRole) -> None:
    with log.connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("INSERT INTO audit_event (kind) VALUES ('x')")


@pytest.mark.parametrize(
    "change",
    [
        "hashes = sha256('other')",
        "hashes = hashes",
        "hashes = substring(hashes FOR 32)",
        "hashes = sha256('other') || hashes",
        "index = 7, hashes = hashes || sha256('x')",
    ],
)
def test_a_tile_only_grows_to_the_right_even_for_the_sequencer(log: Log, change: str) -> None:
    log.write_and_sequence(3)
    with log.connect("sequencer") as sequencer, pytest.raises(psycopg.errors.InsufficientPrivilege):
        sequencer.execute(sql.SQL(f"UPDATE audit_tile SET {change}"))


def test_the_number_and_the_transaction_of_an_event_are_the_databases(log: Log) -> None:
    with log.connect() as app, pytest.raises(psycopg.errors.GeneratedAlways):
        app.execute("INSERT INTO audit_event (id, kind) VALUES (7, 'x')")
