# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A service provider with a key, and two identity providers that it knows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from iam.saml.federation.certificate import make_certificate, store
from iam.saml.federation.service import service_provider
from tests.saml.browsing import load_providers


@pytest.fixture(scope="session")
def spid_keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the paths of a key and certificate, made once."""
    from django.conf import settings

    folder: Path = tmp_path_factory.mktemp("spid")
    paths = {"KEY": str(folder / "spid.key"), "CERTIFICATE": str(folder / "spid.pem")}
    kept = settings.SAML
    settings.SAML = {**kept, **paths}
    try:
        provider = service_provider()
        store(make_certificate(provider, at=datetime.now(UTC)), provider)
    finally:
        settings.SAML = kept
    return paths


@pytest.fixture
def federation(spid_keys: dict[str, str], settings: Settings, db: Any) -> None:
    """The service and the providers of `tests.saml.browsing`, in a transaction rolled back."""
    settings.SAML = {**settings.SAML, **spid_keys}
    load_providers()


@pytest.fixture
def committed_federation(spid_keys: dict[str, str], settings: Settings, committed_db: str) -> str:
    """The same, committed in a database of its own, whose name is the value."""
    settings.SAML = {**settings.SAML, **spid_keys}
    load_providers()
    return committed_db
