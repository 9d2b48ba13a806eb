# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The simulated module, with the kit, over HTTP: what each persona sees."""

from __future__ import annotations

import time

import pytest

from demo.modules.patti.households import BY_ID, HOUSEHOLDS, Household
from demo.personas import CHIARA, DAVIDE, ELENA, GIULIA, LUCA, Persona
from iam.audit.selectors import subject_accesses
from iam.audit.types import SubjectAccess
from iam.convenzioni.actions import suspend_comune
from iam.enti.codice_fiscale.coherence import name_faults
from iam.enti.codice_fiscale.reading import read
from iam.roles.types import (
    CASE_MANAGER,
    COORDINATORE_CONTROLLI,
    COORDINATORE_PATTI,
    RESPONSABILE_CONTROLLI,
)
from tests import world
from tests.oauth import ground
from tests.oauth.walking import Walk


@pytest.fixture
def open_bovezzo(patti: str) -> None:
    ground.open_comune(world.BOVEZZO)


def test_a_case_manager_sees_own_cases_and_why_not_the_others(
    open_bovezzo: None, walk: Walk
) -> None:
    world.operator(LUCA, CASE_MANAGER)

    visit, page = walk(LUCA)

    assert page.status == 200, page.text
    assert "Nucleo Alberici" in page.text
    assert "Castaldi" not in page.text
    assert "Lanzi" not in page.text
    own = visit.get("/nuclei/BOV-001")
    assert "Corso di riqualificazione" in own.text
    assert all(code in own.text for code in BY_ID["BOV-001"].people)
    colleague = visit.get("/nuclei/BOV-003")
    assert colleague.status == 403
    assert "Il caso non è assegnato a te." in colleague.text
    assert "Castaldi" not in colleague.text
    elsewhere = visit.get("/nuclei/MAN-001")
    assert elsewhere.status == 403
    assert "un territorio diverso dal tuo" in elsewhere.text


def test_a_coordinatore_assigns_and_sees_only_registry_data(open_bovezzo: None, walk: Walk) -> None:
    world.operator(GIULIA, COORDINATORE_PATTI)

    visit, page = walk(GIULIA)

    assert "Nucleo Castaldi" in page.text
    household = visit.get("/nuclei/BOV-005")
    assert "via Castello 1" in household.text
    assert "Debiti pregressi" not in household.text
    assert "solo i dati anagrafici" in household.text
    done = visit.post("/nuclei/BOV-005/assegna", case_manager="Luca Moretti")
    assert done.status == 200
    assert "Case manager Luca Moretti" in done.text


def test_the_controlli_see_residence_and_stay_of_their_comune_only(
    open_bovezzo: None, walk: Walk
) -> None:
    world.operator(CHIARA, RESPONSABILE_CONTROLLI)
    world.operator(DAVIDE, COORDINATORE_CONTROLLI)

    visit, page = walk(CHIARA)

    assert "Controlli anagrafici" in page.text
    check = visit.get("/controlli/BOV-003")
    assert "20 gennaio 2015" in check.text
    assert "920" not in check.text
    done = visit.post("/controlli/BOV-003/esito", esito="confermata")
    assert done.status == 200
    assert visit.get("/controlli/MAN-001").status == 403
    assert visit.get("/nuclei/BOV-003").status == 403
    visit, page = walk(DAVIDE)
    assert "Residenza e soggiorno confermati" in page.text
    assert "20 gennaio 2015" not in visit.get("/controlli/BOV-003").text


def test_who_administers_is_let_in_nowhere_and_told_why(open_bovezzo: None, walk: Walk) -> None:
    world.amministratrice()
    world.super_utente()
    from demo.personas import ANNA

    for persona in (ANNA, ELENA):
        _, page = walk(persona)
        assert page.status == 403
        assert page.address.startswith(walk.service)
        assert "non vede mai i dati dei beneficiari" in page.text


