# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""`make run`: from an empty machine to a service that answers, and back to silence on Ctrl-C."""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Event
from types import FrameType

from config.environment import CHECKOUT, BadVariableError, Environment
from deploy.local import sandbox
from deploy.local.children import Child, Program, end_left_behind, turn_over
from deploy.local.commands import Commands
from deploy.local.errors import InstallationError
from deploy.local.home import SUPERUSER, create_home
from deploy.local.postgres import Cluster
from deploy.local.preparing import (
    create_roles_and_database,
    prepare_database,
    prepare_federation,
    prepare_modules,
)
from deploy.local.programs import demo_programs, module_programs, service_programs
from deploy.local.terminal import say, step
from deploy.local.welcome import welcome

LOOK_EVERY_SECONDS = 0.5
LOOK_AT_DISK_EVERY_SECONDS = 10.0
SERVING_WITHIN_SECONDS = 60.0
BALLAST_BYTES = 64 << 20
LITTLE_SPACE_BYTES = 48 << 20
DEMO_PORTS = 7


class Stopped(BaseException):
    """The person asked to stop, or the system did."""


class Installation:
    """One home and everything that runs from it."""

    def __init__(self, environment: Environment, *, demo: bool) -> None:
        self.environment = environment
        self.demo = demo
        self.cluster: Cluster | None = None
        self.children: list[Child] = []
        self._stop = Event()
        self._database_deaths = 0
        self._database_again_at = 0.0
        self._disk_at = 0.0
        self._starting = True

    # --- start

    def start(self) -> None:
        """Bring everything up, saying each step. Raises `InstallationError` or `Stopped`."""
        home = self.environment.home
        passwords = create_home(home)
        found = end_left_behind(home)
        if found:
            say(f"  Chiusi {found} processi rimasti da un avvio interrotto")
        check_ports(self.environment.port, DEMO_PORTS if self.demo else 1)
        if self.environment.has_own_database:
            self.start_database(passwords)
        with Commands(self.environment, role="app") as commands:
            if self.demo:
                self._start_programs("Mondo simulato", demo_programs(self.environment))
            prepare_database(self.environment, commands, demo=self.demo)
            self._wait_for_files(self.children)
            prepare_federation(self.environment, commands, demo=self.demo)
            if self.demo:
                prepare_modules(self.environment, commands)
        for program in service_programs(self.environment):
            self._wait_for_files(self.children)
            self._start_programs("Servizio", iter([program]))
            if program.name == "web":
                self._wait_for_answer()
        if self.demo:
            self._start_programs("Moduli simulati", module_programs(self.environment))
        self._starting = False

    def start_database(self, passwords: dict[str, str]) -> None:
        home = self.environment.home
        self._keep_ballast()
        turn_over(home / "logs" / "postgres.log")
        self.cluster = Cluster(
            data=home / "postgres",
            password=passwords[SUPERUSER],
            log=home / "logs" / "postgres.log",
            link=self.environment.runtime / "postgresql",
            given_binaries=self.environment.text("IAM_PG_BIN"),
        )
        with step("PostgreSQL") as starting:
            self.cluster.start(
                waiting=lambda s: starting.progress(f"recupero dei dati in corso da {s:.0f} s")
            )
            create_roles_and_database(self.cluster, passwords)
            account = self.cluster.account
            starting.done(f"come utente «{account.name}»" if account else "")

    def _start_programs(self, name: str, programs: Iterator[Program]) -> None:
        with step(name) as starting:
            started: list[Child] = []
            for program in programs:
                self._wait_for_files(started)
                started.append(Child(program, home=self.environment.home, python=sys.executable))
                self.children.append(started[-1])
                started[-1].start()
            starting.done(", ".join(child.program.name for child in started))

    def _wait_for_files(self, children: Iterable[Child]) -> None:
        """Wait for what `children` make at their first start and others read at theirs."""
        limit = time.monotonic() + SERVING_WITHIN_SECONDS
        for child in children:
            while not all(path.exists() for path in child.program.makes):
                if not child.is_running or time.monotonic() > limit:
                    raise InstallationError(self._no_answer(child))
                time.sleep(0.1)

    def _wait_for_answer(self) -> None:
        web = next(child for child in self.children if child.program.name == "web")
        limit = time.monotonic() + SERVING_WITHIN_SECONDS
        with step("Prima risposta") as waiting:
            while not answers(f"http://localhost:{self.environment.port}/"):
                if not web.is_running or time.monotonic() > limit:
                    raise InstallationError(self._no_answer(web))
                time.sleep(0.2)
            waiting.done()

    def _no_answer(self, child: Child) -> str:
        return (
            f"Il processo «{child.program.name}» non è partito. Le ultime righe del suo "
            f"registro ({child.log}):\n{child.tail()}"
        )

    # --- while it runs

    def watch(self) -> None:
        """Keep everything alive until someone asks to stop."""
        while not self._stop.wait(LOOK_EVERY_SECONDS):
            self._look_at_database()
            for child in self.children:
                if news := child.look():
                    say(f"  {news}; registro: {child.log}")
            if self.cluster and time.monotonic() > self._disk_at:
                self._disk_at = time.monotonic() + LOOK_AT_DISK_EVERY_SECONDS
                self._look_at_disk()

    def _look_at_database(self) -> None:
        if self.cluster is None or self.cluster.is_running:
            return
        now = time.monotonic()
        if now < self._database_again_at:
            return
        self._database_deaths += 1
        pause = min(0.5 * 2**self._database_deaths, 30)
        say("  PostgreSQL si è fermato: lo riavvio")
        try:
            self.cluster.start()
        except InstallationError as error:
            self._database_again_at = now + pause
            say(f"  {error}\n  Riprovo fra {pause:.0f} s")
        else:
            self._database_deaths = 0
            self._database_again_at = now + 1
            say("  PostgreSQL risponde di nuovo")

    def _look_at_disk(self) -> None:
        """Give the ballast back to PostgreSQL when the disk is full, so that it can go on."""
        ballast = self.environment.home / "ballast"
        free = shutil.disk_usage(self.environment.home).free
        if free < LITTLE_SPACE_BYTES and ballast.exists():
            ballast.unlink()
            say(
                "  Lo spazio su disco è finito: ho liberato la riserva (64 MB) perché la base di "
                "dati possa continuare. Fai spazio subito, o il servizio si fermerà."
            )
        elif free > 4 * BALLAST_BYTES and not ballast.exists():
            self._keep_ballast()

    def _keep_ballast(self) -> None:
        ballast = self.environment.home / "ballast"
        if ballast.exists() or shutil.disk_usage(self.environment.home).free < 4 * BALLAST_BYTES:
            return
        with ballast.open("wb") as file, contextlib.suppress(OSError):
            os.posix_fallocate(file.fileno(), 0, BALLAST_BYTES)

    # --- stop

    def ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        """Take a signal: while starting, leave what is under way; else end the watch."""
        if self._stop.is_set():
            return
        self._stop.set()
        say("\nMi fermo…")
        if self._starting:
            raise Stopped

    def stop(self) -> None:
        """End every process, the service before its database."""
        for child in reversed(self.children):
            child.ask_to_stop()
        for child in reversed(self.children):
            child.stop()
        if self.cluster is not None:
            self.cluster.stop()


