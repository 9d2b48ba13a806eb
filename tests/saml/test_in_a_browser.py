# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The POST binding in a real browser: over TLS, with the provider on another site.

The service is at localhost and the provider at 127.0.0.1, which a browser takes for two sites:
so the answer is a cross-site POST, as in production, and only a cookie marked SameSite=None
comes with it.
"""

from __future__ import annotations

import ipaddress
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django import Settings
from werkzeug.serving import make_server

from demo.idp.app import create_app
from demo.personas import ELENA, MARCO
from iam.accounts.sessions.store import SessionStore
from iam.saml.actions import load_provider
from iam.saml.metadata.identity_provider import read_provider_metadata
from tests.journeys.harness.inspection import faults_of
from tests.saml.browsing import events, visitor

START = "/spid/login/?idp={idp}&next=/aiuto/"


@dataclass(frozen=True)
class Sites:
    """The two addresses of one log-in."""

    service: str
    provider: str

    @property
    def login(self) -> str:
        return self.service + START.format(idp=self.provider)


@pytest.fixture
def sites(
    spid_keys: dict[str, str],
    settings: Settings,
    committed_db: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Sites]:
    """Serve both over TLS, each on a host of its own."""
    certificate, key = tls_certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with ExitStack() as stack:
        django = Closing(StaticFilesHandler(get_wsgi_application()))
        service_port = stack.enter_context(serving(django, "localhost", certificate, key))
        service = f"https://localhost:{service_port}"
        settings.BASE_URL = service
        settings.SAML = {**settings.SAML, **spid_keys}
        later = Later()
        port = stack.enter_context(serving(later, "127.0.0.1", certificate, key))
        provider = f"https://127.0.0.1:{port}"
        later.app = create_app(tmp_path / "idp", provider, f"{service}/spid/metadata/")
        document = (tmp_path / "idp" / "metadata" / "idp.xml").read_bytes()
        load_provider(visitor(), metadata=read_provider_metadata(document, source="prova"))
        yield Sites(service, provider)


class Closing:
    """Ends each request's connection to the database with its thread."""

    def __init__(self, application: Any) -> None:
        self.application = application

    def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
        try:
            response = self.application(environ, start_response)
            try:
                return list(response)
            finally:
                response.close()
        finally:
            connections.close_all()


class Later:
    """A WSGI application that is made after its address is known."""

    app: Any = None

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.app(environ, start_response)


@contextmanager
def serving(application: Any, host: str, certificate: Path, key: Path) -> Iterator[int]:
    server = make_server(
        host, 0, application, threaded=True, ssl_context=(str(certificate), str(key))
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()


def tls_certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "prova")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    certificate_path, key_path = folder / "tls.pem", folder / "tls.key"
    certificate_path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_path, key_path


@contextmanager
def context(browser: Browser, *, scripts: bool = True) -> Iterator[BrowserContext]:
    made = browser.new_context(
        ignore_https_errors=True, java_script_enabled=scripts, locale="it-IT"
    )
    try:
        yield made
    finally:
        made.close()


def choose(page: Page, person: str, outcome: str = "livello-2") -> None:
    page.get_by_label("Come finisce l’accesso").select_option(outcome)
    page.get_by_role("button", name=person, exact=True).click()


def cookie(context: BrowserContext, name: str) -> Any:
    return next(c for c in context.cookies() if c["name"] == name)


def test_two_tabs_come_in_across_sites(browser: Browser, sites: Sites) -> None:
    with context(browser) as person:
        mistakes: list[str] = []
        first, second = person.new_page(), person.new_page()
        for tab in (first, second):
            tab.on("console", lambda m: mistakes.append(m.text) if m.type == "error" else None)
            tab.goto(sites.login)
            tab.wait_for_url(f"{sites.provider}/sso")

        choose(second, ELENA.full_name)
        second.wait_for_url(f"{sites.service}/aiuto/")
        choose(first, ELENA.full_name)
        first.wait_for_url(f"{sites.service}/aiuto/")

        assert cookie(person, "iam_spid")["sameSite"] == "None"
        assert cookie(person, "iam_spid")["secure"]
        assert cookie(person, "iam_session")["sameSite"] == "Lax"
        assert cookie(person, "iam_session")["httpOnly"]
        assert first.get_by_text(ELENA.full_name).first.is_visible()
        assert mistakes == []
        assert len(events("saml.login.succeeded")) == 2


