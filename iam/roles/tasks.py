# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The jobs of this room."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from iam.audit.clock import now
from iam.roles.accreditation.judging import judge
from iam.roles.accreditation.selectors import uploads_to_verify

logger = structlog.get_logger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="roles.judge_acts", queueing_lock="roles.judge_acts")
def judge_acts(timestamp: int) -> None:
    """Verify the acts whose verification was cut short, or could not be made at the time."""
    del timestamp
    for upload in uploads_to_verify():
        try:
            judge(upload, at=now())
        except Exception:
            logger.exception("roles.act.unjudged", upload=str(upload))
