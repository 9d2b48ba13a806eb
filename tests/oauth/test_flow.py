# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A person enters a module: profiles, codes, tokens, refusals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client as Browser

from demo.personas import ANNA, ELENA, LUCA, NORA
from iam.audit.models import AuditEvent
from iam.kernel import places
from iam.kernel.permissions import Section
from iam.oauth.models import RefreshToken
from iam.oauth.tokens.claims import ACCESS, IDENTITY
from iam.oauth.tokens.signing import opened
from iam.roles.types import CASE_MANAGER, COORDINATORE_PATTI, RESPONSABILE_CONTROLLI
from tests import world
from tests.oauth import ground
from tests.oauth.ground import Module, came_back

VERIFIER = "v" * 43


@pytest.fixture(autouse=True)
def open_bovezzo(italy: None, db: None) -> None:
    ground.open_comune(world.BOVEZZO, Section.PATTI)


@pytest.fixture
def module() -> Module:
    return Module(first_party=True).install()


@pytest.fixture
def luca(module: Module) -> Browser:
    """Luca's browser, logged in; he is a case manager in Bovezzo."""
    world.operator(LUCA, CASE_MANAGER)
    browser = Browser()
    ground.log_in(browser, LUCA)
    return browser


def last(kind: str) -> AuditEvent:
    found = AuditEvent.objects.filter(kind=kind).order_by("-pk").first()
    assert found is not None, f"no {kind} in the log"
    return found


# --- entering -----------------------------------------------------------------------


def test_a_case_manager_enters_with_what_the_role_gives_in_the_comune(module: Module) -> None:
    luca = world.operator(LUCA, CASE_MANAGER)

    answer = module.enter(LUCA)

    rights = opened(answer["access_token"], kind=ACCESS)
    assert rights["sub"] == str(luca.id)
    assert rights["territory"] == [world.BOVEZZO]
    assert rights["aud"] == module.resource
    assert rights["grant"] == str(luca.held[0].grant)
    assert set(rights["scope"].split()) == {
        *("openid", "profile", "offline_access"),
        *("gepi:nucleo.anagrafica", "gepi:caso.completo", "gepi:patto.write"),
    }
    assert answer["scope"].split() == rights["scope"].split()
    who = opened(answer["id_token"], kind=IDENTITY)
    assert (who["sub"], who["nonce"]) == (str(luca.id), "nonce-di-prova")
    assert who["name"] == "Luca Moretti"
    assert LUCA.codice_fiscale not in str(rights) + str(who)


def test_each_step_of_an_entrance_is_on_record(module: Module) -> None:
    luca = world.operator(LUCA, CASE_MANAGER)

    module.enter(LUCA)

    for kind in ("oauth.code.issued", "oauth.token.issued"):
        event = last(kind)
        assert (event.actor, event.client) == (luca.id, module.client_id)
        assert event.acting_grant == luca.held[0].grant


def test_the_answer_names_who_gave_it(module: Module, luca: Browser) -> None:
    answer = luca.get(module.request(VERIFIER))

    assert came_back(answer)["iss"] == ground.issuer()
    assert came_back(answer)["state"] == "stato"


def test_no_scope_asked_is_no_scope(module: Module, luca: Browser) -> None:
    code = module.code(luca, VERIFIER, scope=None)

    answer = module.exchange(code, VERIFIER).json()

    assert answer["scope"] == ""
    assert "id_token" not in answer
    assert "territory" not in opened(answer["access_token"], kind=ACCESS)


def test_a_stranger_is_sent_to_log_in_and_comes_back_to_the_request(module: Module) -> None:
    address = module.request(VERIFIER)

    answer = Browser().get(address)

    assert answer.status_code == 302
    assert urlsplit(answer["Location"]).path == "/accesso/"
    (back,) = parse_qs(urlsplit(answer["Location"]).query)["prossima"]
    page = Browser().get(back)
    assert page.status_code == 200, "a page, so that the chain of redirects from SPID ends here"
    assert page["Refresh"] == f"0; url={address}"


def test_level_one_does_not_open_a_module(module: Module) -> None:
    world.operator(LUCA, CASE_MANAGER)
    browser = Browser()
    ground.log_in(browser, LUCA, level=1)

    answer = browser.get(module.request(VERIFIER))

    assert answer.status_code == 403
    assert "livello 2" in answer.content.decode()
    assert last("oauth.entry.refused").outcome == 1


