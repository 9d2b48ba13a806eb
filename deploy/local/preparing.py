# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must be true of the database and of the files before the service may serve.

Each piece of work has a digest of all that it depends on, kept as the comment of the database
it changed (or in a file, for files): a second start compares and does nothing.
"""

import contextlib
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import psycopg
from psycopg import sql

from config.environment import CHECKOUT, Environment
from deploy.local.children import passed_variables
from deploy.local.errors import InstallationError
from deploy.local.postgres import Cluster
from deploy.local.roles import Grantees, create_database, create_roles, give_privileges
from deploy.local.terminal import Step, step

_LOCK = "requirements.txt"


def prepare_database(environment: Environment, *, demo: bool) -> None:
    """Migrate, give privileges, load the territories, and seed the simulated world."""
    owner = environment.database_as("owner").conninfo
    with _connected(owner) as connection:
        database = Marks(connection)
        schema = digest_of("iam/*/migrations/*.py", "demo/*/migrations/*.py", *_RIGHTS, _LOCK)
        if database.lacks("schema", schema):
            with step("Schema della base di dati") as migrating:
                run_command("migrate", environment, migrating, role="owner")
                note = _give_privileges(environment, connection)
                migrating.done(note)
            database.set("schema", schema)
        territories = digest_of("iam/enti/importers/**/*", "iam/enti/data/**/*", "iam/enti/*.py")
        if database.lacks("territories", territories):
            with step("Comuni, Province e Regioni") as loading:
                run_command("enti_load", environment, loading)
                loading.done()
            database.set("territories", territories)
        if database.lacks("oauth-keys", "1"):
            with step("Chiavi dei token") as making:
                run_command("oauth_keys", environment, making)
                making.done()
            database.set("oauth-keys", "1")
        world = digest_of("demo/personas.py", "demo/seed/**/*")
        if demo and database.lacks("demo", world):
            with step("Mondo simulato") as seeding:
                run_command("demo_seed", environment, seeding)
                seeding.done()
            database.set("demo", world)


def prepare_federation(environment: Environment, *, demo: bool) -> None:
    """Make our SPID key and certificate once; let the simulated provider in when it is new."""
    if not (environment.keys / "spid.pem").exists():
        with step("Certificato SPID") as making:
            run_command("spid_certificate", environment, making, "--if-missing")
            making.done()
    metadata = environment.home / "demo" / "idp" / "metadata" / "idp.xml"
    if not demo or not metadata.exists():
        return
    with _connected(environment.database_as("owner").conninfo) as connection:
        database = Marks(connection)
        provider = hashlib.sha256(metadata.read_bytes()).hexdigest()[:16]
        if database.lacks("spid", provider):
            with step("Gestore SPID simulato") as loading:
                run_command("spid_idp_load", environment, loading, "--only")
                loading.done()
            database.set("spid", provider)


_RIGHTS = ("iam/audit/privileges.py", "deploy/local/roles.py")
# No page uses the extensions of htmx, and their comments name a file as if they imported it.
_COLLECT = ("--noinput", "--clear", "--ignore=django_htmx/ext/*")
_STATIC = ("iam/*/static/**/*", "iam/web/storage.py", "iam/web/configuration.py", _LOCK)


def prepare_static_files(environment: Environment) -> None:
    """Collect the static files, if any of them changed since the last time."""
    wanted = digest_of(*_STATIC)
    mark = environment.home / "static" / "digest"
    if mark.exists() and mark.read_text(encoding="utf-8") == wanted:
        return
    with step("File statici") as collecting:
        run_command("collectstatic", environment, collecting, *_COLLECT)
        mark.write_text(wanted, encoding="utf-8")
        collecting.done()


def create_roles_and_database(cluster: Cluster, passwords: dict[str, str]) -> None:
    """Make what migrations cannot: roles with their passwords, and the database."""
    with psycopg.connect(cluster.conninfo(), autocommit=True) as superuser:
        create_roles(superuser, passwords)
        create_database(superuser)


def run_command(
    name: str, environment: Environment, current: Step, *arguments: str, role: str = "app"
) -> None:
    """Run a command of manage.py and show its last line as progress.

    Raises `InstallationError` with the end of what it wrote.
    """
    log = environment.logs / f"{name}.log"
    variables = passed_variables() | {
        "IAM_HOME": str(environment.home),
        "IAM_DATABASE_ROLE": role,
        "PYTHONUNBUFFERED": "1",
    }
    if role == "owner":
        variables |= {k: v for k, v in os.environ.items() if k.startswith("DATABASE_OWNER_URL")}
    written: list[str] = []
    with (
        log.open("w", encoding="utf-8") as file,
        subprocess.Popen(
            [sys.executable, "manage.py", name, *arguments],
            cwd=CHECKOUT,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process,
    ):
        log.chmod(0o600)
        for line in process.stdout or ():
            file.write(line)
            written.append(line.rstrip())
            if shown := _plain(line):
                current.progress(shown)
    if process.returncode != 0:
        last = "\n".join(f"    {line}" for line in written[-12:])
        raise InstallationError(
            f"Il comando «manage.py {name}» non è riuscito. Ha scritto:\n{last}\n"
            f"Il testo completo è in {log}."
        )


def digest_of(*patterns: str) -> str:
    """Return a digest of the names and contents of the files of the checkout that match."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in CHECKOUT.glob(pattern)}):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(f"{path.relative_to(CHECKOUT)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class Marks:
    """The digests of the work done on a database, in its comment."""

    connection: psycopg.Connection

    def lacks(self, work: str, digest: str) -> bool:
        return self._read().get(work) != digest

    def set(self, work: str, digest: str) -> None:
        text = json.dumps(self._read() | {work: digest}, sort_keys=True)
        name = sql.Identifier(self.connection.info.dbname)
        self.connection.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(text))
        )

    def _read(self) -> dict[str, str]:
        row = self.connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
            "WHERE datname = current_database()"
        ).fetchone()
        try:
            found = json.loads(row[0]) if row and row[0] else {}
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def _give_privileges(environment: Environment, owner: psycopg.Connection) -> str:
    names = {role: environment.database_as(role).user for role in ("app", "sequencer", "auditor")}
    if names["app"] == owner.info.user:
        return "un solo ruolo fa tutto, il registro è protetto solo dalle sue firme"
    give_privileges(owner, to=Grantees(**names))
    return ""


@contextlib.contextmanager
def _connected(conninfo: str) -> Iterator[psycopg.Connection]:
    try:
        connection = psycopg.connect(conninfo, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise InstallationError(
            "La base di dati non risponde. Controlla DATABASE_URL e che il server sia acceso.\n"
            f"    {_without_password(str(error))}"
        ) from error
    with connection:
        yield connection


def _without_password(text: str) -> str:
    return re.sub(r"(password=|://[^:/@\s]*:)[^@\s]+", r"\1…", text).strip()


def _plain(line: str) -> str:
    """Return what is worth showing of a line: no log records, at most 60 characters."""
    text = line.strip()
    return "" if re.match(r"\d{4}-\d\d-\d\d ", text) else text[:60]


def missing(names: Iterable[str]) -> list[str]:
    """Return the commands of manage.py among `names` that no room offers."""
    return [name for name in names if not any(CHECKOUT.glob(f"*/*/management/commands/{name}.py"))]
