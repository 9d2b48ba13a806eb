# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A service provider with a key, and two identity providers that it knows."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from tests.saml.browsing import load_providers


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
