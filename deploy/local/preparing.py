# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must be true of the database and of the files before the service may serve.

Each piece of work has a digest of all that it depends on, kept as the comment of the database
it changed (or in a file, for files): a second start compares and does nothing.
"""

import contextlib
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from psycopg import sql

from config.environment import CHECKOUT, Environment
from deploy.local.commands import Commands
from deploy.local.errors import InstallationError
from deploy.local.postgres import Cluster
from deploy.local.roles import Grantees, create_database, create_roles, give_privileges
from deploy.local.terminal import step

_LOCK = "requirements.txt"


@dataclass(frozen=True, kw_only=True)
class Work:
    """A command that brings in what `sources` say, again only when they change."""

    name: str
    command: str
    sources: tuple[str, ...]
    of_the_demo: bool = False


_WORKS = (
    Work(
        name="Comuni, Province e Regioni",
        command="enti_load",
        sources=("iam/enti/importers/**/*", "iam/enti/data/**/*", "iam/enti/*.py"),
    ),
    Work(name="Chiavi dei token", command="oauth_keys", sources=()),
    Work(
        name="Pratiche e persone simulate",
        command="demo_seed",
        sources=("demo/personas.py", "demo/seed/**/*"),
        of_the_demo=True,
    ),
)


def prepare_database(environment: Environment, app: Commands, *, demo: bool) -> None:
    """Migrate, give privileges, load the territories, and seed the simulated world."""
    with _connected(environment.database_as("owner").conninfo) as connection:
        database = Marks(connection)
        with static_files_beside(environment, app):
            schema = digest_of("iam/*/migrations/*.py", "demo/*/migrations/*.py", *_RIGHTS, _LOCK)
            if database.lacks("schema", schema):
                with step("Schema della base di dati") as migrating:
                    with Commands(environment, role="owner") as commands:
                        commands.run("migrate", migrating, "--skip-checks")
                    migrating.done(_give_privileges(environment, connection))
                database.set("schema", schema)
        for work in _WORKS:
            digest = digest_of(*work.sources)
            if (demo or not work.of_the_demo) and database.lacks(work.command, digest):
                with step(work.name) as doing:
                    app.run(work.command, doing)
                    doing.done()
                database.set(work.command, digest)


def prepare_federation(environment: Environment, app: Commands, *, demo: bool) -> None:
    """Make our SPID key, certificate and seal once; let the simulated provider in when new."""
    if not (environment.keys / "spid.pem").exists():
        with step("Certificato SPID") as making:
            app.run("spid_certificate", making, "--if-missing")
            making.done()
    if not (environment.keys / "seal.pem").exists():
        with step("Sigillo della piattaforma") as making:
            app.run("sigillo_crea", making, "--if-missing")
            making.done()
    state = environment.home / "demo" / "idp"
    faces = {"spid": state, "cie": state / "cie", "eidas": state / "eidas"}
    with _connected(environment.database_as("owner").conninfo) as connection:
        database = Marks(connection)
        for scheme, folder in faces.items():
            metadata = folder / "metadata" / "idp.xml"
            if not demo or not metadata.exists():
                continue
            provider = hashlib.sha256(metadata.read_bytes()).hexdigest()[:16]
            if database.lacks(scheme, provider):
                with step(f"Gestore simulato {scheme.upper()}") as loading:
                    app.run(
                        "spid_idp_load",
                        loading,
                        str(metadata.parent),
                        *("--scheme", scheme, "--only"),
                    )
                    loading.done()
                database.set(scheme, provider)


def prepare_modules(environment: Environment, app: Commands) -> None:
    """Register the simulated module, again when its key or its address changed."""
    from demo.modules.patti.registration import write_registration

    registration = write_registration(
        environment.home, environment.demo_url(6), issuer=environment.base_url
    )
    with _connected(environment.database_as("owner").conninfo) as connection:
        database = Marks(connection)
        told = hashlib.sha256(registration.read_bytes()).hexdigest()[:16]
        if database.lacks("patti", told):
            with step("Modulo simulato dei patti") as registering:
                app.run("client_register", registering, str(registration))
                registering.done()
            database.set("patti", told)


_RIGHTS = ("iam/audit/privileges.py", "deploy/local/roles.py")
# No page uses the extensions of htmx, and their comments name a file as if they imported it.
_COLLECT = ("--noinput", "--clear", "--ignore=django_htmx/ext/*")
_STATIC = ("iam/*/static/**/*", "iam/web/storage.py", "iam/web/configuration.py", _LOCK)


@contextlib.contextmanager
def static_files_beside(environment: Environment, app: Commands) -> Iterator[None]:
    """Collect the static files if any changed, while what is inside goes on on the other core."""
    wanted = digest_of(*_STATIC)
    mark = environment.home / "static" / "digest"
    if mark.exists() and mark.read_text(encoding="utf-8") == wanted:
        yield
        return
    app.send("collectstatic", *_COLLECT)
    yield
    with step("File statici") as collecting:
        app.finish("collectstatic", collecting)
        mark.write_text(wanted, encoding="utf-8")
        collecting.done()


def create_roles_and_database(cluster: Cluster, passwords: dict[str, str]) -> None:
    """Make what migrations cannot: roles with their passwords, and the database."""
    with psycopg.connect(cluster.conninfo(), autocommit=True) as superuser:
        create_roles(superuser, passwords)
        create_database(superuser)


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
