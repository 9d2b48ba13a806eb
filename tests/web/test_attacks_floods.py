# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Floods: what a stranger, a script or a dishonest operator may ask in a short time."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from pytest_django import Settings

from demo.personas import ANNA, ELENA, LUCA
from iam.accounts.limits import counting
from iam.accounts.limits.rules import EVERY, LOGIN_START, SEARCH, Rule
from iam.accounts.models import Attempts
from iam.audit.models import AuditEvent
from iam.web import limits
from tests import world
from tests.web.entering import browser_of

pytestmark = pytest.mark.django_db

STRANGER = "203.0.113.7"
VICTIM = "198.51.100.20"
SMALL = {rule.name: Rule(rule.name, rule.by, burst=3, seconds=600) for rule in EVERY}


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three attempts for everything: the numbers in force are data, not what is tested here."""
    for name, value in vars(limits).items():
        if isinstance(value, Rule):
            monkeypatch.setattr(limits, name, SMALL[value.name])
    for table in (limits.OF_A_PERSON, limits.OF_THE_FEDERATION):
        for route, rule in list(table.items()):
            monkeypatch.setitem(table, route, SMALL[rule.name])


def statuses(times: int, ask: Any) -> list[int]:
    return [ask().status_code for _ in range(times)]


ANONYMOUS = [
    ("get", "/spid/login/?idp=https://falso.example"),
    ("get", "/cie/login/?idp=https://falso.example"),
    ("post", "/spid/acs/"),
    ("post", "/cie/acs/"),
    ("get", "/spid/slo/"),
    ("post", "/spid/slo/"),
    ("post", "/esci/"),
]


@pytest.mark.parametrize(("verb", "address"), ANONYMOUS)
def test_a_stranger_who_insists_is_told_to_wait(verb: str, address: str) -> None:
    stranger = Client(REMOTE_ADDR=STRANGER)

    answers = [getattr(stranger, verb)(address) for _ in range(5)]

    assert [answer.status_code == 429 for answer in answers] == [False] * 3 + [True] * 2
    refused = answers[-1]
    assert int(refused["Retry-After"]) in range(1, 601)
    assert "Troppe richieste in poco tempo" in refused.content.decode()
    assert "troppe-richieste" in refused.content.decode()
    assert refused["Cache-Control"] == "no-store"


def test_another_address_still_comes_in() -> None:
    statuses(5, lambda: Client(REMOTE_ADDR=STRANGER).post("/spid/acs/"))

    assert Client(REMOTE_ADDR=VICTIM).post("/spid/acs/").status_code == 403


def test_one_subscriber_of_ipv6_cannot_use_a_billion_addresses() -> None:
    flood = [Client(REMOTE_ADDR=f"2001:db8:1:2::{n}").post("/spid/acs/") for n in range(1, 5)]

    assert flood[-1].status_code == 429
    assert Client(REMOTE_ADDR="2001:db8:1:3::1").post("/spid/acs/").status_code == 403


def test_a_client_cannot_change_its_address_with_a_header(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    proxy = Client(REMOTE_ADDR="10.0.0.1")

    def ask(invented: int) -> int:
        hops = f"192.0.2.{invented}, {STRANGER}"
        return proxy.post("/spid/acs/", headers={"X-Forwarded-For": hops}).status_code

    assert [ask(n) for n in range(5)] == [403] * 3 + [429] * 2


def test_a_flood_of_refusals_leaves_one_event_a_minute_and_no_address_in_the_table() -> None:
    statuses(20, lambda: Client(REMOTE_ADDR=STRANGER).post("/spid/acs/"))

    (event,) = AuditEvent.objects.filter(kind="accounts.attempts.limited")
    facts = json.loads(bytes(event.body))["facts"]
    assert (event.outcome, event.address, facts["rule"]) == (1, STRANGER, "risposta")
    row = Attempts.objects.get()
    assert STRANGER.encode() not in bytes(row.key)


def test_waiting_as_long_as_told_is_enough() -> None:
    stranger = Client(REMOTE_ADDR=STRANGER)
    told = [stranger.post("/spid/acs/") for _ in range(4)][-1]["Retry-After"]
    row = Attempts.objects.get()
    passed = timedelta(seconds=int(told))
    Attempts.objects.filter(rule=row.rule).update(full_at=row.full_at - passed)

    assert stranger.post("/spid/acs/").status_code == 403
    assert stranger.post("/spid/acs/").status_code == 429


def test_loopback_is_counted_in_production_only(settings: Settings) -> None:
    local = Client(REMOTE_ADDR="127.0.0.1")
    assert statuses(5, lambda: local.post("/spid/acs/")) == [403] * 5

    settings.IAM_LIMIT_LOOPBACK = True

    assert statuses(5, lambda: local.post("/spid/acs/"))[-1] == 429


# --- persons


def browser(persona: Any, address: str) -> Client:
    client = browser_of(persona)
    client.defaults["REMOTE_ADDR"] = address
    return client


def test_an_operator_who_reads_by_script_is_slowed_wherever_she_is() -> None:
    world.build()
    world.amministratrice()
    office, home = browser(ANNA, STRANGER), browser(ANNA, VICTIM)

    assert statuses(3, lambda: office.get("/comuni/?nome=a")) == [200] * 3
    assert home.get("/comuni/?nome=b").status_code == 429

    (event,) = AuditEvent.objects.filter(kind="accounts.attempts.limited")
    assert event.person == world.person(ANNA).pk


def test_a_stranger_cannot_use_up_the_limits_of_a_person_and_lock_her_out() -> None:
    """What counts for a person is only what was done in a session of hers."""
    world.build()
    world.super_utente()
    world.amministratrice()
    victim = browser(ANNA, VICTIM)
    stranger, colleague = Client(REMOTE_ADDR=STRANGER), browser(ELENA, STRANGER)

    statuses(6, lambda: stranger.post("/spid/acs/", {"person": str(world.person(ANNA).pk)}))
    statuses(6, lambda: stranger.get("/spid/login/?idp=https://falso.example"))
    statuses(6, lambda: stranger.get("/comuni/?nome=a"))
    statuses(6, lambda: colleague.get("/ambiti/"))

    assert victim.get("/comuni/").status_code == 200
    assert Client(REMOTE_ADDR=VICTIM).post("/spid/acs/").status_code == 403


def test_a_person_is_not_slowed_by_the_flood_of_her_office() -> None:
    """The same router, hence the same address: who is already in goes on working."""
    world.build()
    world.amministratrice()
    statuses(6, lambda: Client(REMOTE_ADDR=STRANGER).post("/spid/acs/"))

    assert browser(ANNA, STRANGER).get("/comuni/").status_code == 200


def test_a_thief_with_a_session_of_hers_cannot_keep_her_from_closing_it() -> None:
    """The two share the limits of one person; the way out has none."""
    world.build()
    world.amministratrice()
    thief, owner = browser(ANNA, STRANGER), browser(ANNA, VICTIM)
    assert statuses(6, lambda: thief.post("/scegli-profilo/"))[-1] == 429

    closed = owner.post("/io/collegamenti/chiudi/", {"collegamento": "tutti"})

    assert closed.status_code == 302
    assert thief.get("/io/").status_code == 302
    assert owner.post("/esci/").status_code == 302


def test_links_cannot_be_tried_one_after_the_other() -> None:
    world.build()
    world.person(LUCA)
    luca = browser(LUCA, STRANGER)

    tried = [luca.get(f"/controfirma/inventato-{n}/").status_code for n in range(5)]

    assert tried[:3] == [404] * 3
    assert tried[3:] == [429] * 2


# --- modules


def token(client: Client, name: str = "inesistente") -> Any:
    return client.post("/oauth/token/", {"grant_type": "client_credentials", "client_id": name})


@pytest.mark.norma("RFC 6749", "2.3.1", "le credenziali non si provano all'infinito")
def test_the_credentials_of_a_module_cannot_be_guessed_by_trying() -> None:
    thief = Client(REMOTE_ADDR=STRANGER)
    tried = [token(thief) for _ in range(5)]

    assert [answer.status_code for answer in tried[:3]] == [401] * 3
    assert tried[-1].status_code == 429
    assert tried[-1].json()["code"] == "troppe-richieste"
    assert int(tried[-1]["Retry-After"]) > 0


def test_who_fails_in_the_name_of_a_module_does_not_shut_it_out() -> None:
    for _ in range(5):
        token(Client(REMOTE_ADDR=STRANGER), "modulo-patti")

    assert token(Client(REMOTE_ADDR=VICTIM), "modulo-patti").status_code == 401


def test_what_a_stranger_makes_a_module_bring_does_not_shut_it_out() -> None:
    """A request that is not good, from a module's address, is not a guess at its credentials."""
    module = Client(REMOTE_ADDR=VICTIM)
    wrong = {module.post("/oauth/token/", {"grant_type": "x"}).status_code for _ in range(10)}
    asked = {module.post("/access/v1/evaluation", {}).status_code for _ in range(10)}

    assert wrong == {400}
    assert asked == {401}


