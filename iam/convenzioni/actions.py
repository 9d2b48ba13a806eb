# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The six steps: prepare, download, sign elsewhere, upload, verify, enable. And suspending."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection

from iam.accounts.selectors import person_with
from iam.audit.guard import action, record, refusing, require
from iam.convenzioni import modelli
from iam.convenzioni.document.making import (
    SECTION_NAMES,
    Facts,
    file_name,
    italian_day,
    readable_identifier,
    sealed_document,
)
from iam.convenzioni.errors import (
    ComuneAlreadyEnabled,
    ComuneNotEnabled,
    ConvenzioneAlreadyOpen,
    ConvenzioneNotToBeSigned,
    NoLegaleRappresentante,
    ReasonMissing,
    ReportChanged,
    UploadNotAccepted,
)
from iam.convenzioni.events import (
    ComuneEnabled,
    ComuneReactivated,
    ComuneSuspended,
    ConvenzioneDownloaded,
    ConvenzionePrepared,
    SignedFileJudged,
    SignedFileReceived,
)
from iam.convenzioni.models import (
    Convenzione,
    Coverage,
    Enablement,
    SignedUpload,
    State,
    UploadState,
)
from iam.convenzioni.selectors import document_content, read_verdict, seal_report
from iam.enti.selectors import comune_with, legale_rappresentante_of, place_of_comune
from iam.kernel.actor import Actor
from iam.kernel.errors import NotFound
from iam.kernel.law import Resource
from iam.kernel.permissions import Permission, Section
from iam.signatures.actions import keep
from iam.signatures.types import Outcome, Verdict

LASTS = timedelta(days=5 * 365)
"""How long a convention lasts: a council sits for five years. D.Lgs. 267/2000, art. 51, c. 1."""

PDF = "application/pdf"
STATE_AFTER = {
    Outcome.ACCEPT: UploadState.ACCETTATO,
    Outcome.REJECT: UploadState.RIFIUTATO,
    Outcome.INDETERMINATE: UploadState.IN_SOSPESO,
}


@action(needs=Permission.CONVENZIONE_PREPARE)
def prepare_convenzione(
    actor: Actor, /, *, comune: str, sections: Sequence[Section] = tuple(Section)
) -> Convenzione:
    """Generate, seal and keep the convention that the Comune must sign.

    Raises `NoLegaleRappresentante` or `ConvenzioneAlreadyOpen`.
    """
    place = place_of_comune(comune, on=actor.on)
    held = require(actor, Permission.CONVENZIONE_PREPARE, on=place)
    row = comune_with(comune)
    ente = f"Comune di {row.denominazione}"
    rappresentante = legale_rappresentante_of(row.ente_id, on=actor.on)
    if rappresentante is None:
        raise NoLegaleRappresentante(ente=ente)
    convenzione = Convenzione(
        id=uuid4(),
        number=_next_number(actor),
        ente_id=row.ente_id,
        ambito_id=place.ambito,
        sections=[section.value for section in sections],
        modello=modelli.CURRENT,
        modello_sha256=modelli.digest(modelli.CURRENT),
        rappresentante_id=rappresentante.pk,
        prepared_by=actor.id,
        prepared_at=actor.at,
        expires_on=actor.on + LASTS,
    )
    facts = Facts(
        numero=convenzione.number,
        ente=ente,
        provincia=row.provincia.denominazione,
        rappresentante=str(rappresentante),
        carica=rappresentante.office,
        atto=rappresentante.act,
        catastale=row.pk,
        istat=row.codice_istat or "non ancora assegnato",
        ambito=place.ambito,
        pec=row.ente.domicilio_digitale,
        comuni=[row.denominazione],
        sezioni=[SECTION_NAMES[section] for section in sections],
        scadenza=italian_day(actor.on + LASTS),
        identificativo=readable_identifier(convenzione.pk),
        modello=modelli.CURRENT,
        avviso="SIMULATO - documento senza valore legale" if settings.IAM_DEMO else "",
    )
    content = sealed_document(facts, at=actor.at)
    document = keep(
        content,
        name=file_name(ente=row.denominazione, sigla=row.provincia_id),
        media_type=PDF,
        at=actor.at,
    )
    convenzione.document_id = document.pk
    open_one = Convenzione.objects.filter(ente=row.ente_id).exclude(state=State.CESSATA).first()
    already = ConvenzioneAlreadyOpen(ente=ente, number=open_one.number if open_one else "…")
    with refusing({"convenzione_one_open_per_ente": already}):
        convenzione.save(force_insert=True)
    Coverage.objects.create(convenzione=convenzione, comune_id=comune)
    record(
        ConvenzionePrepared(
            convenzione=convenzione.pk,
            number=convenzione.number,
            comune=comune,
            ambito=place.ambito,
            contraente=str(row.ente_id),
            modello=modelli.CURRENT,
            sections=tuple(section.value for section in sections),
            document_sha256=document.sha256,
        ),
        by=actor,
        held=held,
    )
    return convenzione


