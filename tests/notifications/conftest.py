# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A real provider on this machine, signing with the simulated trust service's key."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as service
from pytest_django import Settings

from demo.pec import MINISTRY, PASSWORD, servers
from demo.pec.certify import ProviderKey
from demo.pec.servers import Handle


@pytest.fixture(scope="session")
def provider_key() -> ProviderKey:
    """The key that the service is told to trust: SIGNATURES["PEC_CA"] is its authority."""
    return servers.key_of_trust_service(Path(service.IAM_HOME), url="http://localhost:1")


@pytest.fixture
def provider(tmp_path: Path, provider_key: ProviderKey, settings: Settings) -> Iterator[Handle]:
    """A provider of one's own, on free ports; `settings.PEC` points at it."""
    handle = servers.start(tmp_path, 0, 0, key=provider_key, delay_seconds=0)
    settings.PEC = {
        "SMTP_URL": f"smtp://localhost:{handle.smtp_port}",
        "IMAP_URL": f"imap://localhost:{handle.imap_port}",
        "ADDRESS": MINISTRY,
        "PASSWORD": PASSWORD,
    }
    try:
        yield handle
    finally:
        handle.stop()
