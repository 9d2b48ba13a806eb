# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small disk of its own, filled to the last byte while the database works on it.

    python -m tests.faults.full_disk FOLDER

FOLDER becomes a disk of DISK_BYTES that only this process sees: as root in a mount namespace,
as another user in a user namespace. What happened is printed as JSON.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Thread

import psycopg

from config.environment import Environment
from deploy.local import supervisor
from deploy.local.home import create_home

DISK_BYTES = 420 << 20
CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
PIECE = b"\1" * (1 << 20)
PATIENCE_SECONDS = 60


def mount_small_disk(folder: Path) -> None:
    """Raises `OSError` where the system allows no namespaces (user.max_user_namespaces = 0)."""
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    _checked(libc.unshare(CLONE_NEWNS | (CLONE_NEWUSER if user else 0)))
    if user:
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
    _checked(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
    size = f"size={DISK_BYTES},mode=0755,uid={user},gid={group}".encode()
    _checked(libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, size))


def _checked(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def fill(folder: Path) -> None:
    """Write until the disk has no byte left."""
    with (folder / "filler").open("wb", buffering=0) as file, suppress(OSError):
        while file.write(PIECE):
            pass


def insert(conninfo: str, number: int) -> bool:
    """Return whether the database answered that a row, of some size, is kept."""
    try:
        with psycopg.connect(conninfo, connect_timeout=2) as connection:
            connection.execute("INSERT INTO rows VALUES (%s, %s)", [number, os.urandom(1 << 20)])
    except psycopg.Error:
        return False
    return True


def main(folder: Path) -> dict[str, object]:
    mount_small_disk(folder)
    supervisor.LOOK_AT_DISK_EVERY_SECONDS = 1.0
    home = folder / "home"
    installation = supervisor.Installation(Environment({"IAM_HOME": str(home)}), demo=False)
    installation.start_database(create_home(home))
    assert installation.cluster is not None
    conninfo = installation.cluster.conninfo("iam")
    with psycopg.connect(conninfo) as connection:
        connection.execute("CREATE TABLE rows (number int PRIMARY KEY, content bytea)")
    ballast = home / "ballast"
    had_ballast = ballast.exists()
    kept = [number for number in range(10) if insert(conninfo, number)]

    fill(folder)
    free = shutil.disk_usage(folder).free
    refused = 0
    while refused < 3:
        number = len(kept) + refused
        if insert(conninfo, number):
            kept.append(number)
        else:
            refused += 1

    watch = Thread(target=installation.watch)
    watch.start()
    limit = time.monotonic() + PATIENCE_SECONDS
    while not insert(conninfo, 1000) and time.monotonic() < limit:
        time.sleep(0.2)
    with psycopg.connect(conninfo) as connection:
        found = [row[0] for row in connection.execute("SELECT number FROM rows ORDER BY number")]
    with suppress(supervisor.Stopped):  # that is for a start, and only the database started
        installation.ask_to_stop(0, None)
    watch.join()
    installation.stop()
    return {
        "had_ballast": had_ballast,
        "free_when_full": free,
        "answered": [*kept, 1000],
        "found": found,
        "ballast_given": not ballast.exists(),
    }


if __name__ == "__main__":
    print("\n" + json.dumps(main(Path(sys.argv[1]))))
