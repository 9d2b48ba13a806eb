# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the person at the terminal reads while the service starts."""

import contextlib
import sys
import time
from collections.abc import Iterator

QUIET_SECONDS = 5.0


class Step:
    """One line of the start; `progress` rewrites its end where the terminal can."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._began = time.monotonic()
        self._live = sys.stdout.isatty()
        self._next_at = QUIET_SECONDS
        if self._live:
            print(f"  {name} …", end="", flush=True)

    def progress(self, text: str) -> None:
        """Say how far the step is; without a terminal, only at long intervals."""
        seconds = time.monotonic() - self._began
        if self._live:
            print(f"\r\033[K  {self._name} … {text}", end="", flush=True)
        elif seconds > self._next_at:
            self._next_at = seconds + QUIET_SECONDS
            print(f"  {self._name} … {text}", flush=True)

    def done(self, note: str = "") -> None:
        seconds = f"{time.monotonic() - self._began:.1f} s".replace(".", ",")
        text = f"{self._name}{': ' + note if note else ''} ({seconds})"
        print(f"\r\033[K  {text}" if self._live else f"  {text}", flush=True)

    def failed(self) -> None:
        print(" interrotto" if self._live else f"  {self._name}: interrotto", flush=True)


@contextlib.contextmanager
def step(name: str) -> Iterator[Step]:
    """Announce a step, and how long it took when it ends well."""
    current = Step(name)
    try:
        yield current
    except BaseException:
        current.failed()
        raise


def say(text: str = "") -> None:
    print(text, flush=True)