def test_a_fresh_log_in_replaces_the_session_though_its_cookie_does_not_travel(
    browser: Browser, sites: Sites
) -> None:
    """The answer is a cross-site POST: without a memory of ours the old session would live on."""
    with context(browser) as person:
        page = person.new_page()
        keys = []
        for _ in range(2):
            page.goto(sites.login)
            page.wait_for_url(f"{sites.provider}/sso")
            choose(page, ELENA.full_name)
            page.wait_for_url(f"{sites.service}/aiuto/")
            keys.append(str(cookie(person, "iam_session")["value"]))

        with ThreadPoolExecutor(1) as elsewhere:
            old, new = elsewhere.submit(loaded, keys).result()
        assert old == {}
        assert len(new["iam_facts"]["earlier"]) == 1


def loaded(keys: list[str]) -> list[dict[str, Any]]:
    """Return what is kept under each key; Playwright's thread has no way to the database."""
    try:
        return [SessionStore(key).load() for key in keys]
    finally:
        connections.close_all()


def test_it_all_works_without_javascript(browser: Browser, sites: Sites) -> None:
    with context(browser, scripts=False) as person:
        page = person.new_page()
        page.goto(sites.login)
        page.get_by_role("button", name="Continua").click()
        choose(page, MARCO.full_name)
        page.get_by_role("button", name="Continua").click()
        page.wait_for_url(f"{sites.service}/aiuto/")

        assert page.get_by_text(MARCO.full_name).first.is_visible()


def test_a_failure_shows_its_page_across_sites(browser: Browser, sites: Sites) -> None:
    with context(browser) as person:
        page = person.new_page()
        page.goto(sites.login)
        page.wait_for_url(f"{sites.provider}/sso")
        choose(page, ELENA.full_name, "nr22")
        page.wait_for_url(f"{sites.service}/spid/acs/")

        assert page.get_by_role("heading", name="Non hai dato il consenso").is_visible()
        assert page.get_by_text("Codice: spid-nr22 – riferimento").is_visible()


def test_the_provider_can_send_the_person_away(browser: Browser, sites: Sites) -> None:
    with context(browser) as person:
        page = person.new_page()
        page.goto(sites.login)
        page.wait_for_url(f"{sites.provider}/sso")
        choose(page, ELENA.full_name)
        page.wait_for_url(f"{sites.service}/aiuto/")

        page.goto(f"{sites.provider}/")
        page.get_by_role("button", name="Esci da tutti i servizi").click()
        page.wait_for_url(f"{sites.provider}/slo")

        assert page.get_by_role("heading", name="Sei uscito").is_visible()
        (event,) = events("saml.logout.answered")
        assert json.loads(bytes(event.body))["facts"]["here"] is True
        assert "iam_session" not in {c["name"] for c in person.cookies()}


def test_every_page_of_the_way_is_accessible_at_every_width(browser: Browser, sites: Sites) -> None:
    with context(browser) as person:
        page = person.new_page()
        page.route("**/saml/submit.js", lambda route: route.abort())
        page.goto(sites.login)
        assert faults_of(page) == []

        page.get_by_role("button", name="Continua").click()
        page.wait_for_url(f"{sites.provider}/sso")
        assert faults_of(page) == []

        choose(page, ELENA.full_name, "nr19")
        page.wait_for_url(f"{sites.service}/spid/acs/")
        assert faults_of(page) == []
