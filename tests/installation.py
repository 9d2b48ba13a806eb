# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole service as a person starts it: `python -m deploy.local`, on free ports, in a home
of its own, with the simulated world around it.
"""

from __future__ import annotations

import fcntl
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO

CHECKOUT = Path(__file__).resolve().parents[1]
PORTS = 7
BLOCKS = (21_000, 29_000, 10)
LOCKS = Path(tempfile.gettempdir()) / f"iam-test-ports-{os.geteuid()}"
READY = "Il servizio è pronto"
START_SECONDS = 180

_held: list[IO[str]] = []


@dataclass(frozen=True)
class Installation:
    """A running service: `port` and the six above it, and its state below `home`."""

    home: Path
    port: int
    process: subprocess.Popen[bytes]
    output: Path

    def url(self, offset: int = 0) -> str:
        return f"http://localhost:{self.port + offset}"

    @property
    def environment(self) -> Mapping[str, str]:
        """What a command of the operator needs to work on this installation."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
        return kept | {
            "IAM_HOME": str(self.home),
            "PORT": str(self.port),
            "IAM_DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings.development",
        }

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `manage.py` as the operator would."""
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=CHECKOUT,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


def free_ports() -> int:
    """Return the first of seven free ports that no other test of this machine may be given.

    The blocks lie below the ports that the system hands out by itself. Each is kept by a lock
    that lasts as long as this process: a service that is killed and starts again finds its own.
    """
    LOCKS.mkdir(mode=0o700, exist_ok=True)
    blocks = list(range(*BLOCKS))
    random.SystemRandom().shuffle(blocks)
    for first in blocks:
        lock = (LOCKS / str(first)).open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        if all(_is_free(first + offset) for offset in range(PORTS)):
            _held.append(lock)
            return first
        lock.close()
    raise RuntimeError("no seven ports in a row are free")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@contextmanager
def installed(
    home: Path | None = None, port: int = 0, *, variables: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Installation]:
    """Start the service, wait until it says that it is ready, stop it at the end as Ctrl-C does.

    `variables` are further ones of its environment.
    """
    with tempfile.TemporaryDirectory(prefix="iam-installed-", ignore_cleanup_errors=True) as made:
        folder = home or Path(made)
        running = start(folder, port or free_ports(), variables=variables)
        try:
            yield running
        finally:
            stop(running)


def start(
    home: Path, port: int, *, variables: Mapping[str, str] = MappingProxyType({})
) -> Installation:
    output = home.parent / f"{home.name}.out"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.local"],
            cwd=CHECKOUT,
            env={
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("IAM_", "DJANGO_", "DATABASE_"))
            }
            | {"IAM_HOME": str(home), "PORT": str(port), "PYTHONUNBUFFERED": "1"}
            | dict(variables),
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    limit = time.monotonic() + START_SECONDS
    while READY not in output.read_text(encoding="utf-8", errors="replace"):
        if process.poll() is not None or time.monotonic() > limit:
            said = output.read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"the service did not start:\n{said[-3000:]}")
        select_pause()
    return Installation(home, port, process, output)


def select_pause() -> None:
    """Wait a little for another process, which gives no handle to wait on."""
    time.sleep(0.1)


def stop(running: Installation) -> None:
    if running.process.poll() is None:
        running.process.send_signal(signal.SIGINT)
        running.process.wait(timeout=60)
    running.output.unlink(missing_ok=True)
