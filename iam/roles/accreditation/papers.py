# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a paper of a note is, told by its name; a person may say otherwise."""

from __future__ import annotations

from collections.abc import Iterable

from iam.enti.types import sort_key
from iam.roles.accreditation.models import DocumentKind
from iam.roles.accreditation.types import REQUIRED

WORDS = (
    (DocumentKind.DELEGA, ("delega", "incarico")),
    (DocumentKind.CODICE_FISCALE, ("codice fiscale", "tessera sanitaria")),
    (DocumentKind.DOCUMENTO_IDENTITA, ("identita", "passaporto", "patente")),
    (DocumentKind.NOTA, ("nota", "autorizzazione")),
)


def kind_of(name: str) -> DocumentKind:
    """Return what a file seems to be from its name; ALTRO when the name does not tell."""
    words = f" {sort_key(name)} "
    for kind, signs in WORDS:
        if any(f" {sign}" in words for sign in signs):
            return kind
    return DocumentKind.ALTRO


def missing(kinds: Iterable[str]) -> tuple[DocumentKind, ...]:
    """Return the required papers that are not among `kinds`, in the order of the note."""
    there = set(kinds)
    return tuple(kind for kind in REQUIRED if kind.value not in there)
