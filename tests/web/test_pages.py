# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""The pages with Django's client: who may open them, what they keep, how much they ask."""

from __future__ import annotations

import json
import re

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from demo.personas import (
    ANNA,
    CHIARA,
    DAVIDE,
    ELENA,
    FRANCA,
    GIULIA,
    LUCA,
    NORA,
    SARA,
)
from iam.accounts.actions import enter
from iam.accounts.types import VerifiedIdentity
from iam.audit.models import AuditEvent
from iam.roles.models import Grant, Indication
from iam.roles.types import CASE_MANAGER, COORDINATORE_PATTI
from iam.web.forms.comuni import ComuneField
from iam.web.words import FACTS
from tests import world
from tests.cluster import CHECKOUT
from tests.web.entering import browser_of
from tests.world import BOVEZZO, MANTOVA

CODICE_FISCALE = re.compile(r"[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z]")


@pytest.fixture(autouse=True)
def small_italy(db: None) -> None:
    world.build()


@pytest.fixture
def anna() -> Client:
    world.amministratrice()
    return browser_of(ANNA)


@pytest.fixture
def franca() -> Client:
    world.rpd()
    return browser_of(FRANCA)


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


# ---------------------------------------------------------------- coming in


@pytest.mark.parametrize("address", ["/io/", "/comuni/", "/registro/", "/controfirma/"])
def test_who_did_not_log_in_is_sent_there_and_back(client: Client, address: str) -> None:
    response = client.get(address)

    assert response.status_code == 302
    assert response["Location"] == f"/accesso/?prossima={address.replace('/', '%2F')}"


@pytest.mark.parametrize("elsewhere", ["https://male.example/", "//male.example/", "javascript:x"])
def test_the_log_in_never_sends_elsewhere(client: Client, elsewhere: str) -> None:
    page = client.get("/accesso/", {"prossima": elsewhere}).content.decode()

    assert "male.example" not in page
    assert "javascript:x" not in page


def test_a_person_without_roles_is_told_what_to_do() -> None:
    response = browser_of(NORA).get("/")

    assert response.status_code == 200
    assert "Non hai un ruolo attivo" in response.content.decode()


def test_a_page_of_another_role_is_refused_with_the_way_out() -> None:
    world.operator(LUCA, CASE_MANAGER)

    response = browser_of(LUCA).get("/comuni/")

    page = response.content.decode()
    assert response.status_code == 403
    assert "profilo-non-adatto" in page
    assert "Perché non posso?" in page


def test_forbidden_and_absent_get_the_same_answer(anna: Client) -> None:
    elsewhere = anna.get(f"/comuni/{MANTOVA}/")
    absent = anna.get("/comuni/Z999/")

    assert elsewhere.status_code == absent.status_code == 404
    nonce = re.compile(rb'nonce="[^"]+"')
    assert nonce.sub(b"", elsewhere.content) == nonce.sub(b"", absent.content)


def test_personal_pages_are_never_kept_by_a_cache(anna: Client) -> None:
    assert "no-store" in anna.get("/io/")["Cache-Control"]


def test_going_out_closes_the_session_and_is_on_record(anna: Client) -> None:
    assert anna.post("/esci/").status_code == 302

    assert anna.get("/io/").status_code == 302
    assert AuditEvent.objects.filter(kind="accounts.person.left").exists()


# ---------------------------------------------------------------- the policy


