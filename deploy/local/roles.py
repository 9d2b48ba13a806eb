# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The three roles of the service, its database, and what each role may do.

`owner` owns the database and runs migrations; `app` serves requests and may only add events to
the log; `sequencer` alone writes the log's tree; `auditor` may only read the log. Roles and
database are made on the embedded server alone; privileges are given on any server, by its owner.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import psycopg
from psycopg import sql

from config.environment import DATABASE_NAME, DatabaseRole
from iam.audit.privileges import statements
from iam.saml.register import privileges as login_register

ROLES: tuple[DatabaseRole, ...] = get_args(DatabaseRole)


def role_name(role: DatabaseRole) -> str:
    """Return the name that `role` has on the embedded server."""
    return f"iam_{role}"


def create_roles(superuser: psycopg.Connection, passwords: Mapping[str, str]) -> None:
    """Create the roles that are missing, and give each its password."""
    for role in ROLES:
        name = sql.Identifier(role_name(role))
        found = superuser.execute(
            "SELECT 1 FROM pg_roles WHERE rolname = %s", [role_name(role)]
        ).fetchone()
        if found is None:
            superuser.execute(sql.SQL("CREATE ROLE {}").format(name))
        superuser.execute(
            sql.SQL(
                "ALTER ROLE {} WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION "
                "NOBYPASSRLS PASSWORD {}"
            ).format(name, sql.Literal(passwords[role]))
        )


def create_database(superuser: psycopg.Connection, name: str = DATABASE_NAME) -> None:
    """Create the database, owned by `owner`, if it is missing. Needs autocommit."""
    found = superuser.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    if found is None:
        superuser.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(name), sql.Identifier(role_name("owner"))
            )
        )
    superuser.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    for role in ("app", "sequencer", "auditor"):
        superuser.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                sql.Identifier(name), sql.Identifier(f"iam_{role}")
            )
        )


@dataclass(frozen=True, kw_only=True)
class Grantees:
    """The names of the roles that receive privileges; on an external server they may differ."""

    app: str = role_name("app")
    sequencer: str = role_name("sequencer")
    auditor: str = role_name("auditor")


def give_privileges(owner: psycopg.Connection, *, to: Grantees) -> None:
    """Set, in one transaction, exactly what each role may do on the tables that exist now.

    Run after every migration, connected as the owner. Nobody but the owner may TRUNCATE.
    """
    with owner.transaction():
        for statement in (
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
            "GRANT USAGE ON SCHEMA public TO {app}, {sequencer}, {auditor}",
            "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {app}, {sequencer}, {auditor}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app}",
            "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {app}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app}",
        ):
            owner.execute(sql.SQL(statement).format(**_identifiers(to)))
        for rule in statements(application=to.app, sequencer=to.sequencer, auditor=to.auditor):
            owner.execute(sql.SQL(rule))
        for rule in login_register.statements(application=to.app):
            owner.execute(sql.SQL(rule))


def _identifiers(to: Grantees) -> dict[str, sql.Identifier]:
    return {
        "app": sql.Identifier(to.app),
        "sequencer": sql.Identifier(to.sequencer),
        "auditor": sql.Identifier(to.auditor),
    }
