# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer
from werkzeug.serving import make_server

from demo.modules.patti.app import create_app
from demo.modules.patti.registration import key_in, metadata, module_at
from demo.personas import Persona
from iam.accounts.sessions.store import SessionStore
from iam.oauth.actions import install_client
from iam.oauth.types import Registration
from tests.oauth import ground
from tests.oauth.walking import Walk


@pytest.fixture(scope="module")
def italy(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Build the small Italy and the keys once for a file, as Django's TestCase does for a class.

    Each test's own transaction is inside this one: not for files that ask for committed_db.
    """
    with django_db_blocker.unblock():
        whole = transaction.atomic()
        whole._from_testcase = True  # type: ignore[attr-defined]  # durable blocks may be inside
        with whole:
            ground.build()
            yield
            transaction.set_rollback(True)


@pytest.fixture
def patti(site: LiveServer, settings: Settings, tmp_path: Path) -> Iterator[str]:
    """Serve the simulated module, registered with a service that is open nowhere; its address."""
    settings.OAUTH2_PROVIDER = settings.OAUTH2_PROVIDER | {"OIDC_ISS_ENDPOINT": site.url}
    ground.build()
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    address = f"http://localhost:{server.server_port}"
    module = module_at(address, issuer=site.url, key=key_in(tmp_path))
    server.app = create_app(module, tmp_path)
    install_client(ground.system(), registration=Registration.from_metadata(metadata(module)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def walk(patti: str, site: LiveServer) -> Walk:
    """Return a way for a persona to walk through the module, logged in to the service."""

    def session_of(persona: Persona, level: int) -> str:
        session: SessionBase = SessionStore()
        ground.fill_session(session, persona, level=level)
        session.save()
        return str(session.session_key)

    return Walk(patti, site.url, session_of)