def test_every_page_carries_the_policy(client: Client) -> None:
    policy = client.get("/")["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "'strict-dynamic'" in policy
    assert "'unsafe-inline'" not in policy
    assert "frame-ancestors 'none'" in policy


# ---------------------------------------------------------------- operators

WHOLE = {
    "codice_fiscale": GIULIA.codice_fiscale,
    "given_name": GIULIA.given_name,
    "family_name": GIULIA.family_name,
    "email": GIULIA.email,
    "role": COORDINATORE_PATTI,
    "comune": BOVEZZO,
    "until": "31/12/2030",
    "act": "Determina n. 12 del 3/11/2026",
    "protocol_number": "4411",
    "protocol_date": "3/11/2026",
}


def test_an_operator_is_accredited_by_one_form(anna: Client) -> None:
    response = anna.post("/operatori/nuovo/", WHOLE)

    assert response.status_code == 302
    assert CODICE_FISCALE.search(response["Location"]) is None
    grant = Grant.objects.get(person=world.person(GIULIA).pk)
    assert (grant.role, grant.comune_id) == (COORDINATORE_PATTI, BOVEZZO)
    assert grant.indication is not None
    assert grant.indication.protocol_number == "4411"


@pytest.mark.parametrize(
    ("change", "sentence", "field"),
    [
        ({"codice_fiscale": "CNTGLI84B67"}, "ne hai scritti 11", "codice_fiscale"),
        ({"until": "31/02/2030"}, "Questo giorno non esiste", "until"),
        ({"protocol_date": "1/1/2031"}, "La data del protocollo è dopo oggi", "protocol_date"),
        ({"family_name": "Rossi"}, "cognome", "family_name"),
        ({"role": ""}, "Scegli il profilo.", "role_0"),
    ],
)
def test_a_mistake_is_told_and_everything_typed_is_kept(
    anna: Client, change: dict[str, str], sentence: str, field: str
) -> None:
    response = anna.post("/operatori/nuovo/", WHOLE | change)

    page = response.content.decode()
    assert response.status_code in {400, 409, 422}
    assert "<title>Errore: " in page
    assert sentence in page
    assert f'href="#id_{field}"' in page
    kept = WHOLE | change
    for name in ("codice_fiscale", "given_name", "family_name", "until", "protocol_number"):
        assert f'value="{kept[name]}"' in page
    assert not Grant.objects.filter(person=world.person(GIULIA).pk).exists()


def test_a_profile_that_failed_is_tried_again_on_the_same_indication(anna: Client) -> None:
    late = anna.post("/operatori/nuovo/", WHOLE | {"until": "1/1/2020"})
    assert late.status_code == 400

    assert anna.post("/operatori/nuovo/", WHOLE).status_code == 302
    assert Indication.objects.count() == 1


def test_the_same_profile_twice_is_a_conflict_in_words(anna: Client) -> None:
    anna.post("/operatori/nuovo/", WHOLE)

    again = anna.post("/operatori/nuovo/", WHOLE)

    assert again.status_code == 409
    assert "profilo-gia-assegnato" in again.content.decode()


def test_revoking_states_the_consequence_and_asks_why(anna: Client) -> None:
    anna.post("/operatori/nuovo/", WHOLE)
    grant = Grant.objects.get(person=world.person(GIULIA).pk)
    address = f"/operatori/{grant.pk}/revoca/"

    assert "Che cosa succede" in anna.get(address).content.decode()
    assert anna.post(address, {"reason": ""}).status_code == 422
    assert anna.post(address, {"reason": "Trasferita"}).status_code == 302
    grant.refresh_from_db()
    assert grant.end_reason == "Trasferita"


def test_the_list_of_operators_asks_as_much_for_one_as_for_five(anna: Client) -> None:
    world.operator(LUCA, CASE_MANAGER)
    anna.get("/operatori/")
    one = queries(anna, "/operatori/")

    for persona in (SARA, GIULIA, DAVIDE, CHIARA):
        world.operator(persona, CASE_MANAGER)

    assert queries(anna, "/operatori/") == one


# ---------------------------------------------------------------- the network


def test_each_number_of_the_dashboard_is_the_length_of_its_list() -> None:
    world.super_utente()
    elena = browser_of(ELENA)

    page = elena.get("/cruscotto/").content.decode()

    counts = dict(re.findall(r'href="/ambiti/\?stato=([a-z-]+)"><strong>([\d.]+)</strong>', page))
    assert set(counts) == {
        "devono-comunicare",
        "senza-documentazione",
        "in-lavorazione",
        "completati",
    }
    assert sum(map(int, counts.values())) == len(world.AMBITI)
    for state, number in counts.items():
        listed = elena.get("/ambiti/", {"stato": state}).content.decode()
        assert f"<strong>{number} Ambit" in listed


# ---------------------------------------------------------------- the register


def test_a_search_by_codice_fiscale_is_never_an_address(franca: Client) -> None:
    asked = {
        "codice_fiscale": "RSSMRA80A01F205X",
        "reason": "Richiesta dell'interessato, prot. 12",
    }

    response = franca.post("/registro/interessato/", asked)

    assert response.status_code == 200
    assert "Nessun accesso registrato" in response.content.decode()
    assert franca.get("/registro/interessato/", asked).content.decode().count("RSSMRA") == 0


def test_a_search_without_a_reason_is_not_made(franca: Client) -> None:
    response = franca.post("/registro/interessato/", {"codice_fiscale": "RSSMRA80A01F205X"})

    assert response.status_code == 422
    assert "Scrivi il motivo della ricerca." in response.content.decode()
    assert not AuditEvent.objects.filter(kind="audit.subject-accesses.read").exists()


def test_the_register_tells_who_with_the_role_of_that_time(franca: Client) -> None:
    world.operator(LUCA, CASE_MANAGER)

    page = franca.get("/registro/").content.decode()

    assert "Ha assegnato un profilo" in page
    assert "Anna Colombo, Amministratore di Ambito" in page
    assert CODICE_FISCALE.search(page) is None


def test_an_event_shows_its_facts_and_offers_the_proof(franca: Client) -> None:
    world.operator(LUCA, CASE_MANAGER)
    event = AuditEvent.objects.filter(kind="roles.grant.created").latest("pk")

    page = franca.get(f"/registro/{event.pk}/").content.decode()

    assert "Luca Moretti" in page
    assert "Verifica integrità" in page


def test_a_period_turned_round_is_told_in_the_form(franca: Client) -> None:
    response = franca.get("/registro/", {"dal": "2/11/2026", "al": "1/11/2026"})

    assert response.status_code == 422
    assert "prima di cominciare" in response.content.decode()


def test_every_kind_of_event_has_its_words() -> None:
    from iam.audit.event import registered
    from iam.web.words import EVENTS

    ours = {kind for kind, event in registered.items() if event.__module__.startswith("iam.")}

    assert ours - set(EVENTS) == set()


def test_every_fact_of_every_event_has_its_words() -> None:
    published = json.loads((CHECKOUT / "tests/architecture/events.json").read_text("utf-8"))
    ours = {fact for facts in published.values() for fact in facts}

    assert {fact for fact in ours if not FACTS.get(fact)} == set()


def test_an_entrance_tells_who_entered(franca: Client) -> None:
    identity = VerifiedIdentity(
        codice_fiscale=LUCA.codice_fiscale,
        given_name=LUCA.given_name,
        family_name=LUCA.family_name,
        scheme="spid",
        idp="https://idp.example",
        level=2,
    )
    enter(world.visitor(), identity=identity)
    event = AuditEvent.objects.get(kind="accounts.person.entered")

    for address in ("/registro/", f"/registro/{event.pk}/"):
        page = franca.get(address).content.decode()
        assert "Luca Moretti" in page
        assert "Persona non ancora riconosciuta" not in page


# ---------------------------------------------------------------- a Comune by its name


@pytest.mark.parametrize(
    ("text", "code"),
    [("bovezzo", "B102"), ("Bovezzo (BS)", "B102"), ("NAVE BS", "F851"), ("b102", "B102")],
)
def test_a_comune_is_read_by_name_or_code(text: str, code: str) -> None:
    field = ComuneField()
    field.on = world.today()

    assert field.clean(text) == code


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Boveszo", "Comune «Boveszo» non trovato. Forse intendevi «Bovezzo»?"),
        ("Bovezzo (MN)", "Comune «Bovezzo (MN)» non trovato. Forse intendevi «Bovezzo»?"),
        ("Atlantide", "Comune «Atlantide» non trovato. Controlla come si scrive."),
    ],
)
def test_a_comune_that_is_not_found_gets_a_suggestion(text: str, sentence: str) -> None:
    field = ComuneField()
    field.on = world.today()

    with pytest.raises(ValidationError) as refused:
        field.clean(text)

    assert refused.value.messages == [sentence]
