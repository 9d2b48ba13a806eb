# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Ministry's procedure: this document, signed by these persons in their order, and no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from iam.signatures.types import Binding, ExpectedSigner, Integrity, Reason
from iam.signatures.verdict.byte_gate import ExaminedPdf, revisions_in
from iam.signatures.verdict.modifications import check_since_generated
from iam.signatures.verdict.refusal import Unfit


def check_document(pdf: ExaminedPdf, binding: Binding, *, signed_inside: int) -> None:
    """Return if `pdf` is the generated document of `binding`, at most with signatures added.

    `signed_inside` is how many persons' signatures the PDF itself bears. Without any (a
    .p7m), the bytes must be the very same; otherwise the file begins with them and the
    first person signed in the revision right after. Raises `Unfit`.
    """
    if pdf.content == binding.document:
        return
    if not pdf.content.startswith(binding.document) or not signed_inside:
        raise Unfit(Reason.OTHER_DOCUMENT, Integrity.UNKNOWN)
    generated = revisions_in(binding.document)
    first = min(
        (s.signed_revision for s in pdf.signatures if s.signed_revision >= generated), default=-1
    )
    if first != generated:
        raise Unfit(Reason.ALTERED, Integrity.MODIFIED, "modifica prima della firma")
    check_since_generated(pdf, generated_revisions=generated)


@dataclass(frozen=True)
class Signed:
    """One person's valid signature. Signatures of one envelope share a `step`."""

    codice_fiscale: str
    step: int


def check_persons(made: Sequence[Signed], expected: Sequence[ExpectedSigner]) -> Reason:
    """Return `VALID` if the persons `expected`, and only they, signed in their order."""
    if not expected:
        return Reason.VALID
    awaited = [person.codice_fiscale.upper() for person in expected]
    strangers = [signed for signed in made if signed.codice_fiscale not in awaited]
    present = [signed for signed in made if signed.codice_fiscale in awaited]
    if strangers and not present:
        nameless = all(not signed.codice_fiscale for signed in strangers)
        return Reason.NO_CODICE_FISCALE if nameless else Reason.WRONG_PERSON
    if strangers:
        return Reason.SEVERAL_SIGNERS
    steps = [_first_step(present, person) for person in awaited]
    if None in steps:
        return Reason.MISSING_SIGNER
    known = [step for step in steps if step is not None]
    return Reason.VALID if known == sorted(known) else Reason.WRONG_ORDER


def _first_step(made: Sequence[Signed], codice_fiscale: str) -> int | None:
    return min((s.step for s in made if s.codice_fiscale == codice_fiscale), default=None)
