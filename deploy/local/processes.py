# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Starting processes that never outlive us, and recognising those of an earlier run."""

import ctypes
import os
import pwd
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Account:
    """An account of the system under which a process runs."""

    name: str
    uid: int
    gid: int


def unprivileged_account() -> Account | None:
    """Return the account for the database server when we are root, else None.

    Only an account that exists already: `postgres`, or `nobody`. Raises `LookupError`.
    """
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise LookupError("no unprivileged account")


def dies_with_parent(stop: signal.Signals) -> Callable[[], None]:
    """Return what a child runs before exec, so that it gets `stop` when we die.

    The kernel watches the thread that forks: start children from the main thread.
    """
    parent = os.getpid()

    def ask() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, stop)
        if os.getppid() != parent:
            os.kill(os.getpid(), stop)

    return ask


def started_at(pid: int) -> str | None:
    """Return the kernel's start time of `pid`, which tells it from a later namesake.

    None when there is no such process, or when it is dead and only waits to be reaped.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat[stat.rindex(")") + 2 :].split()
    return None if fields[0] in "ZX" else fields[19]


def working_in(folder: Path) -> Iterator[int]:
    """Yield the live processes whose working folder is `folder`, as far as we may see."""
    try:
        wanted = folder.stat()
    except FileNotFoundError:
        return
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            found = (entry / "cwd").stat()
        except OSError:
            continue
        same = (found.st_dev, found.st_ino) == (wanted.st_dev, wanted.st_ino)
        if same and started_at(int(entry.name)) is not None:
            yield int(entry.name)


def wait_until_gone(pids: list[int], *, seconds: float) -> list[int]:
    """Wait at most `seconds` for `pids` to end; return those that still run."""
    limit = time.monotonic() + seconds
    while True:
        pids = [pid for pid in pids if started_at(pid) is not None]
        if not pids or time.monotonic() > limit:
            return pids
        time.sleep(0.02)


def send(pid: int, what: signal.Signals) -> None:
    """Send a signal to a process that may be gone already."""
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        return