def test_a_closed_comune_is_told_by_name(module: Module, luca: Browser) -> None:
    ground.close_comune(world.BOVEZZO)

    answer = luca.get(module.request(VERIFIER))

    assert answer.status_code == 403
    assert "Il Comune di Bovezzo (BS) non è ancora abilitato." in answer.content.decode()
    assert last("oauth.entry.refused").comune == world.BOVEZZO


def test_the_page_of_a_refusal_leads_back_with_the_reason(module: Module, luca: Browser) -> None:
    ground.close_comune(world.BOVEZZO)

    page = luca.get(module.request(VERIFIER)).content.decode()

    assert "error=access_denied&amp;error_description=Non+puoi+entrare" in page


@pytest.mark.parametrize("persona", [ANNA, ELENA, NORA], ids=lambda persona: persona.key)
def test_who_sees_no_data_does_not_enter(module: Module, persona: Any) -> None:
    world.amministratrice()
    world.super_utente()
    browser = Browser()
    ground.log_in(browser, persona)

    answer = browser.get(module.request(VERIFIER))

    assert answer.status_code == 403
    assert not AuditEvent.objects.filter(kind="oauth.code.issued").exists()


def test_who_holds_two_profiles_chooses_one(module: Module, luca: Browser) -> None:
    world.operator(LUCA, COORDINATORE_PATTI)
    held = {one.role: one.grant for one in world.actor(LUCA).held}
    address = module.request(VERIFIER)

    page = luca.get(address)
    assert page.status_code == 200
    assert "Stai per entrare in Modulo di prova" in page.content.decode()
    answer = luca.post(address, {"profilo": str(held[COORDINATORE_PATTI])})

    token = module.exchange(came_back(answer)["code"], VERIFIER).json()["access_token"]
    rights = opened(token, kind=ACCESS)
    assert (rights["role"], rights["grant"]) == (COORDINATORE_PATTI, str(held[COORDINATORE_PATTI]))
    assert "gepi:caso.completo" not in rights["scope"]


def test_nobody_enters_with_the_profile_of_another(module: Module, luca: Browser) -> None:
    world.operator(LUCA, COORDINATORE_PATTI)
    other = world.operator(NORA, CASE_MANAGER)

    answer = luca.post(module.request(VERIFIER), {"profilo": str(other.held[0].grant)})

    assert answer.status_code == 403
    assert "profilo-non-tuo" in answer.content.decode()


def test_a_profile_on_a_closed_section_is_not_offered(module: Module, luca: Browser) -> None:
    world.operator(LUCA, RESPONSABILE_CONTROLLI)

    answer = luca.get(module.request(VERIFIER))

    rights = opened(
        module.exchange(came_back(answer)["code"], VERIFIER).json()["access_token"], kind=ACCESS
    )
    assert rights["role"] == CASE_MANAGER


def test_a_grant_on_an_ambito_covers_its_open_comuni_only(module: Module) -> None:
    ground.open_comune(world.CONCESIO, Section.PATTI)
    ground.open_comune(world.NAVE, Section.ANAGRAFICI)
    ground.open_comune(world.MANTOVA)
    world.holding(LUCA, COORDINATORE_PATTI, places.ambito(world.AMBITO_BOVEZZO))

    token = module.enter(LUCA)["access_token"]

    assert opened(token, kind=ACCESS)["territory"] == [world.BOVEZZO, world.CONCESIO]
    assert module.ask(token, "gepi:nucleo.anagrafica", world.CONCESIO)["decision"]
    assert not module.ask(token, "gepi:nucleo.anagrafica", world.NAVE)["decision"]


def test_a_module_of_others_is_announced_first(luca: Browser) -> None:
    module = Module(client_id="esterno", name="Modulo esterno", first_party=False).install()

    page = luca.get(module.request(VERIFIER))

    assert page.status_code == 200
    assert "Stai per entrare in Modulo esterno" in page.content.decode()
    assert "form-action 'self' https://esterno.example" in page["Content-Security-Policy"]


def test_the_person_may_turn_back(luca: Browser) -> None:
    module = Module(client_id="esterno", name="Modulo esterno", first_party=False).install()

    answer = luca.post(module.request(VERIFIER), {"annulla": "1"})

    assert came_back(answer)["error"] == "access_denied"


