# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two administrators at the same instant: one wins, the other reads why she did not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections

from demo.personas import LUCA
from iam.audit.models import AuditEvent
from iam.kernel.errors import DomainError
from iam.roles.actions import grant_role, revoke_grant
from iam.roles.models import Grant
from iam.roles.types import CASE_MANAGER
from tests import world

THREADS = 4


def all_at_once(attempt: object) -> list[str]:
    """Run `attempt` in every thread at the same moment; return each result or code of refusal."""
    start = Barrier(THREADS)

    def one(_: int) -> str:
        try:
            start.wait(timeout=20)
            attempt()  # type: ignore[operator]
        except DomainError as refusal:
            return f"{refusal.status} {refusal.code}"
        finally:
            connections.close_all()
        return "fatto"

    with ThreadPoolExecutor(THREADS) as pool:
        return sorted(pool.map(one, range(THREADS)))


def test_a_double_grant_has_one_winner_and_one_revocation(committed_db: str) -> None:
    world.build()
    anna = world.amministratrice()
    luca = world.indicate(LUCA, CASE_MANAGER, by=anna)

    def give() -> None:
        grant_role(
            anna, person=luca, role=CASE_MANAGER, comune=world.BOVEZZO, until=world.in_a_year()
        )

    results = all_at_once(give)

    assert results.count("fatto") == 1
    assert set(results) <= {"fatto", "409 profilo-gia-assegnato", "409 modifica-contemporanea"}
    grant = Grant.objects.get(role=CASE_MANAGER)
    assert AuditEvent.objects.filter(kind="roles.grant.created").count() == 1
    assert AuditEvent.objects.filter(kind="audit.action.denied").count() == THREADS - 1

    results = all_at_once(lambda: revoke_grant(anna, grant=grant.pk, reason="Fine incarico"))

    assert results.count("fatto") == 1
    assert set(results) <= {"fatto", "409 profilo-gia-cessato"}
    assert AuditEvent.objects.filter(kind="roles.grant.revoked").count() == 1
