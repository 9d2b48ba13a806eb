# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The steps of a practice, from the form to the delivered notice. Source: nota del Ministero."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings

from iam.accounts.actions import make_known
from iam.accounts.selectors import person_with
from iam.audit.guard import action, entrance, record, refusing, require
from iam.enti.codice_fiscale.birthplaces import birth_place
from iam.enti.codice_fiscale.coherence import Registry, faults
from iam.enti.codice_fiscale.reading import read
from iam.enti.selectors import (
    ambito_with,
    ambito_with_domicilio,
    legale_rappresentante_of,
    ministero,
)
from iam.kernel import places
from iam.kernel.actor import Actor, Visitor
from iam.kernel.errors import Denied, NotFound
from iam.kernel.keyring import keyring
from iam.kernel.law import Resource, sentence_of
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL
from iam.notifications.actions import match_incoming, send_pec
from iam.notifications.selectors import incoming
from iam.notifications.types import Incoming
from iam.roles.accreditation.document import Facts, file_name, sealed_act
from iam.roles.accreditation.errors import (
    ActAlreadySigned,
    ActNotSignedYet,
    ContactMissing,
    DocumentsMissing,
    FormAlreadySubmitted,
    NoDigitalDomicile,
    NoSignatoryForMinistry,
    NoteAlreadyTied,
    NoteNotHere,
    PracticeAlreadyOpen,
    PracticeElsewhere,
    ProtocolMissing,
)
from iam.roles.accreditation.events import (
    ActJudged,
    ActPrepared,
    ActUploaded,
    AdministratorCeased,
    AdministratorCommunicated,
    AdministratorRegistered,
    AmbitoInvited,
    CountersignInvited,
    FormSubmitted,
    IntegrationRequested,
    NoteReceived,
    NoteSetAside,
    PracticeRefused,
    ReviewStarted,
)
from iam.roles.accreditation.models import (
    CLOSED,
    Accreditation,
    AccreditationDocument,
    ActUpload,
    CountersignLink,
    DocumentKind,
    IncomingNote,
    LegalForm,
    NoteOutcome,
    Stage,
    State,
    UploadState,
)
from iam.roles.accreditation.papers import kind_of, missing
from iam.roles.accreditation.selectors import (
    codice_fiscale_of,
    digest,
    practice_to_countersign,
)
from iam.roles.accreditation.types import (
    INTEGRATION,
    INVITATION,
    MOVES,
    NOTICE,
    CandidateForm,
    Invitation,
)
from iam.roles.actions import end, give
from iam.roles.errors import ProtocolInTheFuture, ReasonMissing
from iam.roles.events import GrantRevoked, RoleGranted
from iam.roles.selectors import role_in_force
from iam.roles.types import AMMINISTRATORE_AMBITO
from iam.signatures.actions import keep
from iam.signatures.selectors import stored_file
from iam.signatures.types import Outcome, Verdict, canonical_json

LEVEL_OF_OPERATORS = 2
LEVEL_STATEMENT = "livello-spid"
"""The law's own statement: who countersigns has no role yet, so the law cannot be asked."""

LINK_LASTS = timedelta(days=30)
TOKEN_BYTES = 32
PDF = "application/pdf"
WAITS_FOR_PAPERS = (State.DATI_COMPILATI, State.INTEGRAZIONE_RICHIESTA)
TAKES_PAPERS = (*WAITS_FOR_PAPERS, State.DOCUMENTAZIONE_RICEVUTA, State.IN_VERIFICA)
STATE_AFTER = {
    Outcome.ACCEPT: UploadState.ACCETTATO,
    Outcome.REJECT: UploadState.RIFIUTATO,
    Outcome.INDETERMINATE: UploadState.NON_VERIFICABILE,
}


# ---------------------------------------------------------------- the form


@action(needs=Permission.ACCREDITATION_REVIEW)
def invite(actor: Actor, /, *, ambito: str) -> Accreditation:
    """Open the practice of an Ambito. Raises `PracticeAlreadyOpen`."""
    place = places.ambito(ambito_with(ambito).pk)
    held = require(actor, Permission.ACCREDITATION_REVIEW, on=place)
    practice = _open(ambito, at=actor.at)
    record(AmbitoInvited(accreditation=practice.pk, ambito=ambito), by=actor, held=held)
    return practice


