# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The database that all other tests stand on has the rights of production."""

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from iam.audit.privileges import APPEND_ONLY


def _privileges_of(table: str, role: str) -> set[str]:
    kinds = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind FROM unnest(%s::text[]) AS kind WHERE has_table_privilege(%s, %s, kind)",
            [list(kinds), role, table],
        )
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.django_db
def test_tests_run_as_the_application() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        assert cursor.fetchone() == ("iam_app", "iam")


@pytest.mark.django_db
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_application_never_changes_the_log(table: str) -> None:
    assert _privileges_of(table, "iam_app") <= {"SELECT", "INSERT"}


@pytest.mark.django_db
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_auditor_only_reads_the_log(table: str) -> None:
    assert _privileges_of(table, "iam_auditor") == {"SELECT"}


@pytest.mark.django_db
def test_the_auditor_reads_nothing_but_the_log() -> None:
    assert _privileges_of("accounts_person", "iam_auditor") == set()
    assert _privileges_of("accounts_person", "iam_sequencer") == set()


def test_what_a_test_commits_stays_in_its_own_database(
    committed_db: str, owner_db: psycopg.Connection
) -> None:
    owner_db.execute(sql.SQL("CREATE TABLE left_behind (one int)"))
    owner_db.commit()

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        assert cursor.fetchone() == (committed_db,)
        cursor.execute("SELECT to_regclass('left_behind') IS NOT NULL")
        assert cursor.fetchone() == (True,)


@pytest.mark.django_db
def test_and_is_gone_for_the_next_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('left_behind') IS NULL")
        assert cursor.fetchone() == (True,)