# --- what a client may ask ----------------------------------------------------------


def test_a_client_asks_only_its_own_scopes(luca: Browser) -> None:
    module = Module(client_id="piccolo", scopes=("openid", "gepi:nucleo.anagrafica")).install()

    answer = luca.get(module.request(VERIFIER, scope="openid gepi:caso.completo"))

    assert came_back(answer)["error"] == "invalid_scope"


def test_a_client_does_not_name_the_resource_of_another(module: Module, luca: Browser) -> None:
    answer = luca.get(module.request(VERIFIER, resource="https://altro.example/"))

    assert came_back(answer)["error"] == "invalid_target"


@pytest.mark.parametrize(
    ("came", "told"),
    [
        ("https://modulo-di-prova.example/altro", "percorso ricevuto «/altro»"),
        ("https://modulo-di-prova.example/ritorno?x=1", "parametri ricevuto «x=1»"),
        ("http://modulo-di-prova.example/ritorno", "protocollo ricevuto «http»"),
        ("https://modulo-di-prova.example:8443/ritorno", "modulo-di-prova.example:8443"),
        ("https://modulo-di-prova.example/ritorno/", "percorso ricevuto «/ritorno/»"),
    ],
)
def test_another_return_address_stops_here_and_says_the_difference(
    module: Module, luca: Browser, came: str, told: str
) -> None:
    answer = luca.get(module.request(VERIFIER, redirect_uri=came))

    assert answer.status_code == 400
    assert told in answer.content.decode()


@pytest.mark.norma("RFC 9700", "2.1.1", "PKCE with S256 is required of every client")
@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
    ],
    ids=["missing", "plain", "method-missing"],
)
def test_a_request_without_pkce_s256_is_refused(
    module: Module, luca: Browser, changes: dict[str, str | None]
) -> None:
    answer = luca.get(module.request(VERIFIER, **changes))

    assert came_back(answer)["error"] == "invalid_request"


@pytest.mark.parametrize("kind", ["token", "id_token", "code id_token", "none"])
def test_no_other_response_type_is_served(module: Module, luca: Browser, kind: str) -> None:
    answer = luca.get(module.request(VERIFIER, response_type=kind))

    assert came_back(answer)["error"] in ("unsupported_response_type", "unauthorized_client")


def test_an_unknown_or_suspended_client_is_refused_on_a_page(module: Module, luca: Browser) -> None:
    from iam.oauth.actions import suspend_client

    suspend_client(world.super_utente(), client_id=module.client_id)

    assert luca.get(module.request(VERIFIER)).status_code == 400
    assert luca.get("/oauth/authorize/?client_id=nessuno").status_code == 400
    assert luca.get("/oauth/authorize/?client_id=%00").status_code == 400


def test_silent_requests_never_show_a_page(module: Module, luca: Browser) -> None:
    assert came_back(luca.get(module.request(VERIFIER, prompt="none")))["code"]
    world.operator(LUCA, COORDINATORE_PATTI)
    answer = luca.get(module.request(VERIFIER, prompt="none"))
    assert came_back(answer)["error"] == "interaction_required"
    answer = Browser().get(module.request(VERIFIER, prompt="none"))
    assert came_back(answer)["error"] == "login_required"


def test_prompt_login_and_an_old_session_log_in_again(module: Module, luca: Browser) -> None:
    answer = luca.get(module.request(VERIFIER, prompt="login"))

    assert urlsplit(answer["Location"]).path == "/accesso/"
    assert "prompt" not in parse_qs(urlsplit(answer["Location"]).query)["prossima"][0]
    ground.log_in(luca, LUCA)
    assert came_back(luca.get(module.request(VERIFIER, max_age="300")))["code"]
    assert urlsplit(luca.get(module.request(VERIFIER, max_age="0"))["Location"]).path == "/accesso/"


# --- codes and tokens ----------------------------------------------------------------


def test_a_code_used_twice_closes_all_that_it_gave(module: Module, luca: Browser) -> None:
    code = module.code(luca, VERIFIER)
    first = module.exchange(code, VERIFIER).json()
    assert module.introspect(first["access_token"])["active"]

    again = module.exchange(code, VERIFIER)

    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert module.introspect(first["access_token"]) == {"active": False}
    assert module.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert last("oauth.token.refused").outcome == 1