@entrance
def submit_form(visitor: Visitor, /, *, ambito: str, form: CandidateForm) -> Accreditation:
    """Compile the nine fields for an Ambito that must still indicate its Amministratore.

    Raises the first `CodiceFiscaleFault`, `ContactMissing` or `FormAlreadySubmitted`.
    """
    code = ambito_with(ambito).pk
    presented = read(form.codice_fiscale)
    for fault in faults(presented, _registry(form)):
        raise fault
    if not form.email.strip() or not form.phone.strip():
        raise ContactMissing
    practice = _live(code) or _open(code, at=visitor.at)
    if practice.state != State.INVITATO:
        raise FormAlreadySubmitted
    practice.given_name = form.given_name.strip()
    practice.family_name = form.family_name.strip()
    practice.codice_fiscale = keyring().encrypt(
        presented.as_presented.encode(), about=practice.pk.bytes
    )
    practice.codice_fiscale_index = keyring().pseudonym(presented.as_presented)
    practice.birth_date, practice.birth_place = form.birth_date, form.birth_place
    practice.gender, practice.email = form.gender, form.email.strip()
    practice.phone, practice.submitted_at = form.phone.strip(), visitor.at
    _move(practice, State.DATI_COMPILATI, at=visitor.at)
    record(FormSubmitted(accreditation=practice.pk, ambito=code), by=visitor)
    return practice


# ---------------------------------------------------------------- the note by PEC


@action(needs=Permission.PEC_RECEIVE)
def receive_note(actor: Actor, /, *, message: UUID) -> IncomingNote:
    """Tie a PEC to the practice of the Ambito whose digital domicile sent it, with its papers.

    What cannot be tied is noted with its reason and stays to be examined. Doing it twice with
    one message changes nothing.
    """
    held = require(actor, Permission.PEC_RECEIVE, on=NATIONAL)
    arrived = incoming(message)
    note = IncomingNote.objects.filter(message=message).first() or _new_note(arrived)
    if note.outcome in (NoteOutcome.MATCHED, NoteOutcome.INCOMPLETE, NoteOutcome.EXAMINED):
        record(NoteSetAside(message=message, why="gia-esaminata"), by=actor, held=held)
        return note
    practice, why = _practice_of(arrived)
    if practice is None:
        note.outcome = why
        note.save()
        record(NoteSetAside(message=message, why=why.value), by=actor, held=held)
        return note
    _tie(actor, note, arrived, practice)
    return note


@action(needs=Permission.ACCREDITATION_REVIEW)
def tie_note(actor: Actor, /, *, note: UUID, ambito: str) -> IncomingNote:
    """Tie by hand a note that no rule could tie. Raises `NoteNotHere` or `NoteAlreadyTied`."""
    require(actor, Permission.ACCREDITATION_REVIEW, on=places.ambito(ambito))
    row = IncomingNote.objects.select_for_update().filter(pk=note).first()
    if row is None:
        raise NoteNotHere
    if row.accreditation_id is not None:
        raise NoteAlreadyTied
    practice = _live(ambito)
    if practice is None or practice.state not in TAKES_PAPERS:
        raise PracticeElsewhere(state=_label(practice))
    _tie(actor, row, incoming(row.message), practice)
    return row


@action(needs=Permission.ACCREDITATION_REVIEW)
def classify_paper(actor: Actor, /, *, document: UUID, kind: DocumentKind) -> None:
    """Say what a paper is, when its name did not. When none is missing the practice goes on."""
    paper = (
        AccreditationDocument.objects.select_related("accreditation").filter(pk=document).first()
    )
    if paper is None:
        raise NotFound
    practice = _locked(paper.accreditation_id)
    held = require(actor, Permission.ACCREDITATION_REVIEW, on=places.ambito(practice.ambito_id))
    paper.kind = kind.value
    paper.save(update_fields=["kind"])
    complete = _go_on_if_complete(practice, at=actor.at)
    record(
        NoteReceived(
            accreditation=practice.pk,
            ambito=practice.ambito_id,
            message=paper.pk,
            documents=1,
            complete=complete,
        ),
        by=actor,
        held=held,
    )


# ---------------------------------------------------------------- the review


