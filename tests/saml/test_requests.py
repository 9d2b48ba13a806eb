# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests are rows: two processes, a restart and two answers at once change nothing."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from threading import Barrier

import psycopg
import pytest
from django.db import connections

from demo.idp.responses import build
from iam.saml.actions import Entered, Refused, receive_response, send_to_provider
from iam.saml.federation.service import service_provider
from iam.saml.models import AuthnRequest, LoginRecord
from iam.saml.selectors import login_records
from tests import cluster
from tests.saml.browsing import Trip, leave_for_provider, visitor
from tests.saml.forging import IDP, signer

BROWSER = sha256(b"cookie").digest()

ANOTHER_PROCESS = """
import sys
import django
django.setup()
from django.conf import settings
settings.SAML = {**settings.SAML, "KEY": sys.argv[1], "CERTIFICATE": sys.argv[2]}
from iam.saml.actions import receive_response
from iam.saml.federation.service import service_provider
from tests.saml.browsing import visitor
outcome = receive_response(
    visitor(), us=service_provider(), field=sys.stdin.read(), browser=bytes.fromhex(sys.argv[3])
)
print(type(outcome).__name__)
"""


def test_another_process_consumes_the_request(
    committed_federation: str, spid_keys: dict[str, str]
) -> None:
    """Two workers, or a restart between request and answer: nothing is kept in memory."""
    trip = leave_for_provider()
    row = AuthnRequest.objects.get(pk=trip.request_id)
    field = base64.b64encode(build(trip.answer(), signer())).decode()

    run = subprocess.run(
        [
            *(sys.executable, "-c", ANOTHER_PROCESS),
            *(spid_keys["KEY"], spid_keys["CERTIFICATE"], bytes(row.browser).hex()),
        ],
        input=field,
        env=os.environ | {"DATABASE_URL": database_url(committed_federation)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert run.stdout.split()[-1] == "Entered"
    assert AuthnRequest.objects.get(pk=trip.request_id).consumed_at is not None


def database_url(name: str) -> str:
    home = cluster.home
    return psycopg.conninfo.make_conninfo(
        home.cluster.conninfo(name), user="iam_app", password=home.passwords["app"]
    )


def test_of_two_answers_at_once_one_comes_in(committed_federation: str) -> None:
    trip = leave_for_provider()
    row = AuthnRequest.objects.get(pk=trip.request_id)
    field = base64.b64encode(build(trip.answer(), signer())).decode()
    together = Barrier(4)

    def arrive(_: int) -> str:
        try:
            together.wait(timeout=30)
            outcome = receive_response(
                visitor(), us=service_provider(), field=field, browser=bytes(row.browser)
            )
            return outcome.refusal.code if isinstance(outcome, Refused) else "entered"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        outcomes = sorted(threads.map(arrive, range(4)))

    assert outcomes == ["entered", *["spid-risposta-gia-usata"] * 3]


def test_two_first_log_ins_at_once_make_one_person(committed_federation: str) -> None:
    trips = [leave_for_provider() for _ in range(4)]
    together = Barrier(len(trips))

    def arrive(trip: Trip) -> str:
        try:
            row = AuthnRequest.objects.get(pk=trip.request_id)
            field = base64.b64encode(build(trip.answer(), signer())).decode()
            together.wait(timeout=30)
            outcome = receive_response(
                visitor(), us=service_provider(), field=field, browser=bytes(row.browser)
            )
            return str(outcome.person.pk) if isinstance(outcome, Entered) else "refused"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(trips)) as threads:
        persons = set(threads.map(arrive, trips))

    assert len(persons) == 1
    assert "refused" not in persons


@pytest.mark.usefixtures("federation")
def test_old_requests_are_forgotten_and_recent_ones_stay() -> None:
    old, recent = leave_for_provider(), leave_for_provider()
    row = AuthnRequest.objects.get(pk=old.request_id)
    long_ago = timedelta(days=2)
    AuthnRequest.objects.filter(pk=row.pk).update(
        issued_at=row.issued_at - long_ago, expires_at=row.expires_at - long_ago
    )

    leave_for_provider()

    assert not AuthnRequest.objects.filter(pk=old.request_id).exists()
    assert AuthnRequest.objects.filter(pk=recent.request_id).exists()


@pytest.mark.usefixtures("federation")
def test_a_provider_without_the_post_binding_is_reached_by_redirect() -> None:
    from iam.saml.models import IdentityProvider
    from iam.saml.signing.redirect import verified_query

    IdentityProvider.objects.filter(entity_id=IDP).update(sso_post="")
    sent = send_to_provider(
        visitor(), us=service_provider(), entity_id=IDP, browser=BROWSER, next_page=""
    )

    address, _, query = sent.address.partition("?")
    from iam.saml.federation.certificate import published_certificates

    assert sent.form is None
    assert address == f"{IDP}/sso"
    verified_query("SAMLRequest", query, certificates=published_certificates(service_provider()))


@pytest.mark.norma("DPCM 24-10-2014", "13", "il registro degli accessi non si altera")
def test_the_register_of_log_ins_only_grows(
    committed_federation: str, owner_db: psycopg.Connection
) -> None:
    trip = leave_for_provider()
    trip.back()
    (record,) = login_records(request=trip.request_id)

    for statement in (
        "UPDATE saml_login_record SET outcome = 'altro'",
        "DELETE FROM saml_login_record",
        "TRUNCATE saml_login_record",
    ):
        with (
            pytest.raises(psycopg.errors.RestrictViolation),
            owner_db.transaction(),
        ):
            owner_db.execute(statement)
    assert LoginRecord.objects.get() == record


@pytest.mark.usefixtures("federation")
def test_a_stolen_database_does_not_show_the_messages() -> None:
    trip = leave_for_provider()
    outcome = receive_response(
        visitor(),
        us=service_provider(),
        field=base64.b64encode(build(trip.answer(), signer())).decode(),
        browser=bytes(AuthnRequest.objects.get(pk=trip.request_id).browser),
    )

    assert isinstance(outcome, Entered)
    record = LoginRecord.objects.get()
    for sealed in (record.request_sealed, record.response_sealed):
        assert b"samlp" not in bytes(sealed)
