# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""The pages of the register of log-ins: a curious administrator, and a careless address bar."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from demo.personas import ANNA, ELENA, FRANCA
from iam.audit.models import AuditEvent
from iam.saml.models import LoginRecord
from iam.saml.register.models import AnomalyNotice, LoginHold
from tests import world
from tests.saml.browsing import leave_for_provider
from tests.web.entering import browser_of

pytestmark = pytest.mark.usefixtures("federation")


@pytest.fixture
def kept() -> LoginRecord:
    """A log-in of Elena's, and the people who may ask about it."""
    world.build()
    world.super_utente()
    world.amministratrice()
    world.rpd()
    trip = leave_for_provider()
    trip.back()
    return LoginRecord.objects.get(request_id=trip.request_id)


def text(page: Any) -> str:
    return str(page.content.decode())


def test_a_reference_read_on_the_telephone_opens_its_record(kept: LoginRecord) -> None:
    elena = browser_of(ELENA)

    found = elena.post("/accessi/", {"by": "reference", "code": kept.reference})

    assert f'href="/accessi/{kept.reference}/"' in text(found)
    page = elena.get(f"/accessi/{kept.reference}/")
    assert kept.request_id in text(page)
    assert "no-store" in page["Cache-Control"]


@pytest.mark.norma("GDPR", "32", "un codice fiscale non sta mai in un indirizzo")
def test_a_search_by_codice_fiscale_is_in_no_address_and_in_no_page_but_its_own_field(
    kept: LoginRecord,
) -> None:
    franca = browser_of(FRANCA)
    asked = {"codice_fiscale": ELENA.codice_fiscale, "reason": "Richiesta, protocollo 3"}

    by_address = franca.get("/accessi/", asked)
    found = franca.post("/accessi/", asked)

    assert "Accessi trovati" not in text(by_address)
    assert kept.reference in text(found)
    for address in re.findall(r'(?:href|action)="([^"]*)"', text(found)):
        assert ELENA.codice_fiscale not in address
    for event in AuditEvent.objects.all():
        assert ELENA.codice_fiscale.encode() not in bytes(event.body)


def test_a_super_utente_is_offered_neither_the_person_nor_the_messages(kept: LoginRecord) -> None:
    elena = browser_of(ELENA)
    where = f"/accessi/{kept.reference}/"

    assert 'name="codice_fiscale"' not in text(elena.get("/accessi/"))
    asked = {"codice_fiscale": FRANCA.codice_fiscale, "reason": "Curiosità"}
    assert kept.reference not in text(elena.post("/accessi/", asked))
    assert f"{where}messaggi/" not in text(elena.get(where))
    assert elena.post(f"{where}messaggi/", {"reason": "Curiosità"}).status_code == 403


@pytest.mark.parametrize("tail", ["", "verifica/", "messaggi/", "blocca/", "segnala/"])
def test_who_has_no_business_here_is_refused_everywhere(kept: LoginRecord, tail: str) -> None:
    address = f"/accessi/{kept.reference}/{tail}"
    anna = browser_of(ANNA)
    verb = "post" if tail else "get"

    assert getattr(anna, verb)(address).status_code == 403
    assert getattr(Client(), verb)(address).headers["Location"].startswith("/accesso/")
    assert anna.get("/accessi/").status_code == 403


def test_the_messages_appear_only_with_a_reason_and_only_then(kept: LoginRecord) -> None:
    franca = browser_of(FRANCA)
    address = f"/accessi/{kept.reference}/messaggi/"

    refused = franca.post(address, {"reason": ""})
    shown = franca.post(address, {"reason": "Reclamo n. 4"})

    assert refused.status_code == 422
    assert "AuthnStatement" not in text(refused)
    assert "AuthnStatement" in text(shown)
    assert AuditEvent.objects.filter(kind="saml.login-messages.read").count() == 1


def test_what_a_message_contains_is_shown_as_text_never_as_a_page(kept: LoginRecord) -> None:
    shown = browser_of(FRANCA).post(
        f"/accessi/{kept.reference}/messaggi/", {"reason": "Reclamo n. 4"}
    )

    assert "&lt;samlp:Response" in text(shown) or "&lt;ns0:Response" in text(shown)
    assert "<samlp:" not in text(shown)


def test_a_hold_and_its_release_pass_through_two_persons(kept: LoginRecord) -> None:
    elena, franca = browser_of(ELENA), browser_of(FRANCA)
    where = f"/accessi/{kept.reference}/"
    asked = {"act": "Decreto n. 9", "reason": "Accertamento"}

    assert elena.post(f"{where}blocca/", {}).status_code == 422
    assert elena.post(f"{where}blocca/", asked).status_code == 302
    (hold,) = LoginHold.objects.all()
    release = f"{where}blocchi/{hold.pk}/togli/"
    assert release not in text(elena.get(where))
    assert elena.post(release, asked).status_code == 403
    assert release in text(franca.get(where))
    assert franca.post(release, asked).status_code == 302
    assert "Tolto" in text(elena.get(where))


def test_a_notice_is_prepared_shown_and_taken_away_as_a_file(kept: LoginRecord) -> None:
    elena = browser_of(ELENA)
    where = f"/accessi/{kept.reference}/"
    asked = {"what": "La persona non riconosce l'accesso", "noticed_on": "1/1/2026"}

    assert elena.post(f"{where}segnala/", {**asked, "noticed_on": "1/1/2199"}).status_code == 400
    assert elena.post(f"{where}segnala/", asked).status_code == 302
    (notice,) = AnomalyNotice.objects.all()
    file = elena.get(f"{where}segnalazioni/{notice.pk}/")

    assert "Segnalazione pronta" in text(elena.get(where))
    assert file["Content-Disposition"].startswith("attachment")
    assert kept.assertion_id in text(file)
    assert elena.get(f"{where}segnalazioni/{uuid4()}/").status_code == 404


def test_the_integrity_of_a_record_is_compared_with_its_event(kept: LoginRecord) -> None:
    page = browser_of(ELENA).post(f"/accessi/{kept.reference}/verifica/")

    assert page.status_code == 200
    assert "Non ancora sigillato" in text(page)
    assert f"/registro/{kept.event}/" in text(page)


def test_an_invented_reference_is_not_found(kept: LoginRecord) -> None:
    elena = browser_of(ELENA)

    assert elena.get("/accessi/2222-2222-22/").status_code == 404
    assert "Nessun accesso" in text(
        elena.post("/accessi/", {"by": "reference", "code": "2222-2222-22"})
    )
