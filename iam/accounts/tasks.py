# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The housekeeping of this room; every job may run twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from iam.accounts.limits.counting import forget_old


@app.periodic(cron="*/20 * * * *")
@app.task(name="accounts.forget_attempts", queueing_lock="accounts.forget_attempts")
def forget_attempts(timestamp: int) -> None:
    """Forget the attempts that no longer count: the table stays as small as the last hour."""
    del timestamp
    forget_old()
