# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a token, a decision and an introspection cost: processor time of the service.

Requests go through the whole stack of Django in one process, one after the other; the time of
PostgreSQL's own processes is not in it. Every request is durable: its event is committed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from bench.result import Result

ROUNDS = 60
BATCH = 50


def measure() -> Iterable[Result]:
    with _service() as ground:
        from demo.personas import LUCA
        from iam.roles.types import CASE_MANAGER
        from tests import world

        ground.build()
        ground.open_comune(world.BOVEZZO)
        world.operator(LUCA, CASE_MANAGER)
        module = ground.Module().install()
        yield from _tokens(module)
        yield from _uses(ground, module, module.enter(LUCA)["access_token"], world.BOVEZZO)


def _tokens(module: Any) -> Iterator[Result]:
    proofs = iter([module.proof() for _ in range(ROUNDS + 5)])
    form = {"grant_type": "client_credentials", "scope": "iam:decide"}
    yield _result("token del modulo (private_key_jwt)", lambda: _post(module, form | next(proofs)))


def _uses(ground: Any, module: Any, token: str, comune: str) -> Iterator[Result]:
    own = module.own_token()
    scope = "gepi:caso.completo"
    one = ground.question(token, scope, comune, mine=True)
    many = {"evaluations": [one | {"action": {"name": scope}} for _ in range(BATCH)]}
    bearer = {"Authorization": f"Bearer {own}"}
    yield _result(
        "decisione",
        lambda: _ok(module.post("/access/v1/evaluation", one, own_token=own)),
    )
    yield _result(
        f"decisione in un elenco di {BATCH}",
        lambda: _ok(module.post("/access/v1/evaluations", many, own_token=own)),
        each=BATCH,
    )
    yield _result(
        "introspezione, diritti ricalcolati",
        lambda: _ok(module.http.post("/oauth/introspect/", {"token": token}, headers=bearer)),
    )


def _post(module: Any, form: dict[str, str]) -> None:
    _ok(module.http.post("/oauth/token/", form))


def _ok(answer: Any) -> None:
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.status_code}: {answer.content[:200]!r}")


def _result(name: str, work: Callable[[], None], *, each: int = 1) -> Result:
    for _ in range(5):
        work()
    costs = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        costs.append((time.process_time() - began) / each)
    return Result(name=f"{name}: processore del servizio", value=median(costs) * 1e6, unit="µs")


@contextmanager
def _service() -> Iterator[Any]:
    """Yield the ground of the tests on a database of its own, with Django set up."""
    from tests import cluster

    cluster.home.announce()
    cluster.home.start()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    import django

    django.setup()
    from django.db import connections
    from django.test.utils import setup_test_environment, teardown_test_environment

    setup_test_environment()
    with cluster.home.fresh_database() as name:
        connections.databases["default"]["NAME"] = name
        try:
            from tests.oauth import ground

            yield ground
        finally:
            connections.close_all()
            teardown_test_environment()
    cluster.home.stop()
