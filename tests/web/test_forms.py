# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Forms keep what was typed, say what is wrong next to the field and above, in Italian."""

from __future__ import annotations

from datetime import date

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import ValidationError

from iam.web.forms.fields import DayField, FiscalCodeField, UploadField


class Trial(forms.Form):
    codice_fiscale = FiscalCodeField()
    until = DayField(label="Fino al")
    role = forms.ChoiceField(
        label="Profilo",
        choices=[("a", "Uno"), ("b", "Due")],
        widget=forms.RadioSelect,
        error_messages={"required": "Scegli il profilo."},
    )


@pytest.mark.parametrize("text", ["1/2/2027", "01-02-2027", "01022027", " 1.2.2027 "])
def test_a_day_is_read_as_people_write_it(text: str) -> None:
    assert DayField().clean(text) == date(2027, 2, 1)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Scrivi la data."),
        ("domani", "La data non è nel formato giorno/mese/anno. Esempio: 31/12/2027"),
        ("2027-02-01", "La data non è nel formato giorno/mese/anno. Esempio: 31/12/2027"),
        ("31/02/2027", "Questo giorno non esiste nel calendario. Controlla giorno e mese."),
    ],
)
def test_a_day_that_cannot_be_read_says_how_to_write_it(text: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        DayField().clean(text)

    assert refused.value.messages == [sentence]


def test_a_short_codice_fiscale_is_counted() -> None:
    with pytest.raises(ValidationError) as refused:
        FiscalCodeField().clean("cnt gli 84b67")

    assert refused.value.messages == ["Il codice fiscale ha 16 caratteri: ne hai scritti 11."]


def test_blanks_and_case_of_a_codice_fiscale_do_not_matter() -> None:
    assert FiscalCodeField().clean(" cntgli84b67 a794b") == "CNTGLI84B67A794B"


def test_a_heavy_file_is_told_its_weight_and_the_limit() -> None:
    heavy = SimpleUploadedFile("atto.pdf", b"x" * (1024 * 1024 + 1))

    with pytest.raises(ValidationError) as refused:
        UploadField(max_bytes=1024 * 1024).clean(heavy)

    assert refused.value.messages == [
        "Il file pesa 1,0 MB: il massimo è 1 MB. Riduci il file e caricalo di nuovo."
    ]


def test_errors_are_told_above_with_links_and_beside_the_field() -> None:
    form = Trial({"codice_fiscale": "CNTGLI84B67", "until": "31/02/2027"})

    html = form.render()

    assert 'role="alert"' in html
    assert "Ci sono 3 errori da correggere" in html
    assert '<a href="#id_codice_fiscale">Codice fiscale: Il codice fiscale ha 16' in html
    assert '<a href="#id_role_0">Profilo: Scegli il profilo.</a>' in html
    assert html.count("Questo giorno non esiste nel calendario") == 2


def test_what_was_typed_is_kept() -> None:
    form = Trial({"codice_fiscale": "CNTGLI84B67", "until": "31/02/2027", "role": "b"})

    html = form.render()

    assert 'value="CNTGLI84B67"' in html
    assert 'value="31/02/2027"' in html
    assert 'value="b" id="id_role_1" checked' in html


def test_a_field_with_an_error_points_to_its_message() -> None:
    html = Trial({"codice_fiscale": "X", "until": "1/2/2027", "role": "a"}).render()

    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_codice_fiscale_helptext id_codice_fiscale_error"' in html
    assert 'id="id_codice_fiscale_error"' in html
