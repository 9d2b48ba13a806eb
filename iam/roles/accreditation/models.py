# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The practice by which an Ambito gets its Amministratore, and its papers."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q


class State(models.TextChoices):
    """Where a practice stands. Source: nota del Ministero, passi da 1 a 5."""

    INVITATO = "invitato", "Invitato"
    DATI_COMPILATI = "dati-compilati", "Dati compilati"
    DOCUMENTAZIONE_RICEVUTA = "documentazione-ricevuta", "Documentazione ricevuta"
    IN_VERIFICA = "in-verifica", "In verifica"
    INTEGRAZIONE_RICHIESTA = "integrazione-richiesta", "Integrazione richiesta"
    ATTO_PREDISPOSTO = "atto-predisposto", "Atto predisposto"
    ATTO_CONTROFIRMATO = "atto-controfirmato", "Atto controfirmato"
    CENSITO = "censito", "Censito"
    COMUNICATO = "comunicato", "Comunicato"
    SOSPESO = "sospeso", "Sospeso"
    CESSATO = "cessato", "Cessato"
    RIFIUTATO = "rifiutato", "Rifiutato"


CLOSED = (State.CESSATO, State.RIFIUTATO)
"""The states after which an Ambito may open another practice."""

REGISTERED = (State.CENSITO, State.COMUNICATO)


class Gender(models.TextChoices):
    FEMALE = "F", "Femminile"
    MALE = "M", "Maschile"


class LegalForm(models.TextChoices):
    """The law's name for the person designated: the sources use more than one."""

    DESIGNATO = "designato_2quaterdecies", "Designato (art. 2-quaterdecies del Codice)"
    AUTORIZZATO = "autorizzato_art29", "Autorizzato (art. 29 GDPR)"
    RESPONSABILE = "responsabile_art28", "Responsabile del trattamento (art. 28 GDPR)"


class DocumentKind(models.TextChoices):
    NOTA = "nota", "Nota di autorizzazione"
    DOCUMENTO_IDENTITA = "documento-identita", "Documento di identità"
    CODICE_FISCALE = "codice-fiscale", "Copia del codice fiscale"
    DELEGA = "delega", "Provvedimento di delega"
    ALTRO = "altro", "Altro allegato"


