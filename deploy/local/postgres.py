# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Our own supervisor of one PostgreSQL server.

The server is our direct child, so that we notice its death and reap it; it is asked to stop
(fast shutdown) when we die; it listens only on a socket in a folder of mode 0700; readiness
is a real connection, and a long recovery is waited for as long as the server lives.
As root its processes run under an unprivileged account, which gets the data folder open: the
folders above may be closed to it.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from deploy.local.binaries import find_binaries, within_reach
from deploy.local.errors import InstallationError
from deploy.local.processes import (
    Account,
    dies_with_parent,
    send,
    unprivileged_account,
    wait_until_gone,
    working_in,
)

SUPERUSER = "postgres"
PORT = 5432
_LONGEST_SOCKET_FOLDER = 80
_OWN_FOLDER = "iam-postgres-"

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "jit": "off",
    "idle_in_transaction_session_timeout": "60s",
    # A failed statement carries the values of its rows: only the bare error is written.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}
"""What every server of ours runs with."""


@dataclass
class Cluster:
    """One server: `data` its folder, `password` its superuser's, `log` where it writes.

    `link`, if given, is a symbolic link that always leads to the folder of its socket.
    """

    data: Path
    password: str = field(repr=False)
    log: Path
    link: Path | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    initdb_options: tuple[str, ...] = ("--data-checksums",)
    given_binaries: str = ""
    account: Account | None = field(default_factory=unprivileged_account)

    def __post_init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._binaries: Path | None = None
        self._socket: Path | None = None
        self._uid = self.account.uid if self.account else None
        self._gid = self.account.gid if self.account else None
        self._groups = [self.account.gid] if self.account else None
        self._noted = _note_of(self.data)

    # --- what others ask

    @property
    def socket(self) -> Path:
        """The folder of the socket; it changes at every `prepare`."""
        if self._socket is None:
            raise RuntimeError("the cluster was not prepared")
        return self._socket

    @property
    def pid(self) -> int | None:
        """The postmaster, if it runs."""
        return self._process.pid if self.is_running and self._process else None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def conninfo(self, database: str = "postgres") -> str:
        """Return the superuser's connection string."""
        return psycopg.conninfo.make_conninfo(
            host=str(self.socket),
            port=PORT,
            dbname=database,
            user=SUPERUSER,
            password=self.password,
        )

    # --- life

    def prepare(self) -> None:
        """Find the programs and make the folder of the socket, with `link` leading to it."""
        remove_noted_folders(self.data)
        self._binaries = within_reach(
            find_binaries(self.given_binaries), self.account, self._program_folders()
        )
        self._socket = self._socket_folder()
        if self.link is not None:
            self.link.unlink(missing_ok=True)
            self.link.symlink_to(self._socket)

    def start(self, *, waiting: Callable[[float], None] = lambda seconds: None) -> None:
        """Start the server and return when it answers; `waiting` hears of each second.

        What an earlier run left behind is ended first: call it only while holding the lock of
        the home. Raises `InstallationError` if the server ends instead of answering.
        """
        if self._socket is None:
            self.prepare()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._clear_remains()
        written = self.log.stat().st_size if self.log.exists() else 0
        self._process = self._launch()
        began = time.monotonic()
        told = began
        while not self._answers():
            if self._process.poll() is not None:
                raise InstallationError(
                    "PostgreSQL si è fermato durante l'avvio. Le ultime righe del suo registro "
                    f"({self.log}):\n{self._tail(written)}"
                )
            if time.monotonic() - told >= 1:
                told = time.monotonic()
                waiting(told - began)
            time.sleep(0.02)

    def stop(self, *, seconds: float = 30) -> None:
        """Stop the server, ending its sessions, and remove its runtime folders."""
        if self._process is not None:
            for request, patience in ((signal.SIGINT, seconds), (signal.SIGQUIT, 5.0)):
                if not self.is_running:
                    break
                send(self._process.pid, request)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(patience)
            if self.is_running:
                self._process.kill()
            self._process.wait()
            self._process = None
        remove_noted_folders(self.data)
        if self.link is not None:
            self.link.unlink(missing_ok=True)
        self._socket = None

    # --- how

    def _program_folders(self) -> Iterator[Path]:
        """Make, one at a time, folders that another account may enter, for a copy of programs."""
        for place in ("/var/tmp", "/tmp", "/run", "/dev/shm"):
            if os.access(place, os.W_OK):
                folder = Path(tempfile.mkdtemp(prefix=f"{_OWN_FOLDER}programs-", dir=place))
                folder.chmod(0o755)
                self._remember(folder)
                yield folder

    def _remember(self, folder: Path) -> None:
        """Note a folder made elsewhere, so that the next start removes it if we cannot."""
        self._noted.parent.mkdir(parents=True, exist_ok=True)
        with self._noted.open("a", encoding="utf-8") as noted:
            noted.write(f"{folder}\n")

    def _socket_folder(self) -> Path:
        places = [os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), "/tmp"]
        if self.account is not None:
            places = ["/run", *places]
        for place in places:
            fits = place and len(place) < _LONGEST_SOCKET_FOLDER - 20
            if fits and os.access(place, os.W_OK) and self._may_enter(Path(place)):
                folder = Path(tempfile.mkdtemp(prefix=f"{_OWN_FOLDER}socket-", dir=place))
                self._give(folder)
                self._remember(folder)
                return folder
        raise InstallationError(
            "Non ho trovato una cartella per il socket di PostgreSQL: /tmp non è scrivibile. "
            "Indica una cartella con TMPDIR (meno di 60 caratteri) e riprova."
        )

    def _may_enter(self, place: Path) -> bool:
        if self.account is None:
            return True
        return all(folder.stat().st_mode & 0o001 for folder in [place, *place.parents])

    def _give(self, folder: Path) -> None:
        folder.chmod(0o700)
        if self.account is not None:
            os.chown(folder, self.account.uid, self.account.gid)

    def _initialise(self) -> None:
        """Make the data folder under another name, so that an interrupted one is never used."""
        unfinished = self.data.with_name(self.data.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        self._give(unfinished)
        word = self.socket / "password"
        word.touch(mode=0o600)
        if self.account is not None:
            os.chown(word, self.account.uid, self.account.gid)
        word.write_text(self.password, encoding="utf-8")
        try:
            with self._opened(unfinished) as (name, given):
                done = self._run(
                    [
                        "initdb",
                        *("-D", name),
                        *("-U", SUPERUSER, f"--pwfile={word}", "--auth=scram-sha-256"),
                        *("-E", "UTF8", "--no-locale", *self._case_rules()),
                        *self.initdb_options,
                    ],
                    given,
                )
        finally:
            word.unlink()
        if done.returncode != 0:
            raise InstallationError(f"PostgreSQL non ha creato l'archivio:\n{done.stderr.strip()}")
        if self.data.exists():
            self.data.rmdir()
        unfinished.rename(self.data)

    def _case_rules(self) -> tuple[str, ...]:
        """Bytes sort as in C; from PostgreSQL 17, letters with accents also have a case."""
        version = self._run(["postgres", "--version"], []).stdout
        major = re.search(r"\d+", version)
        if major is None or int(major[0]) < 17:
            return ()
        return ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")

    def _clear_remains(self) -> None:
        """End what is left of an earlier server, and the mark of one that is only a zombie."""
        remains = list(working_in(self.data))
        for request, patience in (
            (signal.SIGINT, 10.0),
            (signal.SIGQUIT, 5.0),
            (signal.SIGKILL, 5.0),
        ):
            for pid in remains:
                send(pid, request)
            remains = wait_until_gone(remains, seconds=patience)
            if not remains:
                break
        if remains:
            raise InstallationError(
                f"Un altro PostgreSQL (processo {remains[0]}) usa «{self.data}» e non si ferma. "
                "Fermalo e riprova."
            )
        if self._process is not None:
            self._process.wait()
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for path in self.socket.iterdir():
            path.unlink()

    def _launch(self) -> subprocess.Popen[bytes]:
        options = {**SETTINGS, **self.settings, "unix_socket_directories": str(self.socket)}
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log, self._opened(self.data) as (name, given):
            self.log.chmod(0o600)
            command = ["postgres", "-D", name, "-p", str(PORT)]
            for option, value in options.items():
                command += ["-c", f"{option}={value}"]
            return subprocess.Popen(
                self._named(command),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._variables(),
                process_group=0,
                preexec_fn=dies_with_parent(signal.SIGINT),
                pass_fds=given,
                user=self._uid,
                group=self._gid,
                extra_groups=self._groups,
            )

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.conninfo(), connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False

    def _tail(self, written: int) -> str:
        with self.log.open("rb") as log:
            log.seek(written)
            lines = log.read().decode(errors="replace").splitlines()
        return "\n".join(lines[-8:])

    def _run(self, command: list[str], given: list[int]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._named(command),
            cwd="/",
            pass_fds=given,
            env=self._variables(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            user=self._uid,
            group=self._gid,
            extra_groups=self._groups,
        )

    def _named(self, command: list[str]) -> list[str]:
        if self._binaries is None:
            raise RuntimeError("the cluster was not prepared")
        return [str(self._binaries / command[0]), *command[1:]]

    @contextlib.contextmanager
    def _opened(self, folder: Path) -> Iterator[tuple[str, list[int]]]:
        """Yield a name for `folder`, and the open files that a child needs to use it.

        A child that may not walk the way to it gets it open. Its working folder would do for
        PostgreSQL 16 and later; older ones leave it to look for their own programs.
        """
        if self.account is None:
            yield str(folder), []
            return
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield f"/proc/self/fd/{handle}", [handle]
        finally:
            os.close(handle)

    @staticmethod
    def _variables() -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


def remove_noted_folders(data: Path) -> None:
    """Remove the folders that the server of `data` had elsewhere, for its socket and programs."""
    noted = _note_of(data)
    if not noted.exists():
        return
    for line in noted.read_text(encoding="utf-8").splitlines():
        if Path(line).name.startswith(_OWN_FOLDER):
            shutil.rmtree(line, ignore_errors=True)
    noted.unlink()


def _note_of(data: Path) -> Path:
    return data.with_name(f"{data.name}.folders")