def test_a_suspension_closes_the_pages_of_the_module_within_two_seconds(
    open_bovezzo: None, walk: Walk
) -> None:
    world.operator(LUCA, CASE_MANAGER)
    visit, page = walk(LUCA)
    assert "Nucleo Alberici" in page.text

    suspend_comune(world.amministratrice(), comune=world.BOVEZZO, reason="Prova di sospensione")
    began = time.monotonic()
    page = visit.get("/nuclei")

    assert time.monotonic() - began < 2
    assert "Alberici" not in page.text
    assert "Il Comune di Bovezzo (BS) è chiuso in questo momento." in page.text
    assert "la sua abilitazione è sospesa" in page.text
    assert "Motivo della sospensione: Prova di sospensione." in page.text


@pytest.mark.parametrize(
    ("persona", "role", "address", "status", "shown"),
    [
        (LUCA, CASE_MANAGER, "/nuclei/BOV-003", 403, False),
        (LUCA, CASE_MANAGER, "/nuclei/MAN-001", 403, False),
        (LUCA, CASE_MANAGER, "/nuclei", 200, False),
        (GIULIA, COORDINATORE_PATTI, "/nuclei/BOV-003", 200, True),
        (GIULIA, COORDINATORE_PATTI, "/nuclei", 200, False),
        (CHIARA, RESPONSABILE_CONTROLLI, "/controlli/BOV-003", 200, False),
        (CHIARA, RESPONSABILE_CONTROLLI, "/nuclei/BOV-003", 403, False),
        (DAVIDE, COORDINATORE_CONTROLLI, "/controlli/BOV-003", 200, False),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_codici_fiscali_are_shown_only_with_registry_data(
    open_bovezzo: None,
    walk: Walk,
    persona: Persona,
    role: str,
    address: str,
    status: int,
    shown: bool,
) -> None:
    world.operator(persona, role)
    visit, _ = walk(persona)

    page = visit.get(address)

    assert page.status == status
    found = [code for one in HOUSEHOLDS for code in one.people if code in page.text]
    assert bool(found) is shown
    assert set(found) <= set(BY_ID["BOV-003"].people)


def test_a_member_of_a_household_can_know_who_opened_the_case(
    open_bovezzo: None, walk: Walk
) -> None:
    world.operator(LUCA, CASE_MANAGER)
    visit, _ = walk(LUCA)
    before = len(_accesses(BY_ID["BOV-001"].people[1]))

    visit.get("/nuclei/BOV-001")

    seen = _accesses(BY_ID["BOV-001"].people[1])[: -before or None]
    assert {(row.permission, row.outcome) for row in seen} == {
        ("gepi:caso.completo", 0),
        ("gepi:assegnazione.write", 1),
    }
    assert {(row.comune, row.practice) for row in seen} == {(world.BOVEZZO, "PR-2026-BOV-0001")}


def _accesses(codice_fiscale: str) -> tuple[SubjectAccess, ...]:
    return subject_accesses(
        world.rpd(), codice_fiscale=codice_fiscale, reason="Richiesta, prot. 12"
    ).rows


@pytest.mark.parametrize("household", HOUSEHOLDS, ids=lambda household: household.id)
def test_the_invented_codici_fiscali_agree_with_the_invented_people(household: Household) -> None:
    for member in household.members:
        given, _, age = member.name.rstrip(")").rpartition(" (")
        code = read(member.codice_fiscale)
        assert code.as_presented == code.canonical
        names = {"given_name": given.split()[0], "family_name": household.surname}
        assert name_faults(code, **names) == ()
        assert 2026 - int(age) in (1900 + int(code.canonical[6:8]), 2000 + int(code.canonical[6:8]))


def test_leaving_the_module_leaves_the_service(open_bovezzo: None, walk: Walk) -> None:
    world.operator(LUCA, CASE_MANAGER)
    visit, _ = walk(LUCA)

    page = visit.post("/esci")

    assert page.status == 200
    assert "Entra con SPID o CIE" in page.text
    assert "/accesso" in visit.http.get(visit.module + "/entra", timeout=20).url
