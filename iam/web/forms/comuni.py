# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""A Comune written as people do: its name, with or without the province, or its code."""

from __future__ import annotations

import re
from datetime import date
from difflib import get_close_matches
from typing import Any, Final

from django import forms

from iam.enti.selectors import comuni_in_force, comuni_named
from iam.enti.types import sort_key

CODE: Final = re.compile(r"[A-Ma-m]\d{3}")
PROVINCE: Final = re.compile(r"^(?P<name>.+?)\s*\(?\b(?P<province>[A-Z]{2})\)?$")


class ComuneField(forms.CharField):
    """Gives the codice catastale. The form says on which day, with `at_day`."""

    on: date | None = None

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Comune")
        kwargs.setdefault("max_length", 100)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value).strip()
        if not text or self.on is None:
            return str(text)
        if CODE.fullmatch(text):
            return str(text).upper()
        return self._named(text, self.on)

    def _named(self, text: str, on: date) -> str:
        split = PROVINCE.match(text)
        name, province = split.group("name", "province") if split else (text, "")
        found = [
            comune
            for comune in comuni_named(name, on=on)
            if comune.sort_key == sort_key(name) and province in ("", comune.provincia_id)
        ]
        if len(found) == 1:
            return str(found[0].pk)
        if found:
            several = ", ".join(str(comune) for comune in found)
            raise forms.ValidationError(
                f"Ci sono più Comuni con questo nome: {several}. Scrivi anche la provincia.",
                code="several",
            )
        raise forms.ValidationError(self._absent(text, name, on), code="absent")

    def _absent(self, text: str, name: str, on: date) -> str:
        names = dict(comuni_in_force(on).values_list("sort_key", "denominazione"))
        near = get_close_matches(sort_key(name), names, n=1, cutoff=0.75)
        hint = f" Forse intendevi «{names[near[0]]}»?" if near else " Controlla come si scrive."
        return f"Comune «{text}» non trovato.{hint}"


class WithComune(forms.Form):
    """A form with a field `comune` that reads names as they were on `at_day`."""

    def __init__(self, *args: Any, at_day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["comune"]
        assert isinstance(field, ComuneField)
        field.on = at_day
