# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a kept file to its verdict. The network is asked outside of any transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from iam.accounts.selectors import person_with
from iam.convenzioni.actions import receive_signed_file, record_verdict
from iam.convenzioni.models import SignedUpload
from iam.convenzioni.selectors import document_content
from iam.enti.selectors import codice_fiscale_of
from iam.kernel.actor import Actor
from iam.kernel.permissions import Permission
from iam.signatures.selectors import stored_file, trust_in_use
from iam.signatures.types import Binding, ExpectedSigner, Verdict
from iam.signatures.verdict.verifying import verify

JOB = "verifica-firme"


def submit_signed_file(
    actor: Actor, /, *, comune: str, content: bytes, name: str, media_type: str
) -> UUID:
    """Keep the file and judge it at once; return the id of the upload.

    If this process dies in between, the worker judges it within a minute.
    """
    upload = receive_signed_file(
        actor, comune=comune, content=content, name=name, media_type=media_type
    )
    judge(upload.pk, at=actor.at, request_id=actor.request_id)
    return upload.pk


def judge(upload: UUID, *, at: datetime, request_id: str = "") -> Verdict:
    """Verify a kept file and record the verdict. Doing it twice does no harm."""
    row = SignedUpload.objects.select_related("convenzione__rappresentante").get(pk=upload)
    rappresentante = row.convenzione.rappresentante
    verdict = verify(
        stored_file(row.file_id).content,
        binding=Binding(document_content(row.convenzione)),
        signers=[
            ExpectedSigner(
                codice_fiscale=codice_fiscale_of(rappresentante),
                name=str(rappresentante),
                office=rappresentante.office,
            )
        ],
        trust=trust_in_use(),
        at=at,
    )
    system = Actor.system(JOB, may={Permission.SIGNATURE_VERIFY}, at=at, request_id=request_id)
    found = _known_persons(report.codice_fiscale for report in verdict.signers)
    record_verdict(system, upload=upload, verdict=verdict, signers=found)
    return verdict


def _known_persons(codici: Iterable[str]) -> list[UUID]:
    """Return the persons of the platform among who signed: none of them may enable (law 8)."""
    persons = (person_with(codice) for codice in set(codici) if codice)
    return [person.pk for person in persons if person is not None]
