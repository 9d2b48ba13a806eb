# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the tests may ask for.

db              the usual one: a transaction, rolled back, as the application's role
committed_db    a database of its own, in which the test commits; its name is the value
site            the whole service over HTTP on a free port; needs committed_db, and asks it
spid_keys       our key of the federation, as settings.SAML wants it
browser_page    a Chromium page, Italian, in a context of its own
owner_db        a connection to the test's database as its owner
"""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.db import connections
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from tests import cluster

_CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# Quick answers first. Then the longest files, since a file is one worker's and the others can go
# on beside it; then the rest, which fills the gaps.
_FIRST = ("kernel", "policy", "architecture", "faults", "journeys")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    room = item.path.relative_to(cluster.CHECKOUT / "tests").parts[0]
    return _FIRST.index(room) if room in _FIRST else len(_FIRST)


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """Start the server; its database is migrated already."""
    cluster.home.start()


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Run the test on a clone of the migrated database, where it commits as the application.

    The log cannot be emptied, so nothing is: the clone is dropped when the test ends.
    """
    default = connections.databases["default"]
    usual = default["NAME"]
    with cluster.home.fresh_database() as name, django_db_blocker.unblock():
        connections.close_all()
        default["NAME"] = name
        try:
            yield name
        finally:
            connections.close_all()
            default["NAME"] = usual


@pytest.fixture
def owner_db(django_db_setup: None) -> Iterator[psycopg.Connection]:
    """Connect to the database of the test as its owner, who may do what the service may not."""
    conninfo = psycopg.conninfo.make_conninfo(
        cluster.home.cluster.conninfo(connections.databases["default"]["NAME"]),
        user="iam_owner",
        password=cluster.home.passwords["owner"],
    )
    with psycopg.connect(conninfo) as connection:
        yield connection


@pytest.fixture
def site(committed_db: str) -> Iterator[LiveServer]:
    """Serve the whole service; `site.url` is its address."""
    server = LiveServer("localhost")
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def spid_keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Make our key and certificate of the federation once; return their paths, as settings."""
    from django.conf import settings

    from iam.saml.federation.certificate import make_certificate, store
    from iam.saml.federation.service import service_provider

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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium once: the one on PATH, else the one that Playwright installed."""
    # Playwright's loop runs in this thread, and Django would take it for an asynchronous view.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    found = os.environ.get("CHROMIUM_PATH") or shutil.which("chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=found or None, args=_CHROMIUM_ARGUMENTS
        )
        yield started
        started.close()


@pytest.fixture
def browser_page(browser: Browser) -> Iterator[Page]:
    """Open a page of its own, without cookies; console errors and failures are for the test."""
    context = browser.new_context(locale="it-IT", timezone_id="Europe/Rome")
    yield context.new_page()
    context.close()
