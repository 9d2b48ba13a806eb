# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Going to the provider and coming back, through HTTP."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from lxml import etree
from pytest_django import Settings

from demo.idp.metadata import provider_metadata
from demo.idp.responses import Answer, build
from demo.personas import ELENA
from iam.accounts.selectors import person_with
from iam.audit import clock
from iam.audit.models import AuditEvent
from iam.saml.actions import load_provider
from iam.saml.federation.service import service_provider
from iam.saml.metadata.identity_provider import read_provider_metadata
from iam.saml.models import AuthnRequest
from iam.saml.selectors import identity_providers, login_records
from iam.saml.types import Scheme
from iam.saml.xml.names import PREFIXES
from tests.saml.browsing import (
    OTHER_IDP,
    code_of,
    events,
    hidden_fields,
    leave_for_provider,
    visitor,
)
from tests.saml.forging import ATTRIBUTES, IDP, signer

pytestmark = pytest.mark.usefixtures("federation")


# --- the way out


@pytest.mark.norma("SPID RT", "single sign-on", "AuthnRequest")
def test_the_request_says_what_spid_asks() -> None:
    trip = leave_for_provider()
    request = trip.request
    issuer = request.find("saml:Issuer", PREFIXES)
    context = request.find("samlp:RequestedAuthnContext", PREFIXES)
    policy = request.find("samlp:NameIDPolicy", PREFIXES)
    assert issuer is not None
    assert context is not None
    assert policy is not None

    assert trip.action == f"{IDP}/sso" == request.get("Destination")
    assert request.get("ForceAuthn") == "true"
    assert request.get("AssertionConsumerServiceIndex") == "0"
    assert request.get("AttributeConsumingServiceIndex") == "0"
    assert request.get("AssertionConsumerServiceURL") is None
    assert request.get("IsPassive") is None
    assert issuer.text == issuer.get("NameQualifier")
    assert context.get("Comparison") == "minimum"
    assert context.findtext("saml:AuthnContextClassRef", "", PREFIXES).endswith("SpidL2")
    assert policy.get("AllowCreate") is None
    assert request.find("ds:Signature", PREFIXES) is not None


def test_the_form_works_without_javascript_and_posts_to_its_provider_only() -> None:
    page = leave_for_provider().page
    policy = page["Content-Security-Policy"]

    assert '<button type="submit"' in page.content.decode()
    assert f"form-action 'self' {IDP}" in policy
    assert OTHER_IDP not in policy
    assert "unsafe-inline" not in policy
    assert page["Cache-Control"] == "no-store"


def test_the_browser_keeps_one_cookie_that_travels_as_its_address_allows(
    settings: Settings,
) -> None:
    plain = leave_for_provider().client.cookies["iam_spid"]
    settings.BASE_URL = "https://accessi.example"
    secure = leave_for_provider().client.cookies["iam_spid"]

    assert (plain["samesite"], plain["secure"], plain["httponly"]) == ("Lax", "", True)
    assert (secure["samesite"], secure["secure"], secure["httponly"]) == ("None", True, True)


def test_a_higher_level_may_be_asked_but_never_a_lower_one() -> None:
    def level(asked: str) -> str:
        request = leave_for_provider(level=asked).request
        path = "samlp:RequestedAuthnContext/saml:AuthnContextClassRef"
        return request.findtext(path, "", PREFIXES)[-1]

    assert [level("1"), level("2"), level("3"), level("9")] == ["2", "2", "3", "2"]


@pytest.mark.parametrize(
    "address", ["https://altrove.example/", "//altrove.example/", "javascript:alert(1)", "/\\x.it"]
)
def test_the_page_to_come_back_to_is_one_of_ours(client: Client, address: str) -> None:
    page = client.get("/spid/login/", {"idp": IDP, "next": address})

    assert page.status_code == 400
    assert code_of(page) == "spid-pagina-esterna"
    assert not AuthnRequest.objects.exists()


def test_an_unknown_provider_is_refused(client: Client) -> None:
    page = client.get("/spid/login/", {"idp": "https://falso.example"})

    assert page.status_code == 404
    assert code_of(page) == "spid-gestore-sconosciuto"


def test_the_log_in_page_is_offered_every_provider() -> None:
    assert [provider.entity_id for provider in identity_providers()] == [OTHER_IDP, IDP]


# --- the way in


def test_a_person_comes_in_with_the_level_of_the_assertion() -> None:
    trip = leave_for_provider(next="/io/?vista=ruoli")

    page = trip.back(build(trip.answer(level=3), signer()))

    elena = person_with(ELENA.codice_fiscale)
    assert elena is not None
    assert (page.status_code, page["Location"]) == (302, "/io/?vista=ruoli")
    assert trip.client.session["iam_person"] == str(elena.pk)
    assert trip.client.session["iam_facts"]["level"] == 3
    assert elena.full_name == "Elena Ferri"


