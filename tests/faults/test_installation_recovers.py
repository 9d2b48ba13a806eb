# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole installation, as `make run` starts it: what is killed comes back, and nothing stays.

The tests share one installation without the simulated world, and follow one another.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from config.environment import CHECKOUT, Environment
from deploy.local.children import left_behind
from deploy.local.processes import working_in

pytestmark = [pytest.mark.timeout(400), pytest.mark.xdist_group("installation")]


class Run:
    """One start of the installation in `home`."""

    def __init__(self, home: Path, port: int, *, output: str = "first.out") -> None:
        self.home = home
        self.port = port
        self.output = home.with_name(output)
        kept = {name: value for name, value in os.environ.items() if "DATABASE" not in name}
        with self.output.open("wb") as written:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "deploy.local"],
                cwd=CHECKOUT,
                env=kept
                | {
                    "IAM_HOME": str(home),
                    "IAM_DEMO": "0",
                    "PORT": str(port),
                    "DJANGO_SETTINGS_MODULE": "config.settings.development",
                },
                stdout=written,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def wait_until_ready(self) -> None:
        until(lambda: "pronto in" in self.said or self.process.poll() is not None, seconds=300)
        assert "pronto in" in self.said, self.said

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://localhost:{self.port}/", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def processes(self) -> list[int]:
        return [*left_behind(self.home), *working_in(self.home / "postgres")]

    def named(self, words: str) -> list[int]:
        """Return the processes whose command line holds `words`, the oldest first."""
        return [pid for pid in sorted(self.processes()) if words in command_line(pid)]

    def as_the_application(self) -> psycopg.Connection:
        environment = Environment({"IAM_HOME": str(self.home)})
        return psycopg.connect(environment.database_as("app").conninfo)


def command_line(pid: int) -> str:
    """Return the words of a process; none when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").replace("\0", " ")
    except OSError:
        return ""


def until(happened: Callable[[], bool], *, seconds: float = 30) -> None:
    limit = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.1)


def comuni(run: Run) -> int:
    with run.as_the_application() as connection:
        row = connection.execute("SELECT count(*) FROM enti_comune").fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("installation") / "home"


@pytest.fixture(scope="module")
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        number: int = free.getsockname()[1]
    return number


@pytest.fixture(scope="module")
def run(home: Path, port: int) -> Iterator[Run]:
    started = Run(home, port)
    try:
        started.wait_until_ready()
        yield started
    finally:
        started.process.kill()
        started.process.wait()


def test_it_serves_with_the_comuni_loaded(run: Run) -> None:
    assert run.answers()
    assert comuni(run) > 7_800


@pytest.mark.parametrize("words", ["granian", "manage.py worker", "iam.audit.sequencer"])
def test_a_killed_process_comes_back(run: Run, words: str) -> None:
    until(lambda: bool(run.named(words)))
    before = run.named(words)

    os.kill(before[0], signal.SIGKILL)

    until(lambda: bool(run.named(words)) and not set(before) & set(run.named(words)))
    until(run.answers)


def test_a_killed_database_comes_back_with_its_data(run: Run) -> None:
    before = comuni(run)
    postmaster = run.named("postgres -D")[0]

    os.kill(postmaster, signal.SIGKILL)

    until(lambda: "PostgreSQL risponde di nuovo" in run.said)
    assert comuni(run) == before
    until(run.answers)


def test_a_second_start_beside_the_first_is_refused(run: Run) -> None:
    second = Run(run.home, run.port, output="second.out")

    assert second.process.wait(timeout=60) == 1
    assert f"già avviato da questa cartella (processo {run.process.pid})" in second.said
    assert run.answers()


def test_nothing_outlives_a_killed_supervisor_and_the_next_start_recovers(run: Run) -> None:
    before = comuni(run)

    run.process.kill()
    run.process.wait()
    for pid in run.processes():
        os.kill(pid, signal.SIGKILL)

    heir = Run(run.home, run.port, output="heir.out")
    try:
        heir.wait_until_ready()
        assert heir.answers()
        assert comuni(heir) == before
        heir.process.send_signal(signal.SIGINT)
        assert heir.process.wait(timeout=60) == 0
        assert heir.processes() == []
        assert "Tutti i processi sono fermi" in heir.said
    finally:
        heir.process.kill()
        heir.process.wait()