@action(needs=Permission.ACCREDITATION_REVIEW)
def start_review(
    actor: Actor,
    /,
    *,
    accreditation: UUID,
    protocol_number: str = "",
    protocol_date: date | None = None,
) -> Accreditation:
    """Take the practice. The protocol, if given, is that under which its papers were registered."""
    practice = _locked(accreditation)
    held = require(actor, Permission.ACCREDITATION_REVIEW, on=places.ambito(practice.ambito_id))
    _check_papers(practice)
    practice.reviewed_by = actor.id
    _move(practice, State.IN_VERIFICA, at=actor.at)
    if protocol_number.strip():
        practice.documents.filter(protocol_number="").update(
            protocol_number=protocol_number.strip(), protocol_date=protocol_date
        )
    record(ReviewStarted(accreditation=practice.pk, ambito=practice.ambito_id), by=actor, held=held)
    return practice


@action(needs=Permission.ACCREDITATION_REVIEW)
def request_integration(actor: Actor, /, *, accreditation: UUID, text: str) -> Accreditation:
    """Ask the ente for what is missing, by PEC. Raises `ReasonMissing`, `NoDigitalDomicile`."""
    practice = _locked(accreditation)
    held = require(actor, Permission.ACCREDITATION_REVIEW, on=places.ambito(practice.ambito_id))
    if not text.strip():
        raise ReasonMissing
    practice.request_text = text.strip()
    _move(practice, State.INTEGRAZIONE_RICHIESTA, at=actor.at)
    message = send_pec(
        actor,
        to=_domicile(practice),
        subject=f"Accreditamento: richiesta di integrazione - {practice.ambito}",
        body=(
            f"Per proseguire l'accreditamento dell'Amministratore di {practice.ambito} serve:\n\n"
            f"{practice.request_text}\n\n"
            "Rispondete da questo domicilio digitale, allegando i documenti.\n"
        ),
        dedupe_key=f"{INTEGRATION}:{practice.pk}:{actor.request_id or uuid4()}",
        about=practice.pk,
        kind=INTEGRATION,
        place=places.ambito(practice.ambito_id),
    )
    record(
        IntegrationRequested(accreditation=practice.pk, ambito=practice.ambito_id, message=message),
        by=actor,
        held=held,
    )
    return practice


@action(needs=Permission.ACCREDITATION_REVIEW)
def refuse(actor: Actor, /, *, accreditation: UUID, reason: str) -> Accreditation:
    """Close the practice without an Amministratore. Raises `ReasonMissing`."""
    practice = _locked(accreditation)
    held = require(actor, Permission.ACCREDITATION_REVIEW, on=places.ambito(practice.ambito_id))
    _close(practice, State.RIFIUTATO, reason=reason, at=actor.at)
    record(
        PracticeRefused(accreditation=practice.pk, ambito=practice.ambito_id), by=actor, held=held
    )
    return practice


# ---------------------------------------------------------------- the act and its two signatures


@action(needs=Permission.ACCREDITATION_REVIEW)
def prepare_act(
    actor: Actor,
    /,
    *,
    accreditation: UUID,
    protocol_number: str,
    protocol_date: date,
    legal_form: str = LegalForm.DESIGNATO,
) -> Accreditation:
    """Generate the act of designation, seal it and keep it.

    Raises `DocumentsMissing`, `ProtocolMissing` or `NoSignatoryForMinistry`.
    """
    practice = _locked(accreditation)
    held = require(actor, Permission.ACCREDITATION_REVIEW, on=places.ambito(practice.ambito_id))
    _check_papers(practice)
    if not protocol_number.strip():
        raise ProtocolMissing
    if protocol_date > actor.on:
        raise ProtocolInTheFuture
    signatory = legale_rappresentante_of(ministero().pk, on=actor.on)
    if signatory is None:
        raise NoSignatoryForMinistry
    practice.act_protocol_number = protocol_number.strip()
    practice.act_protocol_date = protocol_date
    practice.legal_form = LegalForm(legal_form).value
    practice.signatory_id = signatory.pk
    facts = _facts(practice, signatory=str(signatory), office=signatory.office)
    file = keep(
        sealed_act(facts, at=actor.at),
        name=file_name(practice.ambito_id),
        media_type=PDF,
        at=actor.at,
    )
    practice.act_id = file.pk
    _move(practice, State.ATTO_PREDISPOSTO, at=actor.at)
    record(
        ActPrepared(
            accreditation=practice.pk,
            ambito=practice.ambito_id,
            protocol_number=practice.act_protocol_number,
            document_sha256=file.sha256,
            legal_form=practice.legal_form,
        ),
        by=actor,
        held=held,
    )
    return practice