def test_without_a_page_to_come_back_to_it_is_the_first_one() -> None:
    assert leave_for_provider().back()["Location"] == "/"


def test_the_session_key_changes_at_the_log_in() -> None:
    client = Client()
    client.get("/accesso/")
    session = client.session
    session["prima"] = "di entrare"
    session.save()
    before = session.session_key
    client.cookies["iam_session"] = str(before)

    leave_for_provider(client).back()

    assert client.cookies["iam_session"].value != before
    assert "prima" not in client.session


@pytest.mark.norma("DPCM 24-10-2014", "13", "conservazione di richiesta e risposta")
def test_the_two_messages_are_kept_encrypted_and_found_by_each_key() -> None:
    trip = leave_for_provider()
    document = build(trip.answer(), signer())
    trip.back(document)

    (event,) = events("saml.login.succeeded")
    facts = json.loads(bytes(event.body))["facts"]
    (record,) = login_records(reference=facts["record"])
    assert record.response == document
    assert trip.request_id.encode() in record.request
    assert ELENA.codice_fiscale.encode() not in bytes(record.response_sealed)
    assert facts["digest"] == bytes(record.digest).hex()
    assert login_records(request=trip.request_id) == [record]
    assert login_records(response=record.response_id) == [record]
    assert login_records(person=UUID(facts["person"])) == [record]
    assert login_records() == []


def test_no_codice_fiscale_enters_the_log_or_an_address() -> None:
    page = leave_for_provider().back()

    assert ELENA.codice_fiscale not in page["Location"]
    for event in AuditEvent.objects.all():
        assert ELENA.codice_fiscale.encode() not in bytes(event.body)


def test_two_tabs_of_one_browser_both_come_in() -> None:
    client = Client()
    first, second = leave_for_provider(client), leave_for_provider(client)

    assert second.back()["Location"] == "/"
    assert first.back()["Location"] == "/"


def test_a_second_log_in_finds_the_same_person() -> None:
    leave_for_provider().back()
    leave_for_provider().back()

    facts = [json.loads(bytes(e.body))["facts"] for e in events("accounts.person.entered")]
    assert [fact["first"] for fact in facts] == [True, False]
    assert facts[0]["person"] == facts[1]["person"]


# --- refused


def refused(page: Any, code: str) -> None:
    assert page.status_code == 403
    assert code_of(page) == code
    last = events("saml.login.refused")[-1]
    assert json.loads(bytes(last.body))["facts"]["reason"] == code
    assert last.outcome == 1


@pytest.mark.norma("SPID RT", "single sign-on", "nessuna risposta vale due volte")
def test_a_replayed_answer_is_refused() -> None:
    trip = leave_for_provider()
    document = build(trip.answer(), signer())
    trip.back(document)

    refused(trip.back(document), "spid-risposta-gia-usata")


def test_another_answer_to_a_used_request_is_refused() -> None:
    trip = leave_for_provider()
    trip.back()

    refused(trip.back(), "spid-risposta-gia-usata")


def test_a_refused_answer_uses_its_request_up() -> None:
    trip = leave_for_provider()
    refused(trip.back(build(trip.answer(level=1), signer())), "spid-livello-insufficiente")

    refused(trip.back(), "spid-risposta-gia-usata")


def test_an_answer_in_another_browser_is_refused_and_leaves_the_request_alone() -> None:
    trip = leave_for_provider()
    stranger = Client()
    refused(trip.back(by=stranger), "spid-altro-browser")
    leave_for_provider(stranger)
    refused(trip.back(by=stranger), "spid-altro-browser")

    assert trip.back()["Location"] == "/"
    assert "iam_person" not in stranger.session


def test_an_answer_nobody_asked_for_is_refused() -> None:
    trip = leave_for_provider()
    document = build(trip.answer(request_id="_" + "0" * 32), signer())

    refused(trip.back(document), "spid-risposta-non-richiesta")
    assert not login_records(request="_" + "0" * 32)


def test_an_answer_of_another_provider_than_asked_is_refused() -> None:
    trip = leave_for_provider(idp=IDP)
    document = build(trip.answer(identity_provider=OTHER_IDP), signer("altro-idp"))

    refused(trip.back(document), "spid-firma-non-valida")


def test_an_answer_after_the_request_expired_is_refused() -> None:
    trip = leave_for_provider()
    row = AuthnRequest.objects.get(pk=trip.request_id)
    AuthnRequest.objects.filter(pk=row.pk).update(
        issued_at=row.issued_at - timedelta(hours=1), expires_at=row.expires_at - timedelta(hours=1)
    )

    refused(trip.back(), "spid-richiesta-scaduta")