def test_an_address_of_the_fourth_version_is_one_however_it_is_written() -> None:
    mapped = {counting.key_of_address(f"::ffff:203.0.113.{last}") for last in (1, 2)}

    assert mapped == {counting.key_of_address(f"203.0.113.{last}") for last in (1, 2)}
    assert len(mapped) == 2


# --- the count itself


def test_two_workers_count_together(committed_db: str) -> None:
    """Eight attempts at once over as many connections: exactly three take a place."""
    together = Barrier(8)
    key, rule = counting.key_of_address(STRANGER), SMALL[LOGIN_START.name]
    assert key is not None

    def attempt(_: int) -> int:
        try:
            together.wait(timeout=30)
            return counting.take(rule, key)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        waits = list(threads.map(attempt, range(8)))

    assert waits.count(0) == 3


def test_places_are_given_back_one_by_one() -> None:
    key = counting.key_of_address(STRANGER)
    assert key is not None
    rule = Rule("prova", "address", burst=2, seconds=60)
    taken = [counting.take(rule, key) for _ in range(3)]
    row = Attempts.objects.get()
    Attempts.objects.update(full_at=row.full_at - timedelta(seconds=61))

    assert taken[:2] == [0, 0]
    assert 50 <= taken[2] <= 60
    assert [counting.take(rule, key) > 0 for _ in range(2)] == [False, True]


