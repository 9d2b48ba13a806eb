# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How long the service takes to answer at its first and second start, and what it holds idle."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.memory import family_of, name_of, pss_megabytes
from bench.result import Result
from config.environment import CHECKOUT
from tests.installation import free_ports

IDLE_AFTER_SECONDS = 20


def measure() -> Iterable[Result]:
    """Start twice in an empty home, with and without the simulated world."""
    for demo, words, memory in ((False, "senza mondo simulato", 500), (True, "completo", 900)):
        with tempfile.TemporaryDirectory(prefix="iam-bench-") as home:
            with started(Path(home), demo=demo) as (_, seconds):
                yield Result(name=f"primo avvio, {words}", value=seconds, unit="s", at_most=60)
            with started(Path(home), demo=demo) as (pid, seconds):
                yield Result(name=f"secondo avvio, {words}", value=seconds, unit="s", at_most=8)
                time.sleep(IDLE_AFTER_SECONDS)
                yield from _memory(pid, words, memory)


def _memory(supervisor: int, words: str, limit: float) -> Iterable[Result]:
    family = [(name_of(pid), pss_megabytes(pid)) for pid in family_of(supervisor)]
    for name, megabytes in sorted(family, key=lambda one: -one[1]):
        if megabytes >= 10:
            yield Result(name=f"    {name}"[:62], value=megabytes, unit="MB")
    total = sum(megabytes for _, megabytes in family)
    yield Result(name=f"memoria a riposo, {words}", value=total, unit="MB PSS", at_most=limit)


@contextmanager
def started(home: Path, *, demo: bool) -> Iterator[tuple[int, float]]:
    """Start the installation of `home`; yield its supervisor and the seconds to the welcome."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.local"],
        cwd=CHECKOUT,
        env={
            **os.environ,
            "IAM_HOME": str(home),
            "IAM_DEMO": str(int(demo)),
            "PORT": str(free_ports()),
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        written = []
        for line in process.stdout:
            written.append(line)
            if line.startswith("Il servizio è pronto"):
                break
        else:
            raise RuntimeError("".join(written))
        yield process.pid, time.monotonic() - began
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()
