# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the worker does for conventions."""

from __future__ import annotations

from procrastinate.contrib.django import app

from iam.audit.clock import now
from iam.convenzioni.selectors import uploads_to_verify
from iam.convenzioni.uploads.judging import judge


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="convenzioni.verify", pass_context=False)
def verify_waiting_files(timestamp: int) -> None:
    """Judge what a crash left unjudged, and try again what could not be checked."""
    for upload in uploads_to_verify():
        judge(upload, at=now())