class Accreditation(models.Model):
    """One practice of one Ambito; at most one is open at a time.

    The candidate's fields are the nine of the Ministry's form (the ninth is the Ambito).
    `codice_fiscale` is encrypted as it was typed; its index holds the form without omocodia.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    ambito = models.ForeignKey("enti.Ambito", on_delete=models.PROTECT, related_name="practices")
    state = models.CharField(max_length=30, choices=State.choices, default=State.INVITATO)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    given_name = models.CharField(max_length=100, blank=True)
    family_name = models.CharField(max_length=100, blank=True)
    codice_fiscale = models.BinaryField(null=True)
    codice_fiscale_index = models.BinaryField(max_length=32, null=True, db_index=True)
    birth_date = models.DateField(null=True, blank=True)
    birth_place = models.CharField(max_length=4, blank=True)
    gender = models.CharField(max_length=1, choices=Gender.choices, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)

    documents_received_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.UUIDField(null=True, blank=True)
    request_text = models.TextField(blank=True)

    legal_form = models.CharField(
        max_length=30, choices=LegalForm.choices, default=LegalForm.DESIGNATO
    )
    act_protocol_number = models.CharField(max_length=40, blank=True)
    act_protocol_date = models.DateField(null=True, blank=True)
    act = models.ForeignKey(
        "signatures.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signatory = models.ForeignKey(
        "enti.LegaleRappresentante",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    signed_at = models.DateTimeField(null=True, blank=True)
    countersigned_at = models.DateTimeField(null=True, blank=True)

    person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    grant = models.OneToOneField(
        "roles.Grant", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    registered_at = models.DateTimeField(null=True, blank=True)
    notice = models.UUIDField(null=True, blank=True, unique=True)
    communicated_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    close_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        app_label = "roles"
        verbose_name = "pratica di accreditamento"
        verbose_name_plural = "pratiche di accreditamento"
        ordering = ("ambito", "-opened_at")
        constraints = (
            models.UniqueConstraint(
                name="accreditation_one_open_per_ambito",
                fields=["ambito"],
                condition=~Q(state__in=[state.value for state in CLOSED]),
            ),
            models.CheckConstraint(
                name="accreditation_registered_has_a_grant",
                condition=~Q(state__in=[state.value for state in REGISTERED])
                | Q(grant__isnull=False, registered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="accreditation_communicated_was_delivered",
                condition=~Q(state=State.COMUNICATO.value) | Q(communicated_at__isnull=False),
            ),
            models.CheckConstraint(
                name="accreditation_compiled_has_its_fields",
                condition=Q(state__in=[State.INVITATO.value, *(s.value for s in CLOSED)])
                | (
                    Q(codice_fiscale_index__isnull=False, birth_date__isnull=False)
                    & ~Q(given_name="")
                    & ~Q(family_name="")
                    & ~Q(email="")
                ),
            ),
        )
        indexes = (models.Index(fields=["state"], name="accreditation_by_state"),)

    def __str__(self) -> str:
        return f"Pratica dell'Ambito {self.ambito_id}"


class AccreditationDocument(models.Model):
    """A paper of the practice. The bytes are a stored file, encrypted by the signatures room."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    accreditation = models.ForeignKey(
        Accreditation, on_delete=models.PROTECT, related_name="documents"
    )
    kind = models.CharField(max_length=30, choices=DocumentKind.choices)
    file = models.ForeignKey("signatures.StoredFile", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    protocol_number = models.CharField(max_length=40, blank=True)
    protocol_date = models.DateField(null=True, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        app_label = "roles"
        verbose_name = "documento della pratica"
        verbose_name_plural = "documenti della pratica"
        ordering = ("received_at", "kind")
        constraints = (
            models.UniqueConstraint(
                name="accreditation_document_once", fields=["accreditation", "kind", "sha256"]
            ),
        )

    def __str__(self) -> str:
        return self.name


class Stage(models.TextChoices):
    """Whose signature a file brings."""

    MINISTERO = "ministero", "Firma per il Ministero"
    INTERESSATO = "interessato", "Controfirma della persona designata"


class UploadState(models.TextChoices):
    DA_VERIFICARE = "da-verificare", "Da verificare"
    ACCETTATO = "accettato", "Firma accettata"
    RIFIUTATO = "rifiutato", "Firma rifiutata"
    NON_VERIFICABILE = "non-verificabile", "Firma non verificabile per ora"


class ActUpload(models.Model):
    """A file that came back as the signed act. It is evidence whatever the verdict."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    accreditation = models.ForeignKey(
        Accreditation, on_delete=models.PROTECT, related_name="uploads"
    )
    stage = models.CharField(max_length=20, choices=Stage.choices)
    file = models.ForeignKey("signatures.StoredFile", on_delete=models.PROTECT, related_name="+")
    uploaded_by = models.UUIDField()
    uploaded_at = models.DateTimeField()
    state = models.CharField(
        max_length=20, choices=UploadState.choices, default=UploadState.DA_VERIFICARE
    )
    reason = models.CharField(max_length=60, blank=True)
    report_sealed = models.BinaryField(null=True)
    report_hash = models.CharField(max_length=64, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "roles"
        verbose_name = "atto caricato"
        verbose_name_plural = "atti caricati"
        ordering = ("-uploaded_at", "pk")
        constraints = (
            models.UniqueConstraint(
                name="act_upload_one_accepted_per_stage",
                fields=["accreditation", "stage"],
                condition=Q(state="accettato"),
            ),
            models.CheckConstraint(
                name="act_upload_accepted_has_its_report",
                condition=~Q(state="accettato")
                | (~Q(report_hash="") & Q(verified_at__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_stage_display()}"


class CountersignLink(models.Model):
    """A link for the designated person. Only the digest of its token is kept."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    accreditation = models.ForeignKey(Accreditation, on_delete=models.PROTECT, related_name="links")
    token_sha256 = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "roles"
        verbose_name = "link di controfirma"
        verbose_name_plural = "link di controfirma"
        constraints = (
            models.CheckConstraint(
                name="countersign_link_expires_later",
                condition=Q(expires_at__gt=models.F("created_at")),
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class NoteOutcome(models.TextChoices):
    MATCHED = "abbinata", "Abbinata alla pratica"
    NOT_CERTIFIED = "non-certificata", "Non arrivata come PEC"
    UNKNOWN_SENDER = "mittente-sconosciuto", "Mittente non riconosciuto"
    NO_PRACTICE = "senza-pratica", "Nessuna pratica in attesa di documenti"
    INCOMPLETE = "incompleta", "Allegati mancanti"
    EXAMINED = "esaminata", "Esaminata"


class IncomingNote(models.Model):
    """A PEC message that reached the accreditation box. None is lost: what does not match waits."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    message = models.UUIDField(unique=True)
    sender = models.EmailField()
    subject = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=30, choices=NoteOutcome.choices)
    missing = models.CharField(max_length=200, blank=True)
    accreditation = models.ForeignKey(
        Accreditation, on_delete=models.PROTECT, null=True, blank=True, related_name="notes"
    )

    class Meta:
        app_label = "roles"
        verbose_name = "nota ricevuta"
        verbose_name_plural = "note ricevute"
        ordering = ("-received_at", "pk")
        constraints = (
            models.CheckConstraint(
                name="incoming_note_matched_has_its_practice",
                condition=~Q(outcome=NoteOutcome.MATCHED.value) | Q(accreditation__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"Nota da {self.sender}"
