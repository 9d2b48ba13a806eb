# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The job that keeps the trust list fresh. It never takes a list that does not verify."""

from __future__ import annotations

from hashlib import sha256

import structlog
from procrastinate.contrib.django import app

from iam.audit.clock import now
from iam.kernel.actor import Actor
from iam.kernel.permissions import Permission
from iam.signatures.actions import load_trust_list
from iam.signatures.errors import TrustListRefused
from iam.signatures.selectors import trust_list_health, trust_list_in_use_sha256
from iam.signatures.trust.configuration import trust_list_url
from iam.signatures.trust.downloading import ListNotDownloaded, download

logger = structlog.get_logger(__name__)

JOB = "trust-list"
MINUTE_OF_THE_HOUR = 7


@app.periodic(cron="* * * * *")
@app.task(queueing_lock=JOB, pass_context=False)
def refresh_trust_list(timestamp: int) -> None:
    """Once an hour, or each minute while there is none in date, fetch the list and load it."""
    at = now()
    health = trust_list_health(at=at)
    if not trust_list_url() or (not health.expired and at.minute != MINUTE_OF_THE_HOUR):
        return
    try:
        content = download(trust_list_url())
    except ListNotDownloaded as fault:
        logger.warning("signatures.trust-list.not-downloaded", why=str(fault))
        return
    if sha256(content).hexdigest() == trust_list_in_use_sha256():
        return
    system = Actor.system(JOB, may={Permission.TRUST_LIST_LOAD}, at=at)
    try:
        load_trust_list(system, content=content)
    except TrustListRefused as refusal:
        logger.error("signatures.trust-list.refused", why=refusal.sentence)
