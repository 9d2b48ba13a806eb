# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The processes of the service: starting them confined, keeping them alive, stopping them.

Each runs in a process group of its own and carries the mark of its installation in its
environment, by which a later start finds what an interrupted one left behind.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.processes import dies_with_parent, send, wait_until_gone

MARK = "IAM_RUN_OF"
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_AFTER_SECONDS = 60.0
LARGEST_LOG_BYTES = 10_000_000

# Of our own environment a child gets only what it may need; never the passwords of others.
_PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "PORT", "DATABASE_URL", "CHROMIUM_PATH")
_PASSED_PREFIXES = ("IAM_", "DJANGO_", "SSL_CERT_")


@dataclass(frozen=True, kw_only=True)
class Program:
    """A process to keep alive, and what of the home it may read and write.

    `asks` are variables that only this process gets, if they are given to us; `makes` are files
    that must exist before what comes after it may start.
    """

    name: str
    command: tuple[str, ...]
    readable: tuple[Path, ...] = ()
    writable: tuple[Path, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    asks: tuple[str, ...] = ()
    makes: tuple[Path, ...] = ()
    stop_seconds: float = 8.0


class Child:
    """A running `Program`, started again with growing pauses when it ends by itself."""

    def __init__(self, program: Program, *, home: Path, python: str) -> None:
        self.program = program
        self._home = home
        self._python = python
        self._process: subprocess.Popen[bytes] | None = None
        self._pause = FIRST_PAUSE_SECONDS
        self._started = 0.0
        self._start_at = 0.0
        self._asked = False
        self.deaths = 0

    @property
    def log(self) -> Path:
        return self._home / "logs" / f"{self.program.name}.log"

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        given = [f"r:{path}" for path in self.program.readable]
        given += [f"w:{path}" for path in (self._home / "tmp", *self.program.writable)]
        turn_over(self.log)
        self._started = time.monotonic()
        with self.log.open("ab") as log:
            self.log.chmod(0o600)
            self._process = subprocess.Popen(
                [
                    *(self._python, "-m", "deploy.local.sandbox", str(self._home), *given),
                    *("--", *self.program.command),
                ],
                cwd=Path(__file__).resolve().parents[2],
                env=self._variables(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                preexec_fn=dies_with_parent(signal.SIGTERM),
            )

    def look(self) -> str:
        """Start the child again if it died and its pause is over; return what happened."""
        if self._process is None or self.is_running:
            return ""
        now = time.monotonic()
        if self._start_at <= self._started:
            self._end_group()
            self.deaths += 1
            if now - self._started > STEADY_AFTER_SECONDS:
                self._pause = FIRST_PAUSE_SECONDS
            self._start_at = now + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
            return f"{self.program.name} si è fermato (codice {self._process.returncode})"
        if now < self._start_at:
            return ""
        self.start()
        return f"{self.program.name} riavviato"

    def ask_to_stop(self) -> None:
        """Ask once: a second request would interrupt the farewell that the first began."""
        if self._process is not None and self.is_running and not self._asked:
            self._asked = True
            send(self._process.pid, signal.SIGTERM)

    def stop(self) -> None:
        """Ask the child to end; after its time is over, end its whole group."""
        if self._process is None:
            return
        self.ask_to_stop()
        try:
            self._process.wait(self.program.stop_seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._end_group()
        self._process = None

    def tail(self, lines: int = 12) -> str:
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def _end_group(self) -> None:
        """End what the dead leader of the group left: its port must be free again."""
        if self._process is None:
            return
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def _variables(self) -> dict[str, str]:
        return passed_variables(*self.program.asks) | {
            "IAM_HOME": str(self._home),
            "TMPDIR": str(self._home / "tmp"),
            "MALLOC_ARENA_MAX": "2",
            "PYTHONUNBUFFERED": "1",
            MARK: str(self._home),
            **self.program.variables,
        }


def passed_variables(*more: str) -> dict[str, str]:
    """Return the part of our environment that a process may see: what all need, and `more`.

    `X` stands for `X_FILE` too.
    """
    names = {*_PASSED, *more}
    return {
        name: value
        for name, value in os.environ.items()
        if name.removesuffix("_FILE") in names or name.startswith(_PASSED_PREFIXES)
    }


def turn_over(log: Path) -> None:
    """Set a log that has grown large aside, as the one before."""
    if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))


def left_behind(home: Path) -> Iterator[int]:
    """Yield the live processes that an earlier run of this installation started."""
    mark = f"{MARK}={home}".encode()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if mark in (entry / "environ").read_bytes().split(b"\0"):
                yield int(entry.name)
        except OSError:
            continue


def end_left_behind(home: Path) -> int:
    """End the processes of an interrupted run; return how many there were."""
    found = remaining = list(left_behind(home))
    for request, patience in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 3.0)):
        for pid in remaining:
            send(pid, request)
        remaining = wait_until_gone(remaining, seconds=patience)
    return len(found)
