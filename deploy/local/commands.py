# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands of manage.py that a start needs, run in one process for each database role.

Loading the whole service takes two seconds: with one process for each command, a first start
would spend most of its time at it. Run as a program, this module is that process: it reads one
command a line, as a JSON list of words, and ends its output with a mark.
"""

import json
import re
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import IO

from config.environment import CHECKOUT, DatabaseRole, Environment
from deploy.local.children import passed_variables
from deploy.local.errors import InstallationError
from deploy.local.processes import dies_with_parent
from deploy.local.terminal import Step

_DONE, _FAILED = "\x1edone\n", "\x1efailed\n"


class Commands:
    """A process that runs commands as `role`, one after the other; a context manager."""

    def __init__(self, environment: Environment, *, role: DatabaseRole) -> None:
        self._logs = environment.logs
        self._role = role
        self._home = environment.home
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "Commands":
        return self

    def __exit__(self, *error: object) -> None:
        """End the process; one that is interrupted in the middle is ended at once."""
        if self._process is None:
            return
        _pipe(self._process.stdin).close()
        if error[0] is not None:
            self._process.kill()
        self._process.wait()
        _pipe(self._process.stdout).close()

    def send(self, name: str, *arguments: str) -> None:
        """Start the command `name`; what it writes waits to be read."""
        if self._process is None:
            self._process = self._launch()
        pipe = _pipe(self._process.stdin)
        pipe.write(json.dumps([name, *arguments]) + "\n")
        pipe.flush()

    def finish(self, name: str, current: Step) -> None:
        """Wait for the command sent, with its lines as progress. Raises `InstallationError`."""
        if self._process is None:
            raise RuntimeError("no command was sent")
        log = self._logs / f"{name}.log"
        written: list[str] = []
        with log.open("w", encoding="utf-8") as file:
            log.chmod(0o600)
            for line in _pipe(self._process.stdout):
                if line == _DONE:
                    return
                if line == _FAILED:
                    break
                file.write(line)
                written.append(line.rstrip())
                if shown := _plain(line):
                    current.progress(shown)
        last = "\n".join(f"    {line}" for line in written[-12:])
        raise InstallationError(
            f"Il comando «manage.py {name}» non è riuscito. Ha scritto:\n{last}\n"
            f"Il testo completo è in {log}."
        )

    def run(self, name: str, current: Step, *arguments: str) -> None:
        self.send(name, *arguments)
        self.finish(name, current)

    def _launch(self) -> subprocess.Popen[str]:
        own = () if self._role == "app" else (f"DATABASE_{self._role.upper()}_URL",)
        variables = passed_variables(*own) | {
            "IAM_HOME": str(self._home),
            "IAM_DATABASE_ROLE": self._role,
            "PYTHONUNBUFFERED": "1",
        }
        return subprocess.Popen(
            [sys.executable, "-m", "deploy.local.commands"],
            cwd=CHECKOUT,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
            preexec_fn=dies_with_parent(signal.SIGTERM),
        )


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise RuntimeError("the process was started without pipes")
    return pipe


def _plain(line: str) -> str:
    """Return what is worth showing of a line: no log records, at most 60 characters."""
    text = line.strip()
    return "" if re.match(r"\d{4}-\d\d-\d\d ", text) else text[:60]


def main() -> None:
    """Run the commands that come in, until there are no more."""
    import django
    from django.core.management import call_command

    django.setup()
    for line in sys.stdin:
        began = time.monotonic()
        name, *arguments = json.loads(line)
        try:
            call_command(name, *arguments)
        except Exception:
            traceback.print_exc()
            sys.stdout.write(_FAILED)
            continue
        print(f"({time.monotonic() - began:.1f} s)")
        sys.stdout.write(_DONE)


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    main()