def test_an_expired_assertion_is_refused() -> None:
    trip = leave_for_provider()
    answer = trip.answer(lifetime=timedelta(minutes=-2))

    refused(trip.back(build(answer, signer())), "spid-conferma-scaduta")


def test_a_person_who_ceased_is_refused_with_a_page_and_a_record() -> None:
    leave_for_provider().back()
    elena = person_with(ELENA.codice_fiscale)
    assert elena is not None
    elena.ceased_at = elena.known_since
    elena.save()
    trip = leave_for_provider()
    page = trip.back()

    assert page.status_code in {403, 409}
    assert "Non puoi entrare" in page.content.decode()
    assert "iam_person" not in trip.client.session
    assert login_records(request=trip.request_id)[0].outcome == code_of(page)


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("", "spid-messaggio-assente"),
        ("non base64!", "spid-messaggio-illeggibile"),
        (base64.b64encode(b"non XML").decode(), "spid-messaggio-non-xml"),
        (base64.b64encode(b"<!DOCTYPE a><a/>").decode(), "spid-doctype"),
        ("A" * 300_000, "spid-messaggio-troppo-grande"),
        ("A" * 3_000_000, "spid-messaggio-troppo-grande"),
        (base64.b64encode(b"<a/>").decode(), "spid-risposta-non-richiesta"),
    ],
)
def test_what_is_no_message_is_refused_with_a_page(field: str, code: str) -> None:
    refused(Client().post("/spid/acs/", {"SAMLResponse": field}), code)


@pytest.mark.norma("OWASP ASVS", "3.2.1", "la sessione cambia chiave all'ingresso")
def test_a_session_that_somebody_planted_is_not_the_one_that_comes_in(settings: Settings) -> None:
    """Session fixation, with a key that exists: the attacker's own, before any log-in."""
    attacker = Client()
    attacker.session.save()
    planted = attacker.session.session_key or ""
    victim = Client()
    victim.cookies[settings.SESSION_COOKIE_NAME] = planted

    leave_for_provider(victim).back()

    assert victim.cookies[settings.SESSION_COOKIE_NAME].value != planted
    assert victim.get("/io/").status_code == 200
    attacker.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert attacker.get("/io/").status_code == 302


@pytest.mark.norma("OWASP ASVS", "3.4", "i cookie non escono dal browser né dal sito")
def test_the_session_cookie_is_hidden_from_scripts_and_from_other_sites(
    settings: Settings,
) -> None:
    settings.SESSION_COOKIE_SECURE = True
    trip = leave_for_provider()
    trip.back()
    cookie = trip.client.cookies[settings.SESSION_COOKIE_NAME]

    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    assert cookie["domain"] == ""
    assert int(cookie["max-age"]) <= settings.SESSION_COOKIE_AGE


def test_a_person_who_is_refused_stays_outside() -> None:
    trip = leave_for_provider()
    trip.back(build(trip.answer(), signer("stranger")))

    assert "iam_person" not in trip.client.session
    assert person_with(ELENA.codice_fiscale) is None


def test_every_refusal_keeps_what_was_typed_out_of_the_page() -> None:
    evil = base64.b64encode(b"<a>&lt;script&gt;alert(1)</a>").decode()
    page = Client().post("/spid/acs/", {"SAMLResponse": evil, "RelayState": "<script>"})

    assert "<script>" not in page.content.decode().replace("<script type=", "")
    assert hidden_fields(page) == {}


# --- CIE


def test_a_person_comes_in_with_cie_and_a_spid_answer_cannot_take_its_place() -> None:
    card = "https://cie.example"
    document = provider_metadata(card, [signer("cie")], name="CIE")
    metadata = read_provider_metadata(document, source=card)
    load_provider(visitor(), metadata=metadata, scheme=Scheme.CIE)
    cie = service_provider(Scheme.CIE)
    client = Client()
    page = client.get("/cie/login/", {"idp": card})
    request = etree.fromstring(base64.b64decode(hidden_fields(page)["SAMLRequest"]))
    answer = Answer(
        request_id=request.get("ID") or "",
        destination=cie.acs_url,
        service_provider=cie.entity_id,
        identity_provider=card,
        at=clock.now(),
        level=3,
        attributes={k: v for k, v in ATTRIBUTES.items() if k not in {"spidCode", "email"}},
    )
    field = {"SAMLResponse": base64.b64encode(build(answer, signer("cie"))).decode()}

    refused(client.post("/spid/acs/", field), "spid-risposta-non-richiesta")
    assert client.post("/cie/acs/", field)["Location"] == "/"
    assert client.session["iam_facts"]["scheme"] == "cie"
    assert client.get("/spid/login/", {"idp": card}).status_code == 404