@action(needs=Permission.CONVENZIONE_READ)
def download_convenzione(actor: Actor, /, *, comune: str) -> tuple[str, bytes]:
    """Return the proposed name and the bytes of the file to sign, and record who took it."""
    place = place_of_comune(comune, on=actor.on)
    held = require(actor, Permission.CONVENZIONE_READ, on=place)
    convenzione = _open_convenzione(comune)
    record(
        ConvenzioneDownloaded(
            convenzione=convenzione.pk,
            comune=comune,
            ambito=place.ambito,
            document_sha256=convenzione.document.sha256,
        ),
        by=actor,
        held=held,
    )
    return convenzione.document.name, document_content(convenzione)


@action(needs=Permission.CONVENZIONE_UPLOAD)
def receive_signed_file(
    actor: Actor, /, *, comune: str, content: bytes, name: str, media_type: str
) -> SignedUpload:
    """Keep a file that came back; it is judged right after, by `uploads.judging`.

    It is evidence whatever the verdict. Raises `ConvenzioneNotToBeSigned`, `FileTooLarge`,
    `FileIsEmpty`.
    """
    place = place_of_comune(comune, on=actor.on)
    held = require(actor, Permission.CONVENZIONE_UPLOAD, on=place)
    convenzione = _open_convenzione(comune)
    if convenzione.state != State.PRONTA:
        raise ConvenzioneNotToBeSigned(number=convenzione.number)
    file = keep(content, name=name, media_type=media_type, at=actor.at)
    upload = SignedUpload.objects.create(
        convenzione=convenzione, file=file, uploaded_by=actor.id, uploaded_at=actor.at
    )
    record(
        SignedFileReceived(
            convenzione=convenzione.pk,
            upload=upload.pk,
            comune=comune,
            ambito=place.ambito,
            file_sha256=file.sha256,
            size=file.size,
        ),
        by=actor,
        held=held,
    )
    return upload


@action(needs=Permission.SIGNATURE_VERIFY)
def record_verdict(
    actor: Actor, /, *, upload: UUID, verdict: Verdict, signers: Sequence[UUID]
) -> None:
    """Write what the verification said. A file already accepted or refused keeps its verdict."""
    row = (
        SignedUpload.objects.select_for_update()
        .select_related("convenzione", "file")
        .get(pk=upload)
    )
    comuni = list(row.convenzione.coverage.values_list("comune_id", flat=True))
    place = place_of_comune(comuni[0], on=actor.on)
    require(actor, Permission.SIGNATURE_VERIFY, on=place)
    if row.state not in (UploadState.ACCETTATO, UploadState.RIFIUTATO):
        row.state = STATE_AFTER[verdict.outcome]
        row.verified_at = actor.at
        row.reason = verdict.reason
        row.report_sealed = seal_report(verdict, upload=row.pk)
        row.report_hash = verdict.report_hash
        row.signers = list(signers)
        row.save()
        if verdict.accepted and row.convenzione.state == State.PRONTA:
            row.convenzione.state = State.VERIFICATA
            row.convenzione.accepted = row
            row.convenzione.save(update_fields=["state", "accepted"])
    record(
        SignedFileJudged(
            convenzione=row.convenzione_id,
            upload=row.pk,
            comune=comuni[0] if len(comuni) == 1 else None,
            ambito=row.convenzione.ambito_id,
            file_sha256=row.file.sha256,
            verdict=verdict.outcome,
            reason=verdict.reason,
            report_hash=verdict.report_hash,
            trust_list_sha256=verdict.trust_list_sha256,
        ),
        by=actor,
    )


