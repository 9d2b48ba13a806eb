# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who kills: processes of a running installation, found by what they run."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import psutil

from deploy.local.processes import wait_until_gone, working_in
from tests.faults.people import Diary
from tests.installation import GLANCE_SECONDS, Installation

RUNS = {
    "web": "granian config.wsgi:application",
    "worker": "manage.py worker",
    "sequencer": "-m iam.audit.sequencer",
    "witness": "-m iam.audit.witness",
    "database": "postgres -D",
}
BACK_SECONDS = 60
TURN_SECONDS = 20


class Adversary:
    """Kills with -9, each victim as many times as it is named, in the order of chance."""

    def __init__(self, service: Installation, chance: Random) -> None:
        self.service = service
        self.chance = chance
        self.killed: list[str] = []

    def processes(self, victim: str) -> list[int]:
        """Return the live processes that run `victim`, the oldest first."""
        return [pid for pid, words in self._family() if RUNS[victim] in words]

    def _family(self) -> Iterator[tuple[int, str]]:
        for process in psutil.Process(self.service.process.pid).children(recursive=True):
            try:
                if process.status() != psutil.STATUS_ZOMBIE:
                    yield process.pid, " ".join(process.cmdline())
            except psutil.NoSuchProcess:
                continue

    def wait_for(self, victim: str) -> list[int]:
        """Wait until `victim` runs, and return its processes."""
        limit = time.monotonic() + BACK_SECONDS
        while not (found := self.processes(victim)):
            assert time.monotonic() < limit, f"{victim} did not come back"
            time.sleep(GLANCE_SECONDS)
        return found

    def kill(self, victim: str) -> None:
        """Kill one process of `victim`; the postmaster, of the database's."""
        found = self.wait_for(victim)
        os.kill(found[0] if victim == "database" else self.chance.choice(found), signal.SIGKILL)
        self.killed.append(victim)

    def rage(self, diary: Diary, *, times_each: int) -> None:
        """Kill everything so many times, each time after some more writes were answered."""
        victims = [victim for victim in RUNS for _ in range(times_each)]
        self.chance.shuffle(victims)
        for victim in victims:
            more = diary.answered + self.chance.randint(1, 6)
            diary.wait_for_answers(more, seconds=TURN_SECONDS)
            if diary.faults:
                return
            time.sleep(self.chance.uniform(0, 0.3))
            self.kill(victim)

    @contextmanager
    def database_dead(self) -> Iterator[None]:
        """Kill the database and keep it down, by holding who would start it again."""
        supervisor = self.service.process.pid
        postmaster = self.wait_for("database")[0]
        os.kill(supervisor, signal.SIGSTOP)
        try:
            os.kill(postmaster, signal.SIGKILL)
            left = list(working_in(self.service.home / "postgres"))
            assert not wait_until_gone(left, seconds=BACK_SECONDS)
            yield
        finally:
            os.kill(supervisor, signal.SIGCONT)
