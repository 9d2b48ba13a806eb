# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From an uploaded act to its verdict. The network is asked outside of any transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from iam.enti.selectors import codice_fiscale_of as codice_fiscale_of_signatory
from iam.kernel.actor import Actor, Visitor
from iam.kernel.permissions import Permission
from iam.roles.accreditation.actions import (
    receive_countersigned_act,
    receive_signed_act,
    record_act_verdict,
)
from iam.roles.accreditation.models import Accreditation, ActUpload, Stage
from iam.roles.accreditation.selectors import codice_fiscale_of
from iam.signatures.selectors import stored_file, trust_in_use
from iam.signatures.types import Binding, ExpectedSigner, Verdict
from iam.signatures.verdict.verifying import verify

JOB = "verifica-atti"


def submit_signed_act(
    actor: Actor, /, *, accreditation: UUID, content: bytes, name: str, media_type: str
) -> Verdict:
    """Keep the act signed for the Ministry, judge it at once and return the verdict."""
    upload = receive_signed_act(
        actor, accreditation=accreditation, content=content, name=name, media_type=media_type
    )
    return judge(upload.pk, at=actor.at, request_id=actor.request_id)


def submit_countersigned_act(
    visitor: Visitor,
    /,
    *,
    person: UUID,
    level: int,
    token: str,
    content: bytes,
    name: str,
    media_type: str,
) -> Verdict:
    """Keep the act that the designated person signed, judge it at once, return the verdict."""
    upload = receive_countersigned_act(
        visitor,
        person=person,
        level=level,
        token=token,
        content=content,
        name=name,
        media_type=media_type,
    )
    return judge(upload.pk, at=visitor.at, request_id=visitor.request_id)


def judge(upload: UUID, *, at: datetime, request_id: str = "") -> Verdict:
    """Verify a kept file and record the verdict. Doing it twice does no harm."""
    row = ActUpload.objects.select_related("accreditation__signatory").get(pk=upload)
    practice = row.accreditation
    assert practice.act_id is not None
    verdict = verify(
        stored_file(row.file_id).content,
        binding=Binding(stored_file(practice.act_id).content),
        signers=_expected(practice, Stage(row.stage)),
        trust=trust_in_use(),
        at=at,
    )
    system = Actor.system(JOB, may={Permission.SIGNATURE_VERIFY}, at=at, request_id=request_id)
    record_act_verdict(system, upload=upload, verdict=verdict)
    return verdict


def _expected(practice: Accreditation, stage: Stage) -> list[ExpectedSigner]:
    """Return who must have signed at this stage: the Ministry first, then the designated person."""
    signatory = practice.signatory
    assert signatory is not None
    ministry = ExpectedSigner(
        codice_fiscale=codice_fiscale_of_signatory(signatory),
        name=str(signatory),
        office=signatory.office,
    )
    if stage is Stage.MINISTERO:
        return [ministry]
    designated = ExpectedSigner(
        codice_fiscale=codice_fiscale_of(practice),
        name=f"{practice.given_name} {practice.family_name}",
        office="persona designata",
    )
    return [ministry, designated]
