# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two worker processes over HTTP, one of them killed: nothing of a log-in is in their memory.

Slower than the others, because each worker is a real process that starts Django.
"""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from html import unescape
from pathlib import Path
from threading import Barrier

import pytest
import requests
from lxml import etree

from demo.idp.responses import Answer, build
from iam.accounts.limits.rules import LOGIN_ANSWER
from iam.accounts.models import Attempts
from iam.audit import clock
from iam.saml.federation.service import service_provider
from iam.saml.models import AuthnRequest, LoginRecord
from tests.saml.forging import ATTRIBUTES, IDP, signer
from tests.saml.test_requests import database_url

WORKER = """
import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
from django.conf import settings
settings.SAML = {**settings.SAML, "KEY": sys.argv[1], "CERTIFICATE": sys.argv[2]}
settings.TRUSTED_PROXIES = 1
class Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True
class Quiet(WSGIRequestHandler):
    def log_message(self, *words):
        pass
server = make_server("127.0.0.1", 0, application, Threads, Quiet)
print(server.server_port, flush=True)
server.serve_forever()
"""
HOPS = {"X-Forwarded-For": "203.0.113.50"}


class Worker:
    """A process that serves the whole service."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    @property
    def address(self) -> str:
        if not hasattr(self, "_address"):
            assert self.process.stdout is not None
            self._address = f"http://127.0.0.1:{int(self.process.stdout.readline())}"
        return self._address

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(timeout=30)


@contextmanager
def worker(database: str, keys: dict[str, str]) -> Iterator[Worker]:
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, keys["KEY"], keys["CERTIFICATE"]],
        env=os.environ | {"DATABASE_URL": database_url(database)},
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield Worker(process)
        finally:
            process.kill()


def started(browser: requests.Session, at: Worker) -> str:
    """Start a log-in at a worker; return the ID of its request."""
    page = browser.get(f"{at.address}/spid/login/", params={"idp": IDP}, timeout=30)
    found = re.search(r'name="SAMLRequest" value="([^"]*)"', page.text)
    assert found is not None, page.text
    return etree.fromstring(base64.b64decode(unescape(found[1]))).get("ID") or ""


def answer_to(request: str) -> dict[str, str]:
    us = service_provider()
    good = Answer(
        request_id=request,
        destination=us.acs_url,
        service_provider=us.entity_id,
        identity_provider=IDP,
        at=clock.now(),
        attributes=ATTRIBUTES,
    )
    return {"SAMLResponse": base64.b64encode(build(good, signer())).decode()}


def brought(browser: requests.Session, to: Worker, form: dict[str, str]) -> int:
    return browser.post(
        f"{to.address}/spid/acs/", data=form, headers=HOPS, allow_redirects=False, timeout=30
    ).status_code


@pytest.mark.norma("SPID RT", "single sign-on", "nessuna risposta vale due volte, su più processi")
def test_a_request_outlives_its_worker_and_is_consumed_once_among_all(
    committed_federation: str, spid_keys: dict[str, str]
) -> None:
    with ExitStack() as processes:
        first, second, third = (
            processes.enter_context(worker(committed_federation, spid_keys)) for _ in range(3)
        )
        browser = requests.Session()
        request = started(browser, first)
        first.kill()

        assert brought(browser, second, answer_to(request)) == 302
        assert browser.get(f"{third.address}/io/", timeout=30).status_code == 200

        raced = started(browser, third)
        outcomes = at_once(browser, (second, third), answer_to(raced))
        assert sorted(outcomes) == [302, 403, 403, 403]
        assert LoginRecord.objects.filter(request_id=raced, outcome="").count() == 1
        assert AuthnRequest.objects.get(pk=raced).consumed_at is not None

        # The two workers counted in one place: five answers from one address.
        row = Attempts.objects.get(rule=LOGIN_ANSWER.name)
        assert 0 < (row.full_at - clock.now()).total_seconds() <= 5 * LOGIN_ANSWER.seconds


def at_once(
    browser: requests.Session, workers: tuple[Worker, ...], form: dict[str, str]
) -> list[int]:
    """Bring the same answer four times at the same instant, to the workers in turn."""
    together = Barrier(4)

    def arrive(number: int) -> int:
        twin = requests.Session()
        twin.cookies.update(browser.cookies)
        together.wait(timeout=30)
        return brought(twin, workers[number % len(workers)], form)

    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(arrive, range(4)))
