# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A stolen laptop and a malicious module: what tokens are worth in other hands."""

from __future__ import annotations

from base64 import b64encode

import pytest
from django.test import Client as Browser
from pytest_django import Settings

from demo.idp.logout import logout_request
from demo.idp.responses import build
from demo.personas import LUCA, SARA
from iam.audit import clock
from iam.audit.models import AuditEvent
from iam.roles.types import CASE_MANAGER
from iam.saml.federation.service import service_provider
from iam.saml.types import Scheme
from tests import world
from tests.oauth.ground import Module, log_in, open_comune
from tests.saml.browsing import leave_for_provider, load_providers, said_by
from tests.saml.forging import IDP, signer
from tests.world import BOVEZZO

pytestmark = pytest.mark.django_db
VERIFIER = "v" * 64


@pytest.fixture
def module(italy: None) -> Module:
    return Module().install()


@pytest.fixture
def luca(italy: None) -> Browser:
    open_comune(BOVEZZO)
    world.operator(LUCA, CASE_MANAGER)
    browser = Browser()
    log_in(browser, LUCA)
    return browser


def test_who_goes_out_of_the_service_leaves_no_module_open_behind(
    module: Module, luca: Browser
) -> None:
    answer = module.exchange(module.code(luca, VERIFIER), VERIFIER).json()
    late = module.code(luca, VERIFIER)
    assert module.introspect(answer["access_token"])["active"]

    assert luca.post("/esci/")["Location"] == "/uscita/"

    assert not module.introspect(answer["access_token"])["active"]
    assert module.refresh(answer["refresh_token"]).status_code == 400
    assert module.exchange(late, VERIFIER).status_code == 400
    kinds = list(AuditEvent.objects.filter(kind__in=KINDS).values_list("kind", flat=True))
    assert sorted(kinds) == sorted(KINDS)


@pytest.mark.norma("SPID RT", "single logout", "l'uscita vale anche per i moduli")
def test_who_is_sent_away_by_the_provider_leaves_no_module_open_behind(
    module: Module, luca: Browser, spid_keys: dict[str, str], settings: Settings
) -> None:
    """Also what a module got from an earlier log-in of the same session."""
    settings.SAML = {**settings.SAML, **spid_keys}
    load_providers()
    luca.cookies.clear()
    grants = []
    for _ in range(2):
        come_back(luca)
        grants.append(module.exchange(module.code(luca, VERIFIER), VERIFIER).json())
    assert all(module.introspect(one["access_token"])["active"] for one in grants)

    request = logout_request(
        signer(),
        issuer=IDP,
        destination=service_provider().slo_url,
        name_id=luca.session["iam_facts"]["name_id"],
        session_index="",
        at=clock.now(),
    )
    sent = luca.post("/spid/slo/", {"SAMLRequest": b64encode(request).decode()}, follow=True)

    assert sent.status_code == 200
    for one in grants:
        assert not module.introspect(one["access_token"])["active"]
        assert module.refresh(one["refresh_token"]).status_code == 400


def come_back(browser: Browser) -> None:
    """Log in through the provider, in the same browser."""
    trip = leave_for_provider(browser)
    said = {"attributes": said_by(Scheme.SPID, LUCA)}
    assert trip.back(build(trip.answer(**said), signer())).status_code == 302


KINDS = ["oauth.token.revoked", "accounts.person.left"]


def test_going_out_of_one_computer_does_not_close_another(module: Module, luca: Browser) -> None:
    elsewhere = Browser()
    log_in(elsewhere, LUCA)
    answer = module.exchange(module.code(elsewhere, VERIFIER), VERIFIER).json()

    luca.post("/esci/")

    assert module.introspect(answer["access_token"])["active"]


def test_a_token_in_the_address_opens_nothing(module: Module, luca: Browser) -> None:
    own = module.own_token()

    answer = module.http.post(f"/oauth/introspect/?access_token={own}", {"token": own})
    decision = module.http.post(
        f"/access/v1/evaluation?access_token={own}", "{}", content_type="application/json"
    )

    assert (answer.status_code, decision.status_code) == (401, 401)


def test_a_module_widens_neither_scope_nor_resource_at_the_exchange(
    module: Module, luca: Browser
) -> None:
    narrow = module.code(luca, VERIFIER, scope="openid gepi:nucleo.anagrafica")
    wide = {"scope": "openid gepi:caso.completo iam:decide", "grant": "altro"}

    told = module.exchange(narrow, VERIFIER, **wide).json()

    assert set(told.get("scope", "").split()) <= {"openid", "gepi:nucleo.anagrafica"}
    other = module.code(luca, VERIFIER)
    assert module.exchange(other, VERIFIER, resource="https://altro.example/").status_code == 400


def test_a_refresh_does_not_change_person_profile_or_scope(module: Module, luca: Browser) -> None:
    world.operator(SARA, CASE_MANAGER)
    code = module.code(luca, VERIFIER, scope="openid offline_access gepi:nucleo.anagrafica")
    first = module.exchange(code, VERIFIER).json()

    told = module.refresh(
        first["refresh_token"],
        scope="openid gepi:nucleo.anagrafica gepi:caso.completo",
        acting_grant=str(world.actor(SARA).held[0].grant),
    )

    assert told.status_code == 400 or "gepi:caso.completo" not in told.json()["scope"]
