# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeping the sequencer and the witness alive, from the worker."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Event
from time import monotonic

LOOK_EVERY_SECONDS = 0.5
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_AFTER_SECONDS = 60.0
STOP_SECONDS = 5.0

KEPT = (
    *("PATH", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "PORT", "IAM_BASE_URL", "IAM_LOG_ORIGIN"),
    *("IAM_SEQUENCER_SECONDS", "IAM_WITNESS_SECONDS", "IAM_WITNESS_URL", "IAM_WITNESS_VKEY"),
    *("IAM_WITNESS_PORT", "IAM_WITNESS_NAME", "IAM_RUN_OF"),
)
ROOT = Path(__file__).resolve().parents[3]


class Child:
    """`python -m module`, started again with growing pauses when it ends by itself."""

    def __init__(self, module: str, environment: Mapping[str, str]) -> None:
        self.module = module
        self._environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self._pause = FIRST_PAUSE_SECONDS
        self._started = 0.0
        self._start_at = 0.0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def look(self) -> None:
        """Start the child if it does not run and its pause is over."""
        if self._process is not None and self._process.poll() is None:
            return
        now = monotonic()
        if self._process is not None:
            self._process = None
            if now - self._started > STEADY_AFTER_SECONDS:
                self._pause = FIRST_PAUSE_SECONDS
            self._start_at = now + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
        if now >= self._start_at:
            self._started = now
            self._process = subprocess.Popen(
                [sys.executable, "-m", self.module], env=self._environment, cwd=ROOT
            )

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def children(*, home: Path, conninfo: str, settings: Mapping[str, str] = {}) -> tuple[Child, Child]:
    """Return the witness and the sequencer; `conninfo` is the database as the sequencer's role.

    `settings` are further variables, such as IAM_WITNESS_SECONDS. The witness gets neither
    the database nor the rest of this process's environment.
    """
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    common = kept | {"IAM_HOME": str(home)} | dict(settings)
    return (
        Child("iam.audit.witness", common),
        Child("iam.audit.sequencer", common | {"DATABASE_URL": conninfo}),
    )


def keep_alive(family: Iterable[Child], stop: Event) -> None:
    """Watch over `family` until `stop` is set, then end it. Blocks: give it a thread."""
    watched = tuple(family)
    try:
        while True:
            for child in watched:
                child.look()
            if stop.wait(LOOK_EVERY_SECONDS):
                return
    finally:
        for child in reversed(watched):
            child.stop()