@action(needs=Permission.DESIGNATION_UPLOAD)
def receive_signed_act(
    actor: Actor, /, *, accreditation: UUID, content: bytes, name: str, media_type: str
) -> ActUpload:
    """Keep the act signed for the Ministry; `judging` verifies it right after.

    Raises `PracticeElsewhere`, `ActAlreadySigned`, `FileIsEmpty` or `FileTooLarge`.
    """
    practice = _locked(accreditation)
    held = require(actor, Permission.DESIGNATION_UPLOAD, on=places.ambito(practice.ambito_id))
    _check_state(practice, State.ATTO_PREDISPOSTO)
    if practice.signed_at is not None:
        raise ActAlreadySigned
    upload = _keep_upload(
        practice,
        Stage.MINISTERO,
        content,
        name=name,
        media_type=media_type,
        by=actor.id,
        at=actor.at,
    )
    record(_uploaded(upload, practice), by=actor, held=held)
    return upload


@action(needs=Permission.ACCREDITATION_REVIEW)
def invite_to_countersign(actor: Actor, /, *, accreditation: UUID) -> Invitation:
    """Make a link for the designated person, valid for thirty days; earlier ones stop working.

    Only the digest of the token is kept, so the mail that leaves does not hold it: it asks to
    enter with SPID, which finds the practice by codice fiscale. Raises `ActNotSignedYet`.
    """
    practice = _locked(accreditation)
    place = places.ambito(practice.ambito_id)
    held = require(actor, Permission.ACCREDITATION_REVIEW, on=place)
    _check_state(practice, State.ATTO_PREDISPOSTO)
    if practice.signed_at is None:
        raise ActNotSignedYet
    token = secrets.token_urlsafe(TOKEN_BYTES)
    practice.links.filter(used_at=None, cancelled_at=None).update(cancelled_at=actor.at)
    link = CountersignLink.objects.create(
        accreditation=practice,
        token_sha256=digest(token),
        created_at=actor.at,
        expires_at=actor.at + LINK_LASTS,
    )
    send_pec(
        actor,
        to=practice.email,
        subject="Controfirma la tua designazione ad Amministratore di Ambito",
        body=(
            f"Il Ministero ti designa Amministratore di {practice.ambito}.\n\n"
            f"Apri {settings.BASE_URL}/controfirma/ ed entra con la tua identità SPID: "
            "ti riconosciamo dal codice fiscale. Lì leggi l'atto, lo firmi e lo carichi.\n"
            f"Hai tempo fino al {link.expires_at:%d/%m/%Y}.\n"
        ),
        dedupe_key=f"{INVITATION}:{link.pk}",
        about=practice.pk,
        kind=INVITATION,
        place=place,
    )
    record(
        CountersignInvited(
            accreditation=practice.pk, ambito=practice.ambito_id, expires_at=link.expires_at
        ),
        by=actor,
        held=held,
    )
    return Invitation(token=token, expires_at=link.expires_at)


@entrance
def receive_countersigned_act(
    visitor: Visitor,
    /,
    *,
    person: UUID,
    level: int,
    token: str,
    content: bytes,
    name: str,
    media_type: str,
) -> ActUpload:
    """Keep the act that the designated person signed; `judging` verifies it right after.

    It needs no role: the link opens it (or, with an empty token, the codice fiscale alone), and
    only to the `person` of the SPID session if hers is the codice fiscale of the act, and the
    `level` of that session is 2 or more.
    Raises `Denied`, `LinkUnknown`, `LinkExpired`, `NotTheDesignatedPerson` or `PracticeElsewhere`.
    """
    if level < LEVEL_OF_OPERATORS:
        raise Denied(why=sentence_of(LEVEL_STATEMENT), reasons=(LEVEL_STATEMENT,))
    opened = practice_to_countersign(person, token, at=visitor.at)
    practice = _locked(opened.pk)
    _check_state(practice, State.ATTO_PREDISPOSTO)
    upload = _keep_upload(
        practice,
        Stage.INTERESSATO,
        content,
        name=name,
        media_type=media_type,
        by=person,
        at=visitor.at,
    )
    record(_uploaded(upload, practice), by=visitor)
    return upload


