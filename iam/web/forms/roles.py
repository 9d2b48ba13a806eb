# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""What the Amministratore types about operators."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from iam.web.forms.fields import DayField, FiscalCodeField


class OperatorForm(forms.Form):
    """A person, a profile, and the act by which the Comune asks for it."""

    codice_fiscale = FiscalCodeField()
    given_name = forms.CharField(
        label="Nome", max_length=100, error_messages={"required": "Scrivi il nome."}
    )
    family_name = forms.CharField(
        label="Cognome", max_length=100, error_messages={"required": "Scrivi il cognome."}
    )
    email = forms.EmailField(
        label="E-mail di lavoro",
        error_messages={
            "required": "Scrivi l'e-mail di lavoro.",
            "invalid": "L'indirizzo non sembra completo. Esempio: nome.cognome@comune.it",
        },
    )
    role = forms.ChoiceField(
        label="Profilo",
        widget=forms.RadioSelect,
        error_messages={"required": "Scegli il profilo."},
    )
    comune = forms.ChoiceField(
        label="Comune che ha indicato la persona",
        error_messages={"required": "Scegli il Comune."},
    )
    whole_ambito = forms.BooleanField(
        label="L'indicazione vale per tutto l'Ambito (gestione associata)", required=False
    )
    until = DayField(label="Fino al", help_text="Ultimo giorno compreso. Esempio: 31/12/2027")
    act = forms.CharField(
        label="Atto del Comune",
        help_text="Per esempio: determina n. 12 del 3/11/2026",
        max_length=200,
        error_messages={"required": "Scrivi l'atto con cui il Comune indica la persona."},
    )
    protocol_number = forms.CharField(
        label="Numero di protocollo",
        max_length=40,
        error_messages={"required": "Scrivi il numero di protocollo."},
    )
    protocol_date = DayField(label="Data di protocollo", help_text="Esempio: 3/11/2026")

    def __init__(
        self, *args: Any, roles: Iterable[Any], comuni: Iterable[Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (role.code, f"{role.denominazione}: {role.summary}") for role in roles
        ]
        self.fields["comune"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", "Scegli"),
            *((comune.pk, str(comune)) for comune in comuni),
        ]


class OperatorFilters(forms.Form):
    nome = forms.CharField(label="Cognome", required=False, max_length=100)
    ruolo = forms.ChoiceField(label="Profilo", required=False)
    comune = forms.ChoiceField(label="Comune", required=False)
    stato = forms.ChoiceField(
        label="Validità",
        required=False,
        choices=[("", "In vigore"), ("cessati", "Cessati"), ("tutti", "Tutti")],
    )

    def __init__(
        self, *args: Any, roles: Iterable[Any], comuni: Iterable[Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comune"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", "Tutti"),
            *((comune.pk, str(comune)) for comune in comuni),
        ]
        self.fields["ruolo"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", "Tutti"),
            *((role.code, role.denominazione) for role in roles),
        ]


class RevokeForm(forms.Form):
    reason = forms.CharField(
        label="Motivo",
        help_text="Resta nel registro. Per esempio: trasferimento ad altro ufficio.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Scrivi il motivo della revoca."},
    )
