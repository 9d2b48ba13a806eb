# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The jobs look after themselves: stalled ones run again, old ones are forgotten."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from iam.notifications import tasks
from tests.notifications.post import jobs, notify, sender


def run_as_a_worker(task: Any) -> None:
    """Run one of the jobs that look after the others, with the connector of a worker."""

    async def run() -> None:
        connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]  # Django's
        with app.replace_connector(connector) as worker:
            async with worker.open_async():
                await task.func(SimpleNamespace(app=worker), timestamp=0)

    # In a thread of its own: Playwright's loop may be running in this one.
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(asyncio.run, run()).result()


def status_of_all() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs ORDER BY id")
        return [status for (status,) in cursor.fetchall()]


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_job_of_a_worker_that_died_waits_again(committed_db: str) -> None:
    notify(sender())
    sql("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 minutes')")
    sql(
        "UPDATE procrastinate_jobs SET status = 'doing', "
        "worker_id = (SELECT max(id) FROM procrastinate_workers)"
    )
    assert status_of_all() == ["doing"]

    run_as_a_worker(tasks.rescue)

    assert [name for _, name, _ in jobs()] == ["notifications.send"]


def test_a_job_of_a_worker_that_lives_is_left_alone(committed_db: str) -> None:
    notify(sender())
    sql("INSERT INTO procrastinate_workers DEFAULT VALUES")
    sql(
        "UPDATE procrastinate_jobs SET status = 'doing', "
        "worker_id = (SELECT max(id) FROM procrastinate_workers)"
    )

    run_as_a_worker(tasks.rescue)

    assert status_of_all() == ["doing"]


def test_only_jobs_that_succeeded_a_day_ago_are_forgotten(committed_db: str) -> None:
    for _ in range(3):
        notify(sender())
    sql(
        "UPDATE procrastinate_jobs SET status = 'doing' "
        "WHERE id < (SELECT max(id) FROM procrastinate_jobs)"
    )
    sql("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE status = 'doing'")
    sql(
        "UPDATE procrastinate_events SET at = now() - interval '2 days' "
        "WHERE job_id = (SELECT min(id) FROM procrastinate_jobs)"
    )

    run_as_a_worker(tasks.forget_jobs)

    assert status_of_all() == ["succeeded", "todo"]


@pytest.mark.parametrize(
    ("seconds", "schedule"),
    [(2, "* * * * * */2"), (0, "* * * * * */1"), (60, "*/1 * * * *"), (300, "*/5 * * * *")],
)
def test_the_mailbox_is_looked_at_as_often_as_the_settings_say(seconds: int, schedule: str) -> None:
    assert tasks.every(seconds) == schedule
