# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading the network of the Ambiti and its practices. One definition behind count and list."""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    FilteredRelation,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from iam.accounts.selectors import person_by_id
from iam.enti.codice_fiscale.birthplaces import birth_place
from iam.enti.selectors import ambiti_in_force, regioni
from iam.enti.types import sort_key
from iam.kernel import places
from iam.kernel.actor import Actor
from iam.kernel.errors import NotFound
from iam.kernel.keyring import keyring
from iam.kernel.law import allows
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL
from iam.roles.accreditation.errors import LinkExpired, LinkUnknown, NotTheDesignatedPerson
from iam.roles.accreditation.models import (
    CLOSED,
    Accreditation,
    AccreditationDocument,
    ActUpload,
    CountersignLink,
    DocumentKind,
    IncomingNote,
    NoteOutcome,
    Stage,
    State,
    UploadState,
)
from iam.roles.accreditation.papers import missing
from iam.roles.accreditation.types import (
    BUCKET_OF,
    Bucket,
    Candidate,
    PaperFile,
    RegioneLine,
    SignedAct,
)
from iam.signatures.selectors import stored_file
from iam.signatures.types import Verdict

OPEN = [state.value for state in State if state not in CLOSED]
LATER = [bucket for bucket in Bucket if bucket is not Bucket.DEVONO_COMUNICARE]
"""No open practice, or one that waits for its form, is the first bucket."""

# ---------------------------------------------------------------- the network


def network(actor: Actor) -> QuerySet[Any]:
    """Return the Ambiti in force, in natural order, each with its practice; none for a stranger.

    Annotated: `practice` (id or None), `state`, `bucket`, and of the person indicated
    `contact_name`, `contact_family_name`, `contact_email`, empty when nobody is.
    """
    ambiti = ambiti_in_force(actor.on).select_related("regione", "ente")
    open_one = FilteredRelation("practices", condition=Q(practices__state__in=OPEN))
    found = ambiti.annotate(
        live=open_one,
        practice=F("live__pk"),
        state=Coalesce(F("live__state"), Value(State.INVITATO.value)),
        bucket=Case(
            *(When(live__state__in=_of(bucket), then=Value(bucket.value)) for bucket in LATER),
            default=Value(Bucket.DEVONO_COMUNICARE.value),
            output_field=CharField(),
        ),
        contact_name=Coalesce(F("live__given_name"), Value("")),
        contact_family_name=Coalesce(F("live__family_name"), Value("")),
        contact_email=Coalesce(F("live__email"), Value("")),
    )
    return found if allows(actor, Permission.NETWORK_READ, on=NATIONAL) else found.none()


def bucket_counts(actor: Actor) -> dict[Bucket, int]:
    """Return how many Ambiti are in each bucket: the lengths of `ambiti_in`, in one query."""
    found = network(actor).order_by().values_list("bucket").annotate(number=Count("pk"))
    counted = {Bucket(bucket): number for bucket, number in found}
    return {bucket: counted.get(bucket, 0) for bucket in Bucket}


def ambiti_in(
    actor: Actor, bucket: Bucket | None = None, *, regione: str = "", text: str = ""
) -> QuerySet[Any]:
    """Return the Ambiti of a bucket, of a Regione, whose name or code holds `text`."""
    found = network(actor)
    if bucket is not None:
        found = found.filter(bucket=bucket.value)
    if regione:
        found = found.filter(regione=regione)
    wanted = sort_key(text)
    return found.filter(sort_key__contains=wanted) if wanted else found


def region_table(actor: Actor) -> list[RegioneLine]:
    """Return the counts by Regione, in order of name, in two queries; empty for a stranger."""
    found = network(actor).order_by().values_list("regione", "bucket").annotate(number=Count("pk"))
    counted: dict[str, dict[Bucket, int]] = {}
    for code, bucket, number in found:
        counted.setdefault(code, {})[Bucket(bucket)] = number
    return [
        RegioneLine(
            code=regione.pk,
            name=regione.denominazione,
            counts={bucket: counted[regione.pk].get(bucket, 0) for bucket in Bucket},
        )
        for regione in regioni()
        if regione.pk in counted
    ]


