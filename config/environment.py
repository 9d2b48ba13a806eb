# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the process is told from outside, read once.

Every variable may also be given as a file: `X_FILE=/path` is read where `X` would be.
No other module of the service looks into `os.environ`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, cast, get_args
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict, make_conninfo

CHECKOUT = Path(__file__).resolve().parent.parent
DATABASE_NAME = "iam"

DatabaseRole = Literal["app", "owner", "sequencer", "auditor"]

_YES = frozenset({"1", "true", "yes", "on", "si", "sì"})
_NO = frozenset({"", "0", "false", "no", "off"})


class BadVariableError(ValueError):
    """A variable of the environment has a value that the service cannot use."""


@dataclass(frozen=True, kw_only=True)
class Database:
    """How to reach the database as one role; `options` are libpq's own parameters."""

    host: str
    port: int
    name: str
    user: str
    password: str = field(repr=False)
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def conninfo(self) -> str:
        """Return the libpq connection string, password included."""
        named = {
            "host": self.host,
            "port": str(self.port),
            "dbname": self.name,
            "user": self.user,
            "password": self.password,
        }
        return make_conninfo("", **{k: v for k, v in named.items() if v}, **self.options)

    @property
    def django(self) -> dict[str, object]:
        """Return the entry for Django's DATABASES, without pool or timeouts."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": self.host,
            "PORT": str(self.port),
            "NAME": self.name,
            "USER": self.user,
            "PASSWORD": self.password,
            "OPTIONS": dict(self.options),
        }


@dataclass(frozen=True)
class Environment:
    """The variables of this process, with their defaults and types."""

    variables: Mapping[str, str] = field(repr=False)

    def text(self, name: str, default: str = "") -> str:
        """Return `name`, else the content of the file that `name`_FILE gives, else `default`."""
        value = self.variables.get(name)
        if value:
            return value
        path = self.variables.get(f"{name}_FILE")
        if path:
            return Path(path).read_text(encoding="utf-8").strip()
        return default

    def number(self, name: str, default: int) -> int:
        """Return `name` as a whole number. Raises `BadVariableError`."""
        value = self.text(name)
        if not value:
            return default
        try:
            return int(value)
        except ValueError:
            raise BadVariableError(f"{name} deve essere un numero intero, non «{value}».") from None

    def switch(self, name: str, *, default: bool = False) -> bool:
        """Return `name` as yes or no. Raises `BadVariableError`."""
        value = self.text(name).lower()
        if not value and name not in self.variables:
            return default
        if value in _YES:
            return True
        if value in _NO:
            return False
        raise BadVariableError(f"{name} deve essere 1 oppure 0, non «{value}».")

    # --- where things are

    @cached_property
    def home(self) -> Path:
        """The folder below which all state lives (IAM_HOME)."""
        given = self.text("IAM_HOME")
        return Path(given).expanduser().resolve() if given else CHECKOUT / ".iam"

    @property
    def keys(self) -> Path:
        return self.home / "keys"

    @property
    def secrets(self) -> Path:
        return self.home / "secrets"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def runtime(self) -> Path:
        """What lives only while the service runs: marks of processes, the way to the socket."""
        return self.home / "run"

    # --- addresses

    @cached_property
    def port(self) -> int:
        port = self.number("PORT", 8000)
        if not 1 <= port <= 65529:
            raise BadVariableError(f"PORT deve stare fra 1 e 65529, non {port}.")
        return port

    @cached_property
    def base_url(self) -> str:
        """The public address of the service, without a final slash (IAM_BASE_URL)."""
        return self.text("IAM_BASE_URL", f"http://localhost:{self.port}").rstrip("/")

    @property
    def base_host(self) -> str:
        return urlsplit(self.base_url).hostname or "localhost"

    def demo_url(self, offset: int) -> str:
        """Return the address of the demo server that listens `offset` ports above PORT."""
        return f"http://localhost:{self.port + offset}"

    # --- what is trusted

    @cached_property
    def demo(self) -> bool:
        """Whether the simulated world of demo/ is trusted (IAM_DEMO); never in production."""
        return self.switch("IAM_DEMO")

    @cached_property
    def secret_key(self) -> str:
        """Django's secret: IAM_SECRET_KEY, else its file below the home, else empty."""
        return self.text("IAM_SECRET_KEY") or _content(self.secrets / "django_secret_key")

    # --- the database

    @property
    def has_own_database(self) -> bool:
        """Whether the embedded PostgreSQL is used, as nobody gave a DATABASE_URL."""
        return not self.text("DATABASE_URL")

    @cached_property
    def database_role(self) -> DatabaseRole:
        """The role of this process (IAM_DATABASE_ROLE): `app` unless somebody chose another."""
        role = self.text("IAM_DATABASE_ROLE", "app")
        if role not in get_args(DatabaseRole):
            raise BadVariableError(
                f"IAM_DATABASE_ROLE deve essere app, owner, sequencer o auditor, non «{role}»."
            )
        return cast(DatabaseRole, role)

    @cached_property
    def database(self) -> Database:
        """The database as the role of this process sees it."""
        return self.database_as(self.database_role)

    def database_as(self, role: DatabaseRole) -> Database:
        """Return how `role` reaches the database.

        An external server has one address for each role: DATABASE_URL for the application and
        DATABASE_<ROLE>_URL for the others; one that is not given is DATABASE_URL. The embedded
        server has its passwords below the home; one that we may not read is left empty.
        """
        url = self.text("DATABASE_URL")
        if url:
            return _parse(url if role == "app" else self.text(f"DATABASE_{role.upper()}_URL", url))
        return Database(
            host=os.path.realpath(self.runtime / "postgresql"),
            port=5432,
            name=DATABASE_NAME,
            user=f"iam_{role}",
            password=_content(self.secrets / f"database_{role}_password"),
        )


def _parse(url: str) -> Database:
    """Read a libpq URL or connection string; a socket folder may be its host."""
    given = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    return Database(
        host=given.pop("host", ""),
        port=int(given.pop("port", "5432")),
        name=given.pop("dbname", DATABASE_NAME),
        user=given.pop("user", ""),
        password=given.pop("password", ""),
        options=given,
    )


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (FileNotFoundError, PermissionError):
        return ""


environment = Environment(os.environ)
