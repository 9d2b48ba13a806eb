# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""What a Super Utente types about identities of other States."""

from __future__ import annotations

from django import forms

from iam.web.forms.fields import FiscalCodeField


class ReferenceFilter(forms.Form):
    riferimento = forms.CharField(
        label="Riferimento",
        help_text="Quello che la persona ha letto dopo l'accesso. Esempio: 7KQM-X2DP-9R",
        required=False,
        max_length=20,
    )


class LinkForm(forms.Form):
    codice_fiscale = FiscalCodeField()
    act = forms.CharField(
        label="In base a che cosa",
        help_text="Resta nel registro. Esempio: nota prot. 812 del 3/11/2026, passaporto esibito",
        max_length=200,
        error_messages={"required": "Scrivi in base a quale atto o verifica."},
    )


class UnlinkForm(forms.Form):
    reason = forms.CharField(
        label="Motivo",
        help_text="Resta nel registro. Esempio: collegata alla persona sbagliata.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Scrivi il motivo."},
    )
