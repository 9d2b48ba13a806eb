# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""What the Amministratore types about conventions."""

from __future__ import annotations

from django import forms

from iam.signatures.types import MAX_BYTES
from iam.web.forms.fields import UploadField


class SignedFileForm(forms.Form):
    file = UploadField(
        label="File firmato",
        help_text="PDF firmato (PAdES) o file .p7m (CAdES), al massimo 20 MB.",
        max_bytes=MAX_BYTES,
        widget=forms.FileInput(attrs={"accept": ".pdf,.p7m"}),
    )


class EnableForm(forms.Form):
    report_hash = forms.RegexField(regex=r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    read = forms.BooleanField(
        label="Ho letto il rapporto di verifica e abilito il Comune.",
        error_messages={"required": "Conferma di aver letto il rapporto di verifica."},
    )


class SuspendForm(forms.Form):
    reason = forms.CharField(
        label="Motivo",
        help_text="Lo leggono gli operatori del Comune e resta nel registro. "
        "Non scrivere nomi di beneficiari.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Scrivi il motivo della sospensione."},
    )


class ConfirmForm(forms.Form):
    """Nothing to type: a second click on a page that states the consequence."""
