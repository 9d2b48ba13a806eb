# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The database of the tests: one small PostgreSQL for each pytest process.

It has the roles and privileges of production, so that a test meets the same refusals. A data
folder with the migrated database is kept below .cache, named for all that it depends on; a run
copies it, without fsync, into a temporary folder. Two databases are in it: `iam`, in which each
test's transaction is rolled back, and `iam_template`, which is cloned for tests that commit.

pytest loads this module first of all (`-p tests.cluster`), as Django's settings read the
environment that it prepares.
"""

import atexit
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from deploy.local.home import create_home
from deploy.local.postgres import Cluster, remove_noted_folders
from deploy.local.processes import started_at
from deploy.local.roles import Grantees, create_database, create_roles, give_privileges

CHECKOUT = Path(__file__).resolve().parent.parent
TEMPLATE = "iam_template"
DATABASE = "iam"
_KEPT_TEMPLATES = 3
_ROOM_BYTES = 1 << 30
_PREFIX = "iam-tests-"
_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "max_connections": "40",
    "log_error_verbosity": "default",
    "log_min_error_statement": "error",
}


class Home:
    """The state of one test process: keys, passwords and a server, in a temporary folder."""

    def __init__(self) -> None:
        shelf = _roomy_memory()
        _remove_what_killed_runs_left(shelf)
        self.folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=shelf))
        self.passwords = create_home(self.folder)
        self.cluster = Cluster(
            data=self.folder / "postgres",
            password=self.passwords["superuser"],
            log=self.folder / "logs" / "postgres.log",
            link=self.folder / "run" / "postgresql",
            settings=_SETTINGS,
            initdb_options=("--no-sync", "--wal-segsize=1"),
            given_binaries=os.environ.get("IAM_PG_BIN", ""),
        )
        self._copies = 0

    def announce(self) -> None:
        """Tell the settings, through the environment, where everything is."""
        os.environ.update(
            IAM_HOME=str(self.folder),
            IAM_DEMO="1",
            IAM_DATABASE_ROLE="app",
            DJANGO_SETTINGS_MODULE="config.settings.test",
        )
        for name in ("DATABASE_URL", "DATABASE_URL_FILE", "IAM_BASE_URL", "PORT"):
            os.environ.pop(name, None)
        self.cluster.prepare()

    def start(self) -> None:
        """Start the server on a copy of the template, unless it runs."""
        if self.cluster.is_running:
            return
        kept = _template_folder(self)
        _copy_data(kept / "postgres", self.cluster.data)
        self.cluster.start()
        with psycopg.connect(self.cluster.conninfo(), autocommit=True) as superuser:
            create_roles(superuser, self.passwords)
            _clone(superuser, DATABASE)

    def stop(self) -> None:
        self.cluster.stop(seconds=5)
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextlib.contextmanager
    def fresh_database(self) -> Iterator[str]:
        """Yield the name of a new clone of the migrated database; drop it afterwards."""
        self._copies += 1
        name = f"iam_{self._copies}"
        with psycopg.connect(self.cluster.conninfo(), autocommit=True) as superuser:
            _clone(superuser, name)
            try:
                yield name
            finally:
                superuser.execute(
                    sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
                )


def _roomy_memory() -> Path:
    """Return the folder in memory if it has room: making 1,600 files on a disk takes seconds."""
    memory = Path("/dev/shm")
    has_room = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _ROOM_BYTES
    return memory if has_room else Path(tempfile.gettempdir())


def _remove_what_killed_runs_left(shelf: Path) -> None:
    for folder in shelf.glob(f"{_PREFIX}*-*"):
        owner = folder.name.removeprefix(_PREFIX).split("-")[0]
        if not owner.isdigit() or started_at(int(owner)) is not None:
            continue
        with contextlib.suppress(OSError):
            remove_noted_folders(folder / "postgres")
            shutil.rmtree(folder)


def _clone(superuser: psycopg.Connection, name: str) -> None:
    superuser.execute(
        sql.SQL("CREATE DATABASE {} OWNER iam_owner TEMPLATE {} STRATEGY FILE_COPY").format(
            sql.Identifier(name), sql.Identifier(TEMPLATE)
        )
    )


def _template_folder(home: Home) -> Path:
    """Return the kept template that fits this checkout, making it if there is none."""
    shelf = CHECKOUT / ".cache" / "test-database"
    shelf.mkdir(parents=True, exist_ok=True)
    kept = shelf / _fingerprint(home)
    with (shelf / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            draft = shelf / "draft"
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(mode=0o700)
            _make_template(home, draft)
            draft.rename(kept)
            for old in sorted(
                (folder for folder in shelf.iterdir() if folder.is_dir()),
                key=lambda folder: folder.stat().st_mtime,
            )[:-_KEPT_TEMPLATES]:
                shutil.rmtree(old)
        os.utime(kept)
    home.cluster.password = (kept / "password").read_text(encoding="utf-8")
    return kept


def _make_template(home: Home, folder: Path) -> None:
    began = time.monotonic()
    cluster = Cluster(
        data=folder / "postgres",
        password=home.cluster.password,
        log=folder / "postgres.log",
        settings=_SETTINGS,
        initdb_options=home.cluster.initdb_options,
        given_binaries=home.cluster.given_binaries,
    )
    cluster.start()
    try:
        with psycopg.connect(cluster.conninfo(), autocommit=True) as superuser:
            create_roles(superuser, home.passwords)
            create_database(superuser, TEMPLATE)
        owner = psycopg.conninfo.make_conninfo(
            cluster.conninfo(TEMPLATE), user="iam_owner", password=home.passwords["owner"]
        )
        _migrate(owner)
        with psycopg.connect(owner) as connection:
            give_privileges(connection, to=Grantees())
    finally:
        cluster.stop()
    (folder / "password").touch(mode=0o600)
    (folder / "password").write_text(cluster.password, encoding="utf-8")
    print(f"test database migrated in {time.monotonic() - began:.1f} s", file=sys.stderr)


def _migrate(owner: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0", "--skip-checks"],
        cwd=CHECKOUT,
        env=os.environ | {"DATABASE_URL": owner},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the migrations failed:\n{done.stdout}{done.stderr}")


def _copy_data(source: Path, target: Path) -> None:
    """Copy a stopped server's folder, owners and modes included."""
    subprocess.run(["cp", "-a", source, target], check=True)


def _fingerprint(home: Home) -> str:
    """Name everything the migrated database depends on."""
    digest = hashlib.sha256()
    sources = [
        *CHECKOUT.glob("iam/*/migrations/*.py"),
        *CHECKOUT.glob("demo/*/migrations/*.py"),
        *CHECKOUT.glob("config/settings/*.py"),
        CHECKOUT / "iam" / "audit" / "privileges.py",
        CHECKOUT / "iam" / "saml" / "register" / "privileges.py",
        CHECKOUT / "deploy" / "local" / "postgres.py",
        CHECKOUT / "deploy" / "local" / "roles.py",
        CHECKOUT / "requirements.txt",
    ]
    for path in sorted(sources):
        digest.update(f"{path.relative_to(CHECKOUT)}\0".encode() + path.read_bytes())
    digest.update(f"{os.geteuid()} {home.cluster.given_binaries}".encode())
    return digest.hexdigest()[:20]


def pytest_unconfigure() -> None:
    """End the server; a worker of pytest-xdist ends without the interpreter's own farewell."""
    home.stop()


home = Home()
home.announce()
atexit.register(home.stop)
