# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""A refusal that the person can mend is told inside the form, with what was typed still there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from django import forms

from iam.kernel.errors import DomainError

R = TypeVar("R")

UNREADABLE: Final = 422
"""Status of a form with errors found before any action was tried. Source: RFC 9110, 15.5.21."""

MENDABLE: Final = frozenset({400, 409, 413, 422})


class FieldOf(dict[str, str]):
    """Which field a refusal belongs to; every fault of a codice fiscale to its own."""

    def get(self, code: str, default: Any = None) -> Any:
        other = "codice_fiscale" if code.startswith("codice-fiscale") else default
        return super().get(code, other)


def attempt(
    form: forms.Form, verb: Callable[[], R], *, fields: Mapping[str, str] | None = None
) -> R | None:
    """Run `verb`; a mendable refusal becomes an error of the form, and None is returned.

    `fields` says which field a refusal's code belongs to. Refusals of authority (403), of
    reach (404) and of evidence (503) are not the form's matter and pass through.
    """
    try:
        return verb()
    except DomainError as refusal:
        if refusal.status not in MENDABLE:
            raise
        field = (fields or {}).get(refusal.code)
        form.add_error(field, f"{refusal.sentence} (codice: {refusal.code})")
        form.refused_with = refusal.status  # type: ignore[attr-defined]  # read by status_of
        return None


def status_of(form: forms.Form) -> int:
    """Return the status of a page that shows this form."""
    return getattr(form, "refused_with", UNREADABLE) if form.is_bound and form.errors else 200