@action(needs=Permission.SIGNATURE_VERIFY)
def record_act_verdict(actor: Actor, /, *, upload: UUID, verdict: Verdict) -> ActUpload:
    """Write what the verification said. A file already accepted or refused keeps its verdict."""
    held = require(actor, Permission.SIGNATURE_VERIFY, on=NATIONAL)
    row = ActUpload.objects.select_for_update().filter(pk=upload).first()
    if row is None:
        raise NotFound
    practice = _locked(row.accreditation_id)
    if row.state not in (UploadState.ACCETTATO, UploadState.RIFIUTATO):
        row.state = STATE_AFTER[verdict.outcome].value
        row.reason, row.verified_at = verdict.reason.value, actor.at
        row.report_sealed = keyring().encrypt(canonical_json(verdict.report()), about=row.pk.bytes)
        row.report_hash = verdict.report_hash
        with refusing({"act_upload_one_accepted_per_stage": ActAlreadySigned()}):
            row.save()
        if verdict.accepted:
            _advance(practice, Stage(row.stage), at=actor.at)
    record(
        ActJudged(
            accreditation=practice.pk,
            ambito=practice.ambito_id,
            upload=row.pk,
            stage=row.stage,
            verdict=verdict.outcome.value,
            reason=verdict.reason.value,
            report_hash=verdict.report_hash,
            trust_list_sha256=verdict.trust_list_sha256,
        ),
        by=actor,
        held=held,
    )
    return row


# ---------------------------------------------------------------- the registration and its notice


@action(needs=Permission.ACCREDITATION_REGISTER)
def register_administrator(
    actor: Actor, /, *, accreditation: UUID, until: date | None = None
) -> Accreditation:
    """Register ("censire") the designated person: the powers start today. The ente hears by PEC.

    Raises `PracticeElsewhere`, `NoDigitalDomicile`, `RolesIncompatible` or `RoleAlreadyHeld`.
    """
    practice = _locked(accreditation)
    place = places.ambito(practice.ambito_id)
    held = require(
        actor,
        Permission.ACCREDITATION_REGISTER,
        on=Resource("Luogo", place, about=_known_person(practice)),
    )
    _check_state(practice, State.ATTO_CONTROFIRMATO)
    person = make_known(
        actor,
        codice_fiscale=codice_fiscale_of(practice),
        given_name=practice.given_name,
        family_name=practice.family_name,
        email=practice.email,
        phone=practice.phone,
    )
    version = role_in_force(AMMINISTRATORE_AMBITO, on=actor.on)
    grant = give(
        actor,
        version=version,
        person=person.pk,
        place=place,
        until=until,
        act=f"Atto di designazione prot. {practice.act_protocol_number}",
    )
    practice.person_id, practice.grant_id = person.pk, grant.pk
    practice.registered_at = actor.at
    practice.notice = send_pec(
        actor,
        to=_domicile(practice),
        subject=f"Accreditamento dell'Amministratore: {practice.ambito}",
        body=(
            f"{practice.given_name} {practice.family_name} è da oggi Amministratore di "
            f"{practice.ambito} sulla piattaforma GePI (atto prot. "
            f"{practice.act_protocol_number}).\n\n"
            "Entra con SPID di livello 2 e può accreditare gli operatori indicati dai Comuni.\n"
        ),
        dedupe_key=f"{NOTICE}:{practice.pk}",
        about=practice.pk,
        kind=NOTICE,
        place=place,
    )
    _move(practice, State.CENSITO, at=actor.at)
    record(RoleGranted.of(grant, version, place), by=actor, held=held)
    record(
        AdministratorRegistered(
            accreditation=practice.pk,
            ambito=practice.ambito_id,
            person=person.pk,
            grant=grant.pk,
            notice=practice.notice,
        ),
        by=actor,
        held=held,
    )
    return practice


@action(needs=Permission.PEC_RECEIVE)
def mark_communicated(actor: Actor, /, *, accreditation: UUID, message: UUID) -> Accreditation:
    """Note that the ente has the notice: a signed delivery receipt proves it. Twice is once."""
    held = require(actor, Permission.PEC_RECEIVE, on=NATIONAL)
    practice = _locked(accreditation)
    if practice.state == State.CENSITO and practice.notice == message:
        practice.communicated_at = actor.at
        _move(practice, State.COMUNICATO, at=actor.at)
    record(
        AdministratorCommunicated(
            accreditation=practice.pk, ambito=practice.ambito_id, message=message
        ),
        by=actor,
        held=held,
    )
    return practice


