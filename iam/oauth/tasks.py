# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The housekeeping of the authorization server; every job may run twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from iam.audit.clock import now
from iam.kernel.actor import Actor
from iam.kernel.permissions import Permission
from iam.oauth.actions import forget_expired, turn_signing_keys
from iam.oauth.selectors import keys_are_old


@app.periodic(cron="17 3 * * *")
@app.task(name="oauth.maintain", queueing_lock="oauth.maintain")
def maintain(timestamp: int) -> None:
    """Each night: turn the signing keys that served long enough, forget what expired."""
    del timestamp
    at = now()
    system = Actor.system("oauth-maintain", may={Permission.OAUTH_MAINTAIN}, at=at)
    if keys_are_old(at):
        turn_signing_keys(system)
    forget_expired(system)
