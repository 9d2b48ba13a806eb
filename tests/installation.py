# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole service as a person starts it: `python -m deploy.local`, on free ports, in a home
of its own, with the simulated world around it.
"""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import IO

from deploy.local.preparing import digest_of

CHECKOUT = Path(__file__).resolve().parents[1]
PORTS = 7
BLOCKS = (21_000, 29_000, 10)
LOCKS = Path(tempfile.gettempdir()) / f"iam-test-ports-{os.geteuid()}"
READY = "Il servizio è pronto"
START_SECONDS = 300
GLANCE_SECONDS = 0.1
"""Between two looks at another process that gives no handle to wait on."""

_held: list[IO[str]] = []
_starts = count(1)


def wait_for(condition: Callable[[], bool], *, seconds: float = 60) -> None:
    """Ask again until it is so. Raises `AssertionError` if never."""
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it never became so"
        time.sleep(3 * GLANCE_SECONDS)


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

    @property
    def said(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace")

    def wait_until_ready(self) -> None:
        limit = time.monotonic() + START_SECONDS
        while READY not in self.said:
            if self.process.poll() is not None or time.monotonic() > limit:
                raise RuntimeError(f"the service did not start:\n{self.said[-3000:]}")
            time.sleep(GLANCE_SECONDS)

    def stop(self) -> None:
        """End it as Ctrl-C does, if it runs."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=60)
        self.output.unlink(missing_ok=True)

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
        running = launch(home or Path(made), port or free_ports(), variables=variables)
        try:
            running.wait_until_ready()
            yield running
        finally:
            running.stop()


def as_first_started(home: Path) -> Path:
    """Fill `home`, which must not exist, with what the first start of the service makes.

    The first start is made once and its home kept below .cache, named for all that it depends
    on; what depends on the ports is made anew at the second start, as when a person changes PORT.
    """
    shelf = CHECKOUT / ".cache" / "test-installation"
    shelf.mkdir(parents=True, exist_ok=True)
    kept = shelf / digest_of("iam/**/*", "demo/**/*", "deploy/**/*", "config/**/*", "*.txt")
    with (shelf / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            for old in shelf.glob("[!l]*"):
                shutil.rmtree(old)
            with installed(shelf / "draft"):
                pass
            (shelf / "draft").rename(kept)
        subprocess.run(["cp", "-a", kept, home], check=True)
    return home


def launch(
    home: Path, port: int, *, variables: Mapping[str, str] = MappingProxyType({})
) -> Installation:
    """Start the service and do not wait for it. What it says goes to a file beside `home`."""
    output = home.with_name(f"{home.name}-{next(_starts)}.out")
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
    return Installation(home, port, process, output)