@pytest.mark.parametrize("verifier", [None, "w" * 43, ""])
def test_the_verifier_must_be_that_of_the_request(
    module: Module, luca: Browser, verifier: str | None
) -> None:
    answer = module.exchange(module.code(luca, VERIFIER), verifier)

    assert answer.status_code == 400
    assert answer.json()["error"] in ("invalid_grant", "invalid_request")


def test_the_return_address_must_be_that_of_the_request(module: Module, luca: Browser) -> None:
    answer = module.exchange(
        module.code(luca, VERIFIER), VERIFIER, redirect_uri="https://altro.example/"
    )

    assert answer.status_code == 400


def test_a_code_is_only_for_the_client_that_asked_it(module: Module, luca: Browser) -> None:
    other = Module(client_id="altro").install()

    answer = other.exchange(module.code(luca, VERIFIER), VERIFIER, redirect_uri=module.redirect_uri)

    assert answer.json()["error"] == "invalid_grant"


def test_a_refresh_replaces_both_tokens_and_the_old_one_closes_the_family(module: Module) -> None:
    world.operator(LUCA, CASE_MANAGER)
    first = module.enter(LUCA)

    second = module.refresh(first["refresh_token"]).json()
    assert module.introspect(second["access_token"])["active"]
    assert not module.introspect(first["access_token"])["active"]
    stolen = module.refresh(first["refresh_token"])

    assert stolen.json()["error"] == "invalid_grant"
    assert not module.introspect(second["access_token"])["active"]
    assert module.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_refresh_gives_no_more_than_what_is_left(module: Module) -> None:
    world.operator(LUCA, CASE_MANAGER)
    first = module.enter(LUCA)
    ground.close_comune(world.BOVEZZO)

    answer = module.refresh(first["refresh_token"])

    assert answer.json()["error"] == "invalid_grant"


def test_a_session_in_a_module_ends_a_working_day_after_the_log_in(module: Module) -> None:
    world.operator(LUCA, CASE_MANAGER)
    answer = module.enter(LUCA)
    RefreshToken.objects.update(authenticated_at=ground.clock.now() - timedelta(hours=8))

    assert module.refresh(answer["refresh_token"]).json()["error"] == "invalid_grant"


def test_who_did_not_ask_offline_access_gets_no_refresh_token(module: Module) -> None:
    world.operator(LUCA, CASE_MANAGER)

    assert "refresh_token" not in module.enter(LUCA, scope="openid gepi:caso.completo")


def test_revoking_a_token_revokes_its_refresh_and_never_that_of_another(module: Module) -> None:
    world.operator(LUCA, CASE_MANAGER)
    answer, other = module.enter(LUCA), Module(client_id="altro").install()

    other.http.post("/oauth/revoke/", {"token": answer["access_token"], **other.proof()})
    assert module.introspect(answer["access_token"])["active"]
    module.http.post("/oauth/revoke/", {"token": answer["access_token"], **module.proof()})

    assert not module.introspect(answer["access_token"])["active"]
    assert module.refresh(answer["refresh_token"]).status_code == 400


def test_logout_with_the_persons_own_token_closes_everything(module: Module, luca: Browser) -> None:
    answer = module.exchange(module.code(luca, VERIFIER), VERIFIER).json()

    back = luca.get(
        "/oauth/logout/",
        {
            "id_token_hint": answer["id_token"],
            "post_logout_redirect_uri": f"{module.resource}uscita",
            "state": "s",
        },
    )

    assert back["Location"] == f"{module.resource}uscita?state=s"
    assert not module.introspect(answer["access_token"])["active"]
    assert luca.get(module.request(VERIFIER))["Location"].startswith("/accesso/")


def test_logout_without_a_proof_asks_first_and_goes_nowhere_unregistered(
    module: Module, luca: Browser
) -> None:
    page = luca.get("/oauth/logout/", {"client_id": module.client_id})
    assert page.status_code == 200
    assert "Vuoi uscire?" in page.content.decode()
    away = {"client_id": module.client_id, "post_logout_redirect_uri": "https://altro.example/"}
    assert luca.get("/oauth/logout/", away).status_code == 400
    assert luca.post(f"/oauth/logout/?client_id={module.client_id}").status_code == 302
    assert luca.get(module.request(VERIFIER))["Location"].startswith("/accesso/")
