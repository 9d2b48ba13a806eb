# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""The town, served, for every test of the pages; `tests/journeys/conftest.py` names these."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from tests import cluster
from tests.journeys.harness.town import Town, built_town


@pytest.fixture(scope="module")
def town(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, spid_keys: dict[str, str]
) -> Iterator[Town]:
    """Build the town once, in a database of its own."""
    default = connections.databases["default"]
    usual = default["NAME"]
    with cluster.home.fresh_database() as name, django_db_blocker.unblock():
        connections.close_all()
        default["NAME"] = name
        try:
            with built_town(spid_keys) as town:
                yield town
        finally:
            connections.close_all()
            default["NAME"] = usual


@pytest.fixture(scope="module")
def address(town: Town) -> Iterator[str]:
    """Serve the town; return the address of the service, without a final slash."""
    server = LiveServer("localhost")
    yield server.url
    server.stop()