def check_ports(first: int, how_many: int) -> None:
    """Raise `InstallationError` if another program listens where we must."""
    for port in range(first, first + how_many):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", port))
            except PermissionError:
                raise InstallationError(
                    f"Il sistema non permette di usare la porta {port}. "
                    "Scegline una più alta, per esempio: make run PORT=8000"
                ) from None
            except OSError:
                raise InstallationError(
                    f"La porta {port} è già occupata da un altro programma. Chiudilo, oppure "
                    f"scegli altre porte, per esempio: make run PORT={first + 100}"
                ) from None


def answers(url: str) -> bool:
    """Whether a server gives any answer but that it is broken."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return bool(answer.status < 500)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


@contextlib.contextmanager
def alone_in(home: Path) -> Iterator[None]:
    """Hold the home for ourselves. Raises `InstallationError` if another run has it."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home / "lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise InstallationError(
                f"Il servizio è già avviato da questa cartella (processo {lock.read().strip()}). "
                "Fermalo con Ctrl-C nel suo terminale, oppure indica un'altra IAM_HOME."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def run(environment: Environment) -> int:
    """Start, watch and stop; return the exit code."""
    began = time.monotonic()
    demo = environment.switch("IAM_DEMO", default=True)
    os.environ["IAM_DEMO"] = "1" if demo else "0"
    os.environ["IAM_HOME"] = str(environment.home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    installation = Installation(environment, demo=demo)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, installation.ask_to_stop)
    say(f"Avvio del servizio (dati in {environment.home})")
    if not sandbox.is_available():
        say(
            "  Attenzione: questo sistema non ha Landlock (Linux 6.2 o successivo). I processi "
            "web e worker\n  potrebbero leggere anche le password degli altri ruoli."
        )
    with alone_in(environment.home):
        try:
            installation.start()
            say(welcome(environment, demo=demo, seconds=time.monotonic() - began))
            installation.watch()
        except Stopped:
            pass
        finally:
            installation.stop()
    say("Tutti i processi sono fermi. I dati restano in " + str(environment.home))
    return 0


def main() -> int:
    os.chdir(CHECKOUT)
    try:
        return run(Environment(os.environ))
    except (InstallationError, BadVariableError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
