# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""What the Ministry and the designated person type about an accreditation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from iam.signatures.types import MAX_BYTES
from iam.web.forms.fields import DayField, UploadField

LEGAL_FORMS = (
    ("designato_2quaterdecies", "Designato (art. 2-quaterdecies del Codice privacy)"),
    ("autorizzato_art29", "Autorizzato al trattamento (art. 29 del Regolamento)"),
    ("responsabile_art28", "Responsabile del trattamento (art. 28 del Regolamento)"),
)


class AmbitiFilters(forms.Form):
    nome = forms.CharField(label="Nome dell'Ambito", required=False, max_length=100)
    stato = forms.ChoiceField(label="Stato", required=False)
    regione = forms.ChoiceField(label="Regione", required=False)

    def __init__(
        self, *args: Any, states: Iterable[Any], regioni: Iterable[Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stato"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", "Tutti"),
            *states,
        ]
        self.fields["regione"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", "Tutte"),
            *((regione.pk, regione.denominazione) for regione in regioni),
        ]


class ReviewForm(forms.Form):
    protocol_number = forms.CharField(
        label="Numero di protocollo della nota", required=False, max_length=40
    )
    protocol_date = DayField(
        label="Data di protocollo", required=False, help_text="Esempio: 3/11/2026"
    )


class ActForm(forms.Form):
    protocol_number = forms.CharField(
        label="Numero di protocollo dell'atto",
        max_length=40,
        error_messages={"required": "Scrivi il numero di protocollo dell'atto."},
    )
    protocol_date = DayField(label="Data di protocollo", help_text="Esempio: 3/11/2026")
    legal_form = forms.ChoiceField(label="Forma giuridica della designazione", choices=LEGAL_FORMS)


class SignedActForm(forms.Form):
    file = UploadField(
        label="Atto firmato",
        help_text="PDF firmato (PAdES) o file .p7m (CAdES), al massimo 20 MB.",
        max_bytes=MAX_BYTES,
        widget=forms.FileInput(attrs={"accept": ".pdf,.p7m"}),
    )


class IntegrationForm(forms.Form):
    text = forms.CharField(
        label="Che cosa manca",
        help_text="L'ente lo riceve per PEC, con queste parole.",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Scrivi che cosa deve mandare l'ente."},
    )


class RefusalForm(forms.Form):
    reason = forms.CharField(
        label="Motivo",
        help_text="Resta nella pratica e nel registro.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Scrivi il motivo del rifiuto."},
    )


class CeaseForm(forms.Form):
    reason = forms.CharField(
        label="Motivo",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Scrivi il motivo della cessazione."},
    )


class TieForm(forms.Form):
    note = forms.UUIDField(widget=forms.HiddenInput)
    ambito = forms.CharField(
        label="Codice dell'Ambito",
        help_text="Lo trovi nell'elenco degli Ambiti. Esempio: BS-04",
        max_length=12,
        error_messages={"required": "Scrivi il codice dell'Ambito."},
    )
