# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Another site, or a passer-by on the network, uses the browser or the address of a person."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from demo.personas import ANNA, LUCA
from iam.accounts.sessions.opening import open_session
from iam.accounts.sessions.store import SessionStore
from iam.accounts.types import VerifiedIdentity
from iam.audit import clock
from iam.audit.models import AuditEvent
from iam.roles.types import CASE_MANAGER
from iam.web.files import attachment
from tests import world
from tests.web.entering import browser_of, session_of

pytestmark = pytest.mark.django_db

IDENTITY = VerifiedIdentity(
    codice_fiscale=ANNA.codice_fiscale,
    given_name=ANNA.given_name,
    family_name=ANNA.family_name,
    scheme="spid",
    idp="https://idp.example",
    level=2,
)

ELSEWHERE = [
    "https://male.example/",
    "//male.example/",
    "///male.example/",
    "/\\male.example/",
    "\\\\male.example",
    "javascript:alert(1)",
    "http:///male.example",
    "/\t/male.example/",
    "%2F%2Fmale.example",
]


@pytest.fixture(autouse=True)
def small_italy() -> None:
    world.build()
    world.amministratrice()


@pytest.mark.parametrize("address", ELSEWHERE)
def test_no_way_in_sends_the_browser_elsewhere(address: str) -> None:
    world.operator(LUCA, CASE_MANAGER)
    browser = browser_of(LUCA)
    mine = world.actor(LUCA).held[0].grant

    told = [
        browser.get("/accesso/", {"prossima": address}),
        browser.post("/scegli-profilo/", {"profilo": str(mine), "prossima": address}),
    ]

    for answer in told:
        assert answer.status_code == 302
        assert answer.headers["Location"] in ("/", "/%2F%2Fmale.example")
    page = Client().get("/accesso/", {"prossima": address}).content.decode()
    assert "male.example" not in page.replace("prossima=", "") or address == "%2F%2Fmale.example"
    assert Client().get("/spid/login/", {"idp": "x", "next": address}).status_code >= 400


def posted_by_machines() -> set[str]:
    """Addresses that answer without a cookie, or whose message carries its own signature."""
    return {
        "oauth/token/",
        "oauth/revoke/",
        "oauth/introspect/",
        "access/v1/evaluation",
        "access/v1/evaluations",
        "spid/acs/",
        "spid/slo/",
        "cie/acs/",
        "cie/slo/",
        "eidas/acs/",
        "eidas/slo/",
    }


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> list[str]:
    found = []
    for one in patterns:
        if isinstance(one, URLResolver):
            found += addresses(one.url_patterns, before + str(one.pattern))
        else:
            found.append(before + str(one.pattern))
    return found


def test_no_form_of_another_site_is_accepted_on_any_page() -> None:
    """Every address is posted to without a token, in a browser that is logged in."""
    browser = Client(enforce_csrf_checks=True)
    browser.cookies[settings.SESSION_COOKIE_NAME] = session_of(ANNA)
    before = AuditEvent.objects.count()
    accepted = []
    for pattern in addresses(get_resolver().url_patterns):
        address = pattern
        for kind, value in {
            "<uuid:accreditation>": UUID(int=1),
            "<uuid:change>": UUID(int=2),
            "<uuid:document>": UUID(int=2),
            "<uuid:upload>": UUID(int=2),
            "<uuid:grant>": uuid4(),
            "<uuid:identity>": uuid4(),
            "<slug:codice>": world.BOVEZZO,
            "<int:number>": 1,
            "<str:token>": "t",
            "<slug:reference>": "2222-2222-22",
            "<uuid:hold>": uuid4(),
            "<uuid:notice>": uuid4(),
        }.items():
            address = address.replace(kind, str(value))
        if address in posted_by_machines():
            continue
        answer = browser.post("/" + address, {"reason": "x"})
        if answer.status_code not in (403, 405):
            accepted.append((address, answer.status_code))

    assert accepted == []
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize("verb", ["prepara", "abilita"])
def test_a_link_alone_changes_nothing(verb: str) -> None:
    before = AuditEvent.objects.exclude(kind__startswith="audit.").count()

    assert browser_of(ANNA).get(f"/comuni/{world.BOVEZZO}/{verb}/").status_code == 405
    assert AuditEvent.objects.exclude(kind__startswith="audit.").count() == before


@pytest.mark.parametrize(
    "extra",
    [
        {"REMOTE_ADDR": "203.0.113.9"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"REMOTE_ADDR": "203.0.113.9", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
    ],
)
def test_the_numbers_of_the_service_are_for_this_machine_only(extra: dict[str, str]) -> None:
    assert Client().get("/metrics", **extra).status_code == 404  # type: ignore[arg-type]  # WSGI names


def test_a_false_host_is_refused_before_any_link_is_made_with_it() -> None:
    answer = Client().get("/.well-known/security.txt", headers={"Host": "male.example"})

    assert answer.status_code == 400
    assert "male.example" not in answer.content.decode()


def test_the_probe_tells_nothing_of_the_database() -> None:
    assert set(Client().get("/readyz").json()) <= {"status", "migrations_missing", "warnings"}


def test_the_key_that_an_attacker_planted_does_not_become_a_persons() -> None:
    planted = SessionStore()
    planted["x"] = 1
    planted.save()
    key = str(planted.session_key)
    browser = SimpleNamespace(session=SessionStore(key))

    open_session(browser, world.person(ANNA), IDENTITY, at=clock.now())
    browser.session.save()

    assert browser.session.session_key != key
    assert not SessionStore(key).exists(key)


@pytest.mark.parametrize("name", ['a"\r\nX-Mio: 1.html', "<b>.html", "\u202efdp.exe", "", "/etc/x"])
def test_a_file_that_came_by_pec_is_saved_and_never_shown_as_a_page_of_ours(name: str) -> None:
    answer = attachment(b"<script>alert(1)</script>", name=name, media_type="text/html")

    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "\r" not in str(answer.serialize_headers().replace(b"\r\n", b""))
    assert "X-Mio" not in answer.headers


def test_level_one_opens_no_page_with_data() -> None:
    browser = browser_of(ANNA, level=1)

    assert browser.get(f"/comuni/{world.BOVEZZO}/").status_code in (403, 404)
    assert browser.get("/registro/").status_code == 403
    assert browser.post(f"/comuni/{world.BOVEZZO}/prepara/").status_code == 403
    assert browser.get("/operatori/").context["rows"] == []
