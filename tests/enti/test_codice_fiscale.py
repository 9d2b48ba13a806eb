# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each fault of a codice fiscale has its own sentence."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.it import codicefiscale as stdnum_it

from demo.personas import ANNA, PERSONAS, Persona
from iam.enti.codice_fiscale.birthplaces import birth_places_named
from iam.enti.codice_fiscale.coherence import Registry, faults
from iam.enti.codice_fiscale.reading import DIGIT_OF, DIGIT_PLACES, read
from iam.kernel.errors import InvalidInput

LETTER_OF = {digit: letter for letter, digit in DIGIT_OF.items()}


def registry_of(persona: Persona) -> Registry:
    return Registry(
        given_name=persona.given_name,
        family_name=persona.family_name,
        birth_date=persona.birth_date,
        birth_place=persona.birth_place_code,
        gender=persona.gender,
    )


def omocode(canonical: str, places: set[int]) -> str:
    letters = [LETTER_OF[c] if i in places else c for i, c in enumerate(canonical[:15])]
    root = "".join(letters)
    return root + stdnum_it.calc_check_digit(root)


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.key)
def test_every_persona_is_coherent(persona: Persona) -> None:
    assert faults(read(persona.codice_fiscale), registry_of(persona)) == ()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Manca il codice fiscale."),
        ("CLMNNA81H54B15", "Il codice fiscale ha 16 caratteri: ne hai scritti 14."),
        ("00215150236", "Hai scritto il codice fiscale di un ente, di 11 cifre."),
        ("CLMNNA81H54B157M", "L'ultima lettera non torna: controlla di aver copiato bene."),
        ("CLMNNA81H54B1577", "Il codice fiscale ha un carattere fuori posto."),
        ("CLMNNA81B70B157W", "L'ultima lettera non torna"),
    ],
)
def test_what_is_badly_written_is_said(typed: str, sentence: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read(typed)
    assert refusal.value.sentence.startswith(sentence)
    assert not typed or typed not in refusal.value.sentence


def test_an_impossible_date_is_said() -> None:
    root = "CLMNNA81B71B157"  # 31 February
    with pytest.raises(InvalidInput) as refusal:
        read(root + stdnum_it.calc_check_digit(root))
    assert refusal.value.code == "codice-fiscale-data-impossibile"


@given(places=st.sets(st.sampled_from(DIGIT_PLACES)))
def test_omocodia_changes_nothing_but_the_presented_form(places: set[int]) -> None:
    presented = omocode(ANNA.codice_fiscale, places)
    found = read(presented.lower())
    assert found.as_presented == presented
    assert found.canonical == ANNA.codice_fiscale
    assert found.is_omocode is bool(places)
    assert faults(found, registry_of(ANNA)) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"family_name": "Rossi"}, "codice-fiscale-cognome"),
        ({"given_name": "Annalisa"}, "codice-fiscale-nome"),
        ({"birth_date": date(1981, 6, 15)}, "codice-fiscale-data"),
        ({"gender": "M"}, "codice-fiscale-genere"),
        ({"birth_place": "H501"}, "codice-fiscale-luogo"),
        ({"birth_place": "Q999"}, "luogo-di-nascita-sconosciuto"),
    ],
)
def test_each_disagreement_has_its_field(change: dict[str, Any], code: str) -> None:
    found = faults(read(ANNA.codice_fiscale), replace(registry_of(ANNA), **change))
    assert [fault.code for fault in found] == [code]
    assert found[0].field in ({*change} | {"birth_place"})


def test_nobody_is_born_in_a_comune_that_had_ceased() -> None:
    root = "CLMNNA80H54A003"  # a Comune that ended in 1927
    declared = replace(registry_of(ANNA), birth_date=date(1980, 6, 14), birth_place="A003")
    found = faults(read(root + stdnum_it.calc_check_digit(root)), declared)
    assert [fault.code for fault in found] == ["luogo-di-nascita-non-esisteva"]
    assert "14/06/1980" in found[0].sentence


def test_a_birth_abroad_is_chosen_among_the_states_of_that_time() -> None:
    assert [p.label for p in birth_places_named("jugo", born=date(1980, 1, 1))] == [
        "Jugoslavia (Stato estero)"
    ]


def test_a_codice_fiscale_never_shows_itself() -> None:
    found = read(ANNA.codice_fiscale)
    assert ANNA.codice_fiscale not in f"{found} {found!r}"
