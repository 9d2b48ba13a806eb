# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The job that keeps the registries fresh."""

from __future__ import annotations

from contextlib import suppress

from procrastinate.contrib.django import app

from iam.audit.clock import now
from iam.saml.registry.actions import JOB
from iam.saml.registry.errors import RegistryRefused
from iam.saml.registry.refreshing import refresh
from iam.saml.registry.selectors import due
from iam.saml.registry.sources import sources

EVERY_SECONDS = 3600.0 - 300.0
AFTER_FAULT_SECONDS = 600.0 - 60.0


@app.periodic(cron="*/10 * * * *")
@app.task(name=JOB, lock=JOB, pass_context=False)
def refresh_registries(timestamp: int) -> None:
    """Look at each registry once an hour, each ten minutes after a failure, now if asked (0)."""
    at = now()
    for source in sources():
        if timestamp and not due(
            source.scheme, at=at, every=EVERY_SECONDS, after_fault=AFTER_FAULT_SECONDS
        ):
            continue
        with suppress(RegistryRefused):  # written down already: the other registry has its turn
            refresh(source, at=at)
