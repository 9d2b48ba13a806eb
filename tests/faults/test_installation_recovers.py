# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole installation, as `make run` starts it: what is killed comes back, and nothing stays.

The tests share one installation without the simulated world, and follow one another.
"""

import os
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from config.environment import Environment
from deploy.local.children import left_behind
from deploy.local.processes import working_in
from tests.installation import Installation, installed, launch, wait_for

pytestmark = pytest.mark.timeout(400)


WITHOUT_THE_SIMULATED_WORLD = {"IAM_DEMO": "0"}


def answers(run: Installation) -> bool:
    try:
        with urllib.request.urlopen(run.url(), timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def processes(run: Installation) -> list[int]:
    return [*left_behind(run.home), *working_in(run.home / "postgres")]


def named(run: Installation, words: str) -> list[int]:
    """Return the processes whose command line holds `words`, the oldest first."""
    return [pid for pid in sorted(processes(run)) if words in command_line(pid)]


def command_line(pid: int) -> str:
    """Return the words of a process; none when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").replace("\0", " ")
    except OSError:
        return ""


def comuni(run: Installation) -> int:
    environment = Environment({"IAM_HOME": str(run.home)})
    with psycopg.connect(environment.database_as("app").conninfo) as connection:
        row = connection.execute("SELECT count(*) FROM enti_comune").fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    home = tmp_path_factory.mktemp("installation") / "home"
    with installed(home, variables=WITHOUT_THE_SIMULATED_WORLD) as running:
        yield running


def test_it_serves_with_the_comuni_loaded(run: Installation) -> None:
    assert answers(run)
    assert comuni(run) > 7_800


@pytest.mark.parametrize("words", ["granian", "manage.py worker", "iam.audit.sequencer"])
def test_a_killed_process_comes_back(run: Installation, words: str) -> None:
    wait_for(lambda: bool(named(run, words)))
    before = named(run, words)

    os.kill(before[0], signal.SIGKILL)

    wait_for(lambda: bool(named(run, words)) and not set(before) & set(named(run, words)))
    wait_for(lambda: answers(run))


def test_a_killed_database_comes_back_with_its_data(run: Installation) -> None:
    before = comuni(run)

    os.kill(named(run, "postgres -D")[0], signal.SIGKILL)

    wait_for(lambda: "PostgreSQL risponde di nuovo" in run.said)
    assert comuni(run) == before
    wait_for(lambda: answers(run))


def test_a_second_start_beside_the_first_is_refused(run: Installation) -> None:
    second = launch(run.home, run.port, variables=WITHOUT_THE_SIMULATED_WORLD)

    assert second.process.wait(timeout=60) == 1
    assert f"già avviato da questa cartella (processo {run.process.pid})" in second.said
    assert answers(run)


def test_nothing_outlives_a_killed_supervisor_and_the_next_start_recovers(
    run: Installation,
) -> None:
    before = comuni(run)

    run.process.kill()
    run.process.wait()
    for pid in processes(run):
        with suppress(ProcessLookupError):  # they also end by themselves
            os.kill(pid, signal.SIGKILL)

    with installed(run.home, run.port, variables=WITHOUT_THE_SIMULATED_WORLD) as heir:
        assert answers(heir)
        assert comuni(heir) == before
        heir.process.send_signal(signal.SIGINT)
        assert heir.process.wait(timeout=60) == 0
        assert processes(heir) == []
        assert "Tutti i processi sono fermi" in heir.said