@action(needs=Permission.ACCREDITATION_REGISTER)
def cease_administrator(actor: Actor, /, *, accreditation: UUID, reason: str) -> Accreditation:
    """Take the role away at once. The Ambito must then indicate another person."""
    practice = _locked(accreditation)
    place = places.ambito(practice.ambito_id)
    held = require(
        actor,
        Permission.ACCREDITATION_REGISTER,
        on=Resource("Luogo", place, about=str(practice.person_id)),
    )
    _close(practice, State.CESSATO, reason=reason, at=actor.at)
    grant = practice.grant
    assert grant is not None
    assert practice.person_id is not None
    end(actor, grant, reason=reason)
    record(GrantRevoked.of(grant, place), by=actor, held=held)
    record(
        AdministratorCeased(
            accreditation=practice.pk,
            ambito=practice.ambito_id,
            person=practice.person_id,
            grant=grant.pk,
        ),
        by=actor,
        held=held,
    )
    return practice


# ---------------------------------------------------------------- shared steps


def _open(ambito: str, *, at: datetime) -> Accreditation:
    practice = Accreditation(ambito_id=ambito, opened_at=at, changed_at=at)
    with refusing({"accreditation_one_open_per_ambito": PracticeAlreadyOpen()}):
        practice.save(force_insert=True)
    return practice


def _live(ambito: str) -> Accreditation | None:
    return (
        Accreditation.objects.select_for_update(of=("self",))
        .filter(ambito=ambito)
        .exclude(state__in=CLOSED)
        .first()
    )


def _locked(accreditation: UUID) -> Accreditation:
    row = (
        Accreditation.objects.select_for_update(of=("self",))
        .select_related("ambito__ente")
        .filter(pk=accreditation)
        .first()
    )
    if row is None:
        raise NotFound
    return row


def _label(practice: Accreditation | None) -> str:
    return State(practice.state).label if practice else "nessuna pratica"


def _known_person(practice: Accreditation) -> str:
    """Return the id of the candidate as text; empty if we never heard of her."""
    if not practice.codice_fiscale:
        return ""
    person = person_with(codice_fiscale_of(practice))
    return str(person.pk) if person else ""


def _check_state(practice: Accreditation, state: State) -> None:
    if practice.state != state:
        raise PracticeElsewhere(state=_label(practice))


def _move(practice: Accreditation, to: State, *, at: datetime) -> None:
    """Save the practice in its next state. Raises `PracticeElsewhere` if that may not follow."""
    if to not in MOVES[State(practice.state)]:
        raise PracticeElsewhere(state=_label(practice))
    practice.state, practice.changed_at = to.value, at
    practice.save()


def _close(practice: Accreditation, to: State, *, reason: str, at: datetime) -> None:
    if not reason.strip():
        raise ReasonMissing
    practice.closed_at, practice.close_reason = at, reason.strip()[:300]
    practice.links.filter(used_at=None, cancelled_at=None).update(cancelled_at=at)
    _move(practice, to, at=at)


def _registry(form: CandidateForm) -> Registry:
    return Registry(
        given_name=form.given_name,
        family_name=form.family_name,
        birth_date=form.birth_date,
        birth_place=form.birth_place,
        gender=form.gender,
    )


def _new_note(arrived: Incoming) -> IncomingNote:
    return IncomingNote(
        message=arrived.id,
        sender=arrived.sender[:254],
        subject=arrived.subject[:300],
        received_at=arrived.received_at,
    )


def _practice_of(arrived: Incoming) -> tuple[Accreditation | None, NoteOutcome]:
    """Return the practice a message belongs to, or why there is none."""
    if not arrived.certified:
        return None, NoteOutcome.NOT_CERTIFIED
    ambito = ambito_with_domicilio(arrived.sender)
    if ambito is None:
        return None, NoteOutcome.UNKNOWN_SENDER
    practice = _live(ambito.pk)
    if practice is None or practice.state not in TAKES_PAPERS:
        return None, NoteOutcome.NO_PRACTICE
    return practice, NoteOutcome.MATCHED


