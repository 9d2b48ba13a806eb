# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""What the privacy officer asks the register."""

from __future__ import annotations

from typing import Any

from django import forms

from iam.enti.codice_fiscale.errors import CodiceFiscaleFault
from iam.enti.codice_fiscale.reading import read
from iam.web.forms.comuni import ComuneField, WithComune
from iam.web.forms.fields import DayField, FiscalCodeField

GROUPS = (
    ("", "Tutte"),
    ("accounts.", "Entrate e uscite"),
    ("saml.", "Accessi con SPID"),
    ("roles.accreditation.", "Accreditamenti degli Amministratori"),
    ("roles.indication.", "Indicazioni dei Comuni"),
    ("roles.grant.", "Profili assegnati e revocati"),
    ("convenzioni.convenzione.", "Convenzioni preparate e scaricate"),
    ("convenzioni.file.", "File firmati e verifiche"),
    ("convenzioni.comune.", "Comuni abilitati e sospesi"),
    ("oauth.decision.", "Accessi ai dati dei beneficiari"),
    ("oauth.token.", "Permessi dei moduli"),
    ("notifications.", "PEC"),
    ("audit.action.denied", "Operazioni rifiutate"),
    ("audit.", "Consultazioni del registro"),
)


class RegisterForm(WithComune):
    dal = DayField(label="Dal giorno", required=False)
    al = DayField(label="Al giorno", required=False)
    tipo = forms.ChoiceField(label="Operazione", required=False, choices=GROUPS)
    esito = forms.TypedChoiceField(
        label="Esito",
        required=False,
        coerce=int,
        empty_value=None,
        choices=(("", "Tutti"), ("0", "Riuscite"), ("1", "Rifiutate"), ("2", "Errori")),
    )
    comune = ComuneField(required=False)
    chi = forms.UUIDField(required=False, widget=forms.HiddenInput)
    su = forms.UUIDField(required=False, widget=forms.HiddenInput)


class SubjectForm(forms.Form):
    codice_fiscale = FiscalCodeField(label="Codice fiscale della persona")
    reason = forms.CharField(
        label="Motivo della ricerca",
        help_text="Per esempio: richiesta dell'interessato, protocollo 123 del 3/11/2026. "
        "Non scrivere nomi né codici fiscali: resta nel registro.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Scrivi il motivo della ricerca."},
    )
    operators = forms.BooleanField(
        label="Mostra i nomi degli operatori",
        help_text="Solo se sono indispensabili per i diritti della persona.",
        required=False,
    )
    cursor = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_codice_fiscale(self) -> str:
        """Refuse what is no codice fiscale: "no access found" would be a wrong answer."""
        try:
            read_code = read(self.cleaned_data["codice_fiscale"])
        except CodiceFiscaleFault as fault:
            raise forms.ValidationError(fault.sentence, code=fault.code) from fault
        self.canonical = read_code.canonical
        return read_code.as_presented

    def clean(self) -> dict[str, Any]:
        """Add the codice fiscale without omocodia, to search by both."""
        cleaned = super().clean() or self.cleaned_data
        return cleaned | {"canonical": getattr(self, "canonical", "")}
