# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The end of the 24 months."""

from __future__ import annotations

from procrastinate.contrib.django import app

from iam.audit.clock import now
from iam.kernel.actor import Actor
from iam.kernel.permissions import Permission
from iam.saml.register.actions import BATCH, purge_login_records


@app.periodic(cron="41 3 * * *")
@app.task(name="saml.purge_login_records", queueing_lock="saml.purge_login_records")
def purge(timestamp: int) -> None:
    """Each night: delete what has been kept for its 24 months and nobody holds."""
    del timestamp
    gone = BATCH
    while gone == BATCH:
        system = Actor.system("login-purge", may={Permission.LOGIN_PURGE}, at=now())
        gone = purge_login_records(system)