def _tie(actor: Actor, note: IncomingNote, arrived: Incoming, practice: Accreditation) -> None:
    """Take the papers of the message into the practice, and let it go on if none is missing."""
    papers = _papers(arrived, practice)
    AccreditationDocument.objects.bulk_create(papers, ignore_conflicts=True)
    complete = _go_on_if_complete(practice, at=actor.at)
    note.accreditation = practice
    note.outcome = NoteOutcome.MATCHED if complete else NoteOutcome.INCOMPLETE
    note.missing = ", ".join(kind.label for kind in _missing(practice))
    note.save()
    match_incoming(actor, message=arrived.id, about=practice.pk)
    record(
        NoteReceived(
            accreditation=practice.pk,
            ambito=practice.ambito_id,
            message=arrived.id,
            documents=len(papers),
            complete=complete,
        ),
        by=actor,
    )


def _papers(arrived: Incoming, practice: Accreditation) -> list[AccreditationDocument]:
    files = [
        (attachment.name, stored_file(attachment.file))
        for attachment in arrived.attachments
        if attachment.file is not None
    ]
    return [
        AccreditationDocument(
            accreditation=practice,
            kind=kind_of(name).value,
            file_id=file.pk,
            name=name[:200],
            sha256=file.sha256,
            received_at=arrived.received_at,
        )
        for name, file in files
    ]


def _missing(practice: Accreditation) -> Iterable[DocumentKind]:
    return missing(practice.documents.values_list("kind", flat=True))


def _go_on_if_complete(practice: Accreditation, *, at: datetime) -> bool:
    complete = not tuple(_missing(practice))
    if complete and practice.state in WAITS_FOR_PAPERS:
        practice.documents_received_at = at
        _move(practice, State.DOCUMENTAZIONE_RICEVUTA, at=at)
    return complete


def _check_papers(practice: Accreditation) -> None:
    absent = ", ".join(kind.label.lower() for kind in _missing(practice))
    if absent:
        raise DocumentsMissing(missing=absent)


def _domicile(practice: Accreditation) -> str:
    address = practice.ambito.ente.domicilio_digitale
    if not address:
        raise NoDigitalDomicile
    return str(address)


def _facts(practice: Accreditation, *, signatory: str, office: str) -> Facts:
    assert practice.birth_date is not None
    assert practice.act_protocol_date is not None
    born = birth_place(practice.birth_place, born=practice.birth_date)
    head = practice.pk.hex[:12].upper()
    return Facts(
        protocollo=practice.act_protocol_number,
        data_protocollo=f"{practice.act_protocol_date:%d/%m/%Y}",
        ambito=practice.ambito.denominazione,
        codice_ambito=practice.ambito_id,
        ente=practice.ambito.ente.denominazione,
        persona=f"{practice.given_name} {practice.family_name}",
        nascita=f"{born.label if born else practice.birth_place}, {practice.birth_date:%d/%m/%Y}",
        codice_fiscale=codice_fiscale_of(practice),
        forma=LegalForm(practice.legal_form).label,
        firmatario=signatory,
        carica=office,
        identificativo="-".join((head[:4], head[4:8], head[8:])),
        avviso="SIMULATO - documento senza valore legale" if settings.IAM_DEMO else "",
    )


def _keep_upload(
    practice: Accreditation,
    stage: Stage,
    content: bytes,
    *,
    name: str,
    media_type: str,
    by: UUID,
    at: datetime,
) -> ActUpload:
    file = keep(content, name=name, media_type=media_type, at=at)
    return ActUpload.objects.create(
        accreditation=practice, stage=stage.value, file_id=file.pk, uploaded_by=by, uploaded_at=at
    )


def _uploaded(upload: ActUpload, practice: Accreditation) -> ActUploaded:
    return ActUploaded(
        accreditation=practice.pk,
        ambito=practice.ambito_id,
        upload=upload.pk,
        stage=upload.stage,
        file_sha256=stored_file(upload.file_id).sha256,
        person=upload.uploaded_by,
    )


def _advance(practice: Accreditation, stage: Stage, *, at: datetime) -> None:
    """Let the practice go on after an accepted signature."""
    if stage is Stage.MINISTERO:
        practice.signed_at = at
        practice.changed_at = at
        practice.save(update_fields=["signed_at", "changed_at"])
        return
    practice.countersigned_at = at
    practice.links.filter(used_at=None, cancelled_at=None).update(used_at=at)
    _move(practice, State.ATTO_CONTROFIRMATO, at=at)
