# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""What is asked of the register of log-ins."""

from __future__ import annotations

from typing import Any

from django import forms

from iam.enti.codice_fiscale.errors import CodiceFiscaleFault
from iam.enti.codice_fiscale.reading import read
from iam.web.forms.fields import DayField, FiscalCodeField

CODES = (
    ("reference", "Riferimento mostrato alla persona, come 7KQM-X2DP-9R"),
    ("request_id", "ID della richiesta (AuthnRequest)"),
    ("response_id", "ID della risposta (Response)"),
)


class LoginCodeForm(forms.Form):
    by = forms.ChoiceField(label="Che cosa hai in mano?", choices=CODES)
    code = forms.CharField(
        label="Codice",
        max_length=200,
        error_messages={"required": "Scrivi il codice da cercare."},
    )


def reason_field(label: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text="Resta nel registro delle operazioni. Non scrivere nomi né codici fiscali.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Scrivi il motivo."},
    )


class LoginPersonForm(forms.Form):
    codice_fiscale = FiscalCodeField(label="Codice fiscale della persona")
    reason = reason_field("Motivo della ricerca")

    def clean_codice_fiscale(self) -> str:
        try:
            return read(self.cleaned_data["codice_fiscale"]).as_presented
        except CodiceFiscaleFault as fault:
            raise forms.ValidationError(fault.sentence, code=fault.code) from fault


class MessagesForm(forms.Form):
    reason = reason_field("Motivo della lettura")


class HoldForm(forms.Form):
    act = forms.CharField(
        label="Atto",
        help_text="Per esempio: richiesta della Procura, protocollo 123 del 3/11/2026.",
        max_length=200,
        error_messages={"required": "Scrivi l'atto, con il suo protocollo."},
    )
    reason = reason_field("Motivo")


class SetHoldForm(HoldForm):
    whole_person = forms.BooleanField(
        label="Conserva tutti gli accessi di questa persona, anche i futuri", required=False
    )


class AnomalyForm(forms.Form):
    what = forms.CharField(
        label="Che cosa hai rilevato",
        help_text="Per esempio: la persona dichiara di non essere entrata a quell'ora. "
        "Non scrivere nomi né codici fiscali: il gestore riconosce la persona dai codici.",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Descrivi che cosa hai rilevato."},
    )
    noticed_on = DayField(label="Quando te ne sei accorto")

    def clean(self) -> dict[str, Any]:
        return super().clean() or self.cleaned_data
