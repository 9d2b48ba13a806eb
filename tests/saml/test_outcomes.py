# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a log-in may end, as the demonstration provider says it: a page for each, and never ours.

The provider is the one of the demonstration world, with its own checks on our request; only the
network between the two is taken away.
"""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import requests
from django.test import Client
from flask.testing import FlaskClient

from demo.idp.app import create_app
from demo.idp.metadata import NAME
from demo.idp.outcomes import OUTCOMES as OFFERED
from demo.idp.responses import build_failure
from demo.personas import ELENA
from iam.audit import clock
from iam.saml.actions import load_provider
from iam.saml.metadata.identity_provider import read_provider_metadata
from iam.saml.register.selectors import recent_service_faults
from iam.saml.selectors import login_records
from iam.saml.types import Scheme
from tests import world
from tests.saml.browsing import (
    SIGNER_OF,
    code_of,
    events,
    hidden_fields,
    leave_for_provider,
    load_other_federations,
    visitor,
)
from tests.saml.forging import signer
from tests.web.entering import browser_of

PROVIDER = "http://idp.simulato.example"
OURS = "È un nostro errore"
GENERIC = "Il gestore non ha completato l'accesso"


class Ending(NamedTuple):
    number: int
    headline: str
    code: str
    what_to_do: str


SPID = [
    Ending(19, "Troppi tentativi", "spid-nr19", "Recupera la password sul sito del gestore"),
    Ending(20, "Il livello della tua identità SPID non basta", "spid-nr20", "secondo codice"),
    Ending(21, "Tempo scaduto", "spid-nr21", "Riparti dall'inizio"),
    Ending(22, "Non hai dato il consenso", "spid-nr22", "autorizza l'invio dei dati"),
    Ending(23, "Identità sospesa o bloccata", "spid-nr23", "Contatta la sua assistenza"),
    Ending(25, "Hai annullato l'accesso", "spid-nr25", "Se vuoi entrare, riprova"),
    Ending(
        30,
        "Tipo di identità diverso da quello richiesto",
        "spid-nr30",
        "Usa la tua SPID personale o professionale",
    ),
    *(Ending(number, OURS, "spid-nostro-errore", f"(errore {number})") for number in range(8, 19)),
]
CIE = [
    Ending(19, GENERIC, "spid-accesso-fallito", "Riprova tra poco"),
    Ending(20, GENERIC, "spid-accesso-fallito", "Riprova tra poco"),
    Ending(21, "Tempo scaduto", "cie-nr21", "la carta e il telefono"),
    Ending(22, "Non hai dato il consenso", "cie-nr22", "«Entra con CIE»"),
    Ending(23, "La tua CIE non può essere usata", "cie-nr23", "entrare con SPID"),
    Ending(24, GENERIC, "spid-accesso-fallito", "Riprova tra poco"),
    Ending(25, "Hai annullato l'accesso con la CIE", "cie-nr25", "Se vuoi entrare, riprova"),
    Ending(30, GENERIC, "spid-accesso-fallito", "Riprova tra poco"),
    Ending(12, OURS, "spid-nostro-errore", "(errore 12)"),
]


class Wire(requests.adapters.BaseAdapter):
    """Carries what the provider asks of us to our own pages."""

    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        answer = Client().get(request.path_url)
        response = requests.Response()
        response.status_code = answer.status_code
        response._content = answer.content
        return response

    def close(self) -> None:
        """There is nothing to close."""


@pytest.fixture
def provider(tmp_path: Path, federation: None, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """The demonstration provider, known to the service."""

    def get(url: str, **kwargs: Any) -> requests.Response:
        session = requests.Session()
        session.mount("http://", Wire())
        return session.get(url, **kwargs)

    monkeypatch.setattr(requests, "get", get)
    app = create_app(tmp_path, PROVIDER, "http://localhost:8000/spid/metadata/", clock=clock.now)
    there: FlaskClient = app.test_client()
    metadata = there.get("/metadata").data
    load_provider(visitor(), metadata=read_provider_metadata(metadata, source=PROVIDER))
    return there


def ended(provider: FlaskClient, outcome: str, persona: str = "elena") -> Any:
    """Go to the provider, choose how it ends, and come back with what it sends."""
    trip = leave_for_provider(idp=PROVIDER)
    asked = provider.post("/sso", data=hidden_fields(trip.page))
    assert asked.status_code == 200, asked.text
    chosen = provider.post(
        "/risposta",
        data={**fields_of(asked.text), "esito": outcome, "persona": persona},
    )
    return trip.client.post("/spid/acs/", fields_of(chosen.text))


def fields_of(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}


def told(page: Any) -> str:
    return unescape(page.content.decode())


def check(page: Any, ending: Ending) -> None:
    content = told(page)
    reference = re.findall(r'<code class="iam-code">([^<]+)</code>', page.content.decode())[1]
    assert page.status_code == 403
    assert f"<h1>{ending.headline}</h1>" in content
    assert code_of(page) == ending.code
    assert ending.what_to_do in content
    assert "Traceback" not in content
    assert page["Cache-Control"] == "no-store"
    (kept,) = login_records(reference=reference)
    assert (kept.outcome, kept.person) == (ending.code, None)


@pytest.mark.norma("SPID RT", "tabella dei codici di errore", "ogni esito ha la sua pagina")
@pytest.mark.parametrize("ending", SPID, ids=lambda ending: f"nr{ending.number}")
def test_each_outcome_of_spid_has_its_page_with_a_reference_and_what_to_do(
    provider: FlaskClient, ending: Ending
) -> None:
    page = ended(provider, f"nr{ending.number}")

    check(page, ending)
    assert "SIMULATO" in told(page)


@pytest.mark.norma("CIE", "codici di errore", "gli esiti della CIE hanno parole proprie")
@pytest.mark.parametrize("ending", CIE, ids=lambda ending: f"nr{ending.number}")
@pytest.mark.usefixtures("federation")
def test_each_outcome_of_cie_speaks_of_the_card(ending: Ending) -> None:
    load_other_federations()
    trip = leave_for_provider(scheme=Scheme.CIE)
    failure = build_failure(trip.answer(), signer(SIGNER_OF[Scheme.CIE]), number=ending.number)
    page = trip.back(failure)

    check(page, ending)


def test_every_outcome_that_the_rules_number_is_offered_by_the_demonstration_provider() -> None:
    offered = {outcome.number for outcome in OFFERED if outcome.number}

    assert offered == {ending.number for ending in SPID}


def test_no_two_outcomes_share_their_words() -> None:
    for table in (SPID, CIE):
        apart = {(e.headline, e.code) for e in table if e.headline not in (OURS, GENERIC)}
        assert len(apart) == len([e for e in table if e.headline not in (OURS, GENERIC)])


@pytest.mark.usefixtures("federation")
@pytest.mark.parametrize("number", [None, 1, 2, 7, 24, 26, 99])
def test_an_outcome_that_nobody_numbered_gets_the_general_page(number: int | None) -> None:
    trip = leave_for_provider()
    page = trip.back(build_failure(trip.answer(), signer(), number=number))

    assert f"<h1>{GENERIC}</h1>" in told(page)
    assert code_of(page) == "spid-accesso-fallito"


@pytest.mark.usefixtures("federation")
def test_an_unsigned_failure_shows_its_page_and_is_trusted_for_nothing_else() -> None:
    """Some providers do not sign their failures."""
    trip = leave_for_provider()
    page = trip.back(build_failure(trip.answer(), None, number=25))

    assert code_of(page) == "spid-nr25"
    assert "iam_person" not in trip.client.session


# --- our fault: the operators know


@pytest.mark.norma("SPID RT", "tabella dei codici di errore", "da 8 a 18 avvisano chi gestisce")
def test_an_error_of_ours_is_told_wherever_the_operators_look(
    provider: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    world.super_utente()
    assert "refused_24h{" not in told(Client().get("/metrics"))

    ended(provider, "nr11")
    ended(provider, "nr8")

    assert [one.number for one in _faults()] == [11, 8]
    gauge = f'iam_saml_requests_refused_24h{{provider="{PROVIDER}"}} 2.0'
    assert gauge in told(Client().get("/metrics"))
    elena = browser_of(ELENA)
    assert f"{NAME} rifiuta le nostre richieste" in told(elena.get("/"))
    assert "2 accessi non riusciti" in told(elena.get("/accessi/"))
    (line, _) = [one for one in capsys.readouterr().out.splitlines() if "faulted" in one]
    assert "error" in line
    assert "number=11" in line
    assert f"reference={_faults()[0].record}" in line


def test_what_the_person_did_is_no_alarm(provider: FlaskClient) -> None:
    for outcome in ("nr19", "nr25", "livello-1"):
        ended(provider, outcome)

    assert recent_service_faults(at=clock.now()) == []
    assert not events("saml.service.faulted")


class Fault(NamedTuple):
    number: int
    record: str


def _faults() -> list[Fault]:
    facts = [json.loads(bytes(e.body))["facts"] for e in events("saml.service.faulted")]
    return [Fault(one["number"], one["record"]) for one in facts]