# ---------------------------------------------------------------- one practice


def practice_with(actor: Actor, accreditation: UUID) -> Accreditation:
    """Return a practice. Raises `NotFound` out of reach."""
    found = _practices().filter(pk=accreditation).first()
    return _within_reach(actor, found)


def practice_of(actor: Actor, *, ambito: str) -> Accreditation | None:
    """Return the open practice of an Ambito, else its last one, else None.

    Raises `NotFound` out of reach.
    """
    if not allows(actor, Permission.ACCREDITATION_READ, on=places.ambito(ambito)):
        raise NotFound
    found = _practices().filter(ambito=ambito)
    return found.exclude(state__in=CLOSED).first() or found.order_by("-opened_at").first()


def candidate_of(actor: Actor, practice: Accreditation) -> Candidate | None:
    """Return the person indicated; None while nobody is. Raises `NotFound` out of reach."""
    _within_reach(actor, practice)
    if not practice.codice_fiscale:
        return None
    born = practice.birth_date
    place = birth_place(practice.birth_place, born=born) if born else None
    return Candidate(
        full_name=f"{practice.given_name} {practice.family_name}",
        codice_fiscale=codice_fiscale_of(practice),
        birth_date=born,
        birth_place=place.label if place else practice.birth_place,
        gender=practice.gender,
        email=practice.email,
        phone=practice.phone,
        submitted_at=practice.submitted_at,
    )


def papers_of(actor: Actor, practice: Accreditation) -> list[AccreditationDocument]:
    """Return the papers, oldest first. Raises `NotFound` out of reach."""
    _within_reach(actor, practice)
    return list(practice.documents.order_by("received_at", "kind"))


def missing_papers(practice: Accreditation) -> tuple[DocumentKind, ...]:
    """Return the required papers that have not arrived."""
    return missing(practice.documents.values_list("kind", flat=True))


def paper_content(actor: Actor, document: UUID) -> PaperFile:
    """Return the file of a paper. Raises `NotFound` out of reach."""
    paper = (
        AccreditationDocument.objects.select_related("accreditation").filter(pk=document).first()
    )
    if paper is None:
        raise NotFound
    _within_reach(actor, paper.accreditation)
    return _file(paper.file_id)


def signed_acts(actor: Actor, practice: Accreditation) -> list[SignedAct]:
    """Return the files that came back, newest first, each with its report."""
    _within_reach(actor, practice)
    return [_signed_act(upload) for upload in practice.uploads.all()]


def act_to_sign(actor: Actor, practice: Accreditation) -> PaperFile:
    """Return the act as the platform sealed it, for the signature of the Ministry."""
    _within_reach(actor, practice)
    if practice.act_id is None:
        raise NotFound
    return _file(practice.act_id)


def final_act(actor: Actor, practice: Accreditation) -> PaperFile:
    """Return the act with every accepted signature so far. Raises `NotFound`."""
    _within_reach(actor, practice)
    accepted = practice.uploads.filter(state=UploadState.ACCETTATO).order_by("-uploaded_at").first()
    return _file(accepted.file_id) if accepted else act_to_sign(actor, practice)


def notes_to_examine(actor: Actor) -> QuerySet[IncomingNote]:
    """Return the notes that no rule could tie, newest first; none for a stranger."""
    if not allows(actor, Permission.ACCREDITATION_REVIEW, on=NATIONAL):
        return IncomingNote.objects.none()
    return IncomingNote.objects.filter(accreditation=None).exclude(outcome=NoteOutcome.EXAMINED)


# ---------------------------------------------------------------- the designated person


def practice_to_countersign(person: UUID, token: str, *, at: datetime) -> Accreditation:
    """Return the practice that the link opens to the person, or the person's own without link.

    Raises `LinkUnknown`, `LinkExpired` or `NotTheDesignatedPerson`.
    """
    practice = live_link(token, at=at).accreditation if token else _own_practice(person, at=at)
    check_designated(practice, person=person)
    return practice


