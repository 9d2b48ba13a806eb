# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which processes the service has, and what of the home each of them needs."""

import sys
from collections.abc import Iterator
from pathlib import Path

from config.environment import Environment
from deploy.local.children import Program
from iam.audit.ledger.keys import LOG_KEY, WITNESS_KEY

_WEB_THREADS = 8


def service_programs(environment: Environment) -> Iterator[Program]:
    """Yield the web process and the worker (with the sequencer and the witness below it).

    The web process may neither sign checkpoints nor write the tree: of those keys it reads only
    the public parts, which the worker's children make at the first start. From then on the web
    process comes first, because a person waits for it.
    """
    in_order = (_worker, _web)
    if all(path.exists() for path in _public(environment.home)):
        in_order = (_web, _worker)
    for program in in_order:
        yield program(environment)


def _shared(environment: Environment) -> tuple[Path, ...]:
    home, secrets = environment.home, environment.secrets
    return (
        secrets / "django_secret_key",
        secrets / "database_app_password",
        home / "static",
        home / "demo",
    )


def _worker(environment: Environment) -> Program:
    home, secrets = environment.home, environment.secrets
    return Program(
        name="worker",
        command=(sys.executable, "manage.py", "worker"),
        readable=(*_shared(environment), secrets / "database_sequencer_password"),
        writable=(environment.keys, environment.runtime, home / "witness"),
        asks=("DATABASE_SEQUENCER_URL",),
        makes=_public(home),
    )


def _web(environment: Environment) -> Program:
    return Program(
        name="web",
        command=(
            *(sys.executable, "-m", "granian", "config.wsgi:application"),
            *("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(environment.port)),
            *("--workers", "1", "--blocking-threads", str(_WEB_THREADS), "--no-ws"),
            *("--runtime-mode", "st", "--log-level", "warning", "--no-access-log"),
            *("--respawn-failed-workers", "--workers-kill-timeout", "5"),
        ),
        readable=(
            *_shared(environment),
            environment.runtime,
            *_keys_of_the_web(environment),
            *_public(environment.home),
        ),
    )


def demo_programs(environment: Environment) -> Iterator[Program]:
    """Yield the simulated world outside; its certification authority gives us our seal."""
    state = environment.home / "demo"
    faces = (state / "idp", state / "idp" / "cie", state / "idp" / "eidas")
    told = tuple(folder / "metadata" / "idp.xml" for folder in faces)
    for metadata in told:
        if metadata.exists() and f'"{environment.demo_url(1)}' not in metadata.read_text("utf-8"):
            metadata.unlink()  # of a start on other ports: the provider writes it again
    yield Program(
        name="mondo",
        command=(sys.executable, "-m", "demo.world"),
        writable=(state, environment.keys),
        makes=told,
    )


def module_programs(environment: Environment) -> Iterator[Program]:
    """Yield the simulated modules of the platform, which are clients of the service."""
    state = environment.home / "demo"
    yield Program(
        name="patti", command=(sys.executable, "-m", "demo.modules.patti"), writable=(state,)
    )


def _public(home: Path) -> tuple[Path, ...]:
    return tuple((home / key).with_suffix(".vkey") for key in (LOG_KEY, WITNESS_KEY))


def _keys_of_the_web(environment: Environment) -> tuple[Path, ...]:
    private = (environment.home / LOG_KEY).name
    return tuple(path for path in environment.keys.iterdir() if path.name != private)