def test_what_was_given_back_long_ago_is_forgotten() -> None:
    key = counting.key_of_address(STRANGER)
    assert key is not None
    counting.take(SEARCH, key)
    assert counting.forget_old() == 0
    Attempts.objects.update(full_at=timezone.now() - timedelta(hours=2))

    assert counting.forget_old() == 1


def test_every_address_that_receives_something_has_a_limit() -> None:
    def names(patterns: list[URLPattern | URLResolver], space: str = "") -> list[str]:
        found: list[str] = []
        for one in patterns:
            if isinstance(one, URLResolver):
                inside = f"{one.app_name}:" if one.app_name else space
                found += names(one.url_patterns, inside)
            else:
                found.append(f"{space}{one.name}")
        return found

    for name in names(get_resolver().url_patterns):
        modules = limits.OF_MODULES | limits.DECISIONS
        assert name in modules or limits.rule_for(name, "POST", known=False), name
    assert limits.rule_for("accessi", "GET", known=True)
    assert set(limits.OF_A_PERSON) <= set(names(get_resolver().url_patterns))


def test_the_numbers_in_force_let_an_office_come_in_at_nine() -> None:
    assert LOGIN_START.burst >= 100
    assert all(rule.burst >= 20 and rule.seconds <= 6 for rule in EVERY)