def act_to_countersign(person: UUID, token: str, *, at: datetime) -> PaperFile:
    """Return the act as signed for the Ministry. Raises as `practice_to_countersign`."""
    practice = practice_to_countersign(person, token, at=at)
    signed = practice.uploads.filter(
        stage=Stage.MINISTERO.value, state=UploadState.ACCETTATO.value
    ).first()
    if signed is None:
        raise LinkUnknown
    return _file(signed.file_id)


def countersigned_verdict(person: UUID, token: str, *, at: datetime) -> SignedAct | None:
    """Return the last file the designated person uploaded, with its report; None if none."""
    practice = practice_to_countersign(person, token, at=at)
    last = practice.uploads.filter(stage=Stage.INTERESSATO.value).order_by("-uploaded_at").first()
    return _signed_act(last) if last else None


def live_link(token: str, *, at: datetime) -> CountersignLink:
    """Return the link of this token. Raises `LinkUnknown` or `LinkExpired`."""
    link = (
        CountersignLink.objects.select_related("accreditation__ambito__ente")
        .filter(token_sha256=digest(token), cancelled_at=None)
        .first()
    )
    if link is None:
        raise LinkUnknown
    if link.expires_at <= at:
        raise LinkExpired(expired=f"{link.expires_at:%d/%m/%Y}")
    return link


def check_designated(practice: Accreditation, *, person: UUID) -> None:
    """Raise `NotTheDesignatedPerson` unless the person's codice fiscale is the candidate's."""
    row = person_by_id(person)
    mine, expected = row.codice_fiscale if row else "", codice_fiscale_of(practice)
    if not secrets.compare_digest(mine.encode(), expected.encode()):
        raise NotTheDesignatedPerson


def codice_fiscale_of(practice: Accreditation) -> str:
    """Return the candidate's codice fiscale, for a comparison or for the act."""
    sealed = bytes(practice.codice_fiscale or b"")
    return keyring().decrypt(sealed, about=practice.pk.bytes).decode()


def digest(token: str) -> bytes:
    return sha256(token.encode()).digest()


def uploads_to_verify(*, limit: int = 50) -> list[UUID]:
    """Return the files not yet judged, or not verifiable so far, oldest first: for the worker."""
    waiting = ActUpload.objects.filter(
        state__in=(UploadState.DA_VERIFICARE.value, UploadState.NON_VERIFICABILE.value)
    ).order_by("uploaded_at")
    return list(waiting.values_list("pk", flat=True)[:limit])


def _own_practice(person: UUID, *, at: datetime) -> Accreditation:
    row = person_by_id(person)
    if row is None:
        raise LinkUnknown
    link = (
        CountersignLink.objects.select_related("accreditation__ambito__ente")
        .filter(
            accreditation__codice_fiscale_index__in=keyring().pseudonyms(row.codice_fiscale),
            cancelled_at=None,
            expires_at__gt=at,
        )
        .order_by("-created_at")
        .first()
    )
    if link is None:
        raise LinkUnknown
    return link.accreditation


def _practices() -> QuerySet[Accreditation]:
    return Accreditation.objects.select_related("ambito__ente", "ambito__regione", "signatory")


def _within_reach(actor: Actor, practice: Accreditation | None) -> Accreditation:
    if practice is None or not allows(
        actor, Permission.ACCREDITATION_READ, on=places.ambito(practice.ambito_id)
    ):
        raise NotFound
    return practice


def _signed_act(upload: ActUpload) -> SignedAct:
    return SignedAct(
        upload=upload.pk,
        stage=Stage(upload.stage),
        state=upload.state,
        uploaded_at=upload.uploaded_at,
        file=upload.file_id,
        report_hash=upload.report_hash,
        verdict=_verdict(upload),
    )


def _verdict(upload: ActUpload) -> Verdict | None:
    if upload.report_sealed is None:
        return None
    text = keyring().decrypt(bytes(upload.report_sealed), about=upload.pk.bytes)
    return Verdict.from_report(json.loads(text))


def _file(identifier: UUID) -> PaperFile:
    file = stored_file(identifier)
    return PaperFile(
        name=file.name, media_type=file.media_type, sha256=file.sha256, content=file.content
    )


def _of(bucket: Bucket) -> list[str]:
    """Return the states of a bucket."""
    return [state.value for state, its in BUCKET_OF.items() if its is bucket]
