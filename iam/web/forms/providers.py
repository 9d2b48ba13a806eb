# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""What a Super Utente types when deciding on the identity providers."""

from __future__ import annotations

from django import forms

REASON_HELP = "Resta nel registro con il tuo nome. Esempio: confermato da AgID, PEC del 20/11/2026."


class ApproveForm(forms.Form):
    reason = forms.CharField(
        label="Come hai controllato",
        help_text=REASON_HELP,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Scrivi come hai controllato che la modifica è vera."},
    )


class ApproveSignerForm(ApproveForm):
    fingerprint = forms.CharField(
        label="Impronta ricevuta da AgID",
        help_text="64 tra cifre e lettere da A a F. Gli spazi non contano. Non copiarla da questa "
        "pagina: deve arrivare da AgID con un altro mezzo.",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Scrivi l'impronta che hai ricevuto da AgID."},
    )
    field_order = ("fingerprint", "reason")


class RefuseForm(forms.Form):
    reason = forms.CharField(
        label="Motivo del rifiuto",
        help_text="Resta nel registro con il tuo nome. Esempio: AgID non ne sa nulla.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Scrivi perché rifiuti la modifica."},
    )
