# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Fields that read what people type, and answer in their words."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

from django import forms

_PARTS: Final = re.compile(r"(\d{1,2})[\s/.\-]+(\d{1,2})[\s/.\-]+(\d{4})|(\d{2})(\d{2})(\d{4})")


class DayField(forms.Field):
    """A day written as 31/12/2027, 31-12-2027, 31.12.2027 or 31122027."""

    default_error_messages = {
        "required": "Scrivi la data.",
        "unreadable": "La data non è nel formato giorno/mese/anno. Esempio: 31/12/2027",
        "absent": "Questo giorno non esiste nel calendario. Controlla giorno e mese.",
    }
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": "12"})

    def to_python(self, value: Any) -> date | None:
        text = str(value or "").strip()
        if not text:
            return None
        read = _PARTS.fullmatch(text)
        if read is None:
            raise forms.ValidationError(self.error_messages["unreadable"], code="unreadable")
        day, month, year = (int(part) for part in read.groups() if part is not None)
        try:
            return date(year, month, day)
        except ValueError:
            raise forms.ValidationError(self.error_messages["absent"], code="absent") from None

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else value


class FiscalCodeField(forms.CharField):
    """The shape of a codice fiscale; the rules on its content are in iam.enti.codice_fiscale."""

    default_error_messages = {
        "required": "Scrivi il codice fiscale.",
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Codice fiscale")
        kwargs.setdefault("help_text", "16 caratteri, come sulla tessera sanitaria.")
        super().__init__(**kwargs)
        self.widget.attrs.update(
            {"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}
        )

    def to_python(self, value: Any) -> str:
        return re.sub(r"\s", "", super().to_python(value) or "").upper()

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and len(value) != 16:
            raise forms.ValidationError(
                f"Il codice fiscale ha 16 caratteri: ne hai scritti {len(value)}.", code="length"
            )


class UploadField(forms.FileField):
    """A file chosen by the person; `max_bytes` is told before and after."""

    default_error_messages = {
        "required": "Scegli il file da caricare.",
        "missing": "Scegli il file da caricare.",
        "invalid": "Il file non è arrivato. Sceglilo di nuovo e riprova.",
        "empty": "Il file è vuoto. Controlla di aver scelto quello giusto.",
    }

    def __init__(self, *, max_bytes: int = 10 * 1024 * 1024, **kwargs: Any) -> None:
        self.max_bytes = max_bytes
        kwargs.setdefault("widget", forms.FileInput())
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if upload is not None and upload.size > self.max_bytes:
            raise forms.ValidationError(
                f"Il file pesa {upload.size / 1048576:.1f} MB: il massimo è "
                f"{self.max_bytes // 1048576} MB. Riduci il file e caricalo di nuovo.".replace(
                    ".", ",", 1
                ),
                code="too-large",
            )
        return upload