@action(needs=Permission.COMUNE_ENABLE)
def enable_comune(actor: Actor, /, *, comune: str, report_hash: str) -> None:
    """Open the Comune's sections: a human act on the report that was read (law 8).

    `report_hash` is that of the report shown to the person. Raises `UploadNotAccepted`,
    `ReportChanged`, `ComuneAlreadyEnabled`; `Denied` when who signed tries to enable.
    """
    place = place_of_comune(comune, on=actor.on)
    convenzione = _open_convenzione(comune)
    accepted = convenzione.accepted
    held = require(
        actor,
        Permission.COMUNE_ENABLE,
        on=Resource("Luogo", place, signed_by=_signed_by(accepted)),
    )
    if accepted is None:
        raise UploadNotAccepted
    if accepted.report_hash != report_hash:
        raise ReportChanged
    with refusing(
        {
            "enablement_one_per_comune_and_section": ComuneAlreadyEnabled(
                comune=comune_with(comune).denominazione
            )
        }
    ):
        Enablement.objects.bulk_create(
            Enablement(
                comune_id=comune,
                section=section,
                convenzione=convenzione,
                report_hash=report_hash,
                enabled_by=actor.id,
                enabled_at=actor.at,
            )
            for section in convenzione.sections
        )
    if convenzione.state == State.VERIFICATA:
        convenzione.state = State.IN_VIGORE
        convenzione.in_force_since = actor.at
        convenzione.save(update_fields=["state", "in_force_since"])
    record(
        ComuneEnabled(
            convenzione=convenzione.pk,
            comune=comune,
            ambito=place.ambito,
            sections=tuple(convenzione.sections),
            report_hash=report_hash,
        ),
        by=actor,
        held=held,
    )


@action(needs=Permission.COMUNE_SUSPEND)
def suspend_comune(actor: Actor, /, *, comune: str, reason: str) -> None:
    """Close every section of the Comune at once, saying why. Raises `ComuneNotEnabled`."""
    place = place_of_comune(comune, on=actor.on)
    held = require(actor, Permission.COMUNE_SUSPEND, on=place)
    if not reason.strip():
        raise ReasonMissing
    rows = _live_enablements(comune, suspended=False)
    for row in rows:
        row.suspended_at, row.suspended_by, row.suspension_reason = (
            actor.at,
            actor.id,
            reason.strip(),
        )
        row.save(update_fields=["suspended_at", "suspended_by", "suspension_reason"])
    record(
        ComuneSuspended(
            comune=comune,
            ambito=place.ambito,
            sections=tuple(row.section for row in rows),
            reason=reason.strip(),
        ),
        by=actor,
        held=held,
    )


@action(needs=Permission.COMUNE_ENABLE)
def reactivate_comune(actor: Actor, /, *, comune: str) -> None:
    """Open again what was suspended: to open is to enable, and who signed does neither.

    Raises `ComuneNotEnabled`.
    """
    place = place_of_comune(comune, on=actor.on)
    convenzione = _open_convenzione(comune)
    held = require(
        actor,
        Permission.COMUNE_ENABLE,
        on=Resource("Luogo", place, signed_by=_signed_by(convenzione.accepted)),
    )
    rows = _live_enablements(comune, suspended=True)
    for row in rows:
        row.suspended_at, row.suspended_by, row.suspension_reason = None, None, ""
        row.save(update_fields=["suspended_at", "suspended_by", "suspension_reason"])
    record(
        ComuneReactivated(
            comune=comune, ambito=place.ambito, sections=tuple(row.section for row in rows)
        ),
        by=actor,
        held=held,
    )


def _signed_by(accepted: SignedUpload | None) -> frozenset[str]:
    """Return the ids of who signed the file, also of those we came to know after it was judged."""
    if accepted is None:
        return frozenset()
    verdict = read_verdict(accepted)
    codici = {report.codice_fiscale for report in verdict.signers} if verdict else set()
    known = (person_with(codice) for codice in codici if codice)
    return frozenset(str(signer) for signer in accepted.signers) | {
        str(person.pk) for person in known if person is not None
    }


def _open_convenzione(comune: str) -> Convenzione:
    found = (
        Convenzione.objects.exclude(state=State.CESSATA)
        .filter(coverage__comune=comune)
        .select_for_update(of=("self",))
        .select_related("document", "accepted")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def _live_enablements(comune: str, *, suspended: bool) -> list[Enablement]:
    rows = list(
        Enablement.objects.select_for_update().filter(
            comune=comune, ended_at=None, suspended_at__isnull=not suspended
        )
    )
    if not rows:
        raise ComuneNotEnabled(comune=comune_with(comune).denominazione)
    return rows


def _next_number(actor: Actor) -> str:
    """Return the next number of the year. Gaps are normal: a refused act leaves one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('convenzione_number')")
        (number,) = cursor.fetchone()
    return f"{actor.on.year}/{number:06d}"
