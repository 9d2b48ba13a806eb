# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Refusals of the practice of accreditation."""

from __future__ import annotations

from iam.kernel.errors import DomainError, InvalidInput, NotFound


class PracticeElsewhere(DomainError):
    code = "pratica-in-altro-stato"
    message = (
        "La pratica è nello stato «{state}», quindi questa operazione non si può fare. "
        "Ricarica la pagina: forse qualcuno l'ha già fatta avanzare."
    )


class PracticeAlreadyOpen(DomainError):
    code = "pratica-gia-aperta"
    message = "L'Ambito ha già una pratica aperta. Prosegui quella."


class FormAlreadySubmitted(DomainError):
    code = "dati-gia-compilati"
    message = (
        "Per questo Ambito i dati dell'Amministratore sono già stati compilati. "
        "Se sono sbagliati, scrivi al Ministero: serve una nuova richiesta."
    )


class ContactMissing(InvalidInput):
    code = "contatti-mancanti"
    message = "Mancano l'indirizzo e-mail o il numero di telefono. Servono per avvisarti."


class ProtocolMissing(InvalidInput):
    code = "protocollo-mancante"
    message = (
        "Manca il numero o la data di protocollo dell'atto. Un atto senza protocollo non parte."
    )


class DocumentsMissing(DomainError):
    code = "documenti-mancanti"
    message = "Mancano ancora: {missing}. Chiedi l'integrazione all'ente prima di proseguire."


class NoSignatoryForMinistry(DomainError):
    code = "firmatario-ministero-assente"
    message = (
        "Non risulta chi firma gli atti per il Ministero. "
        "Serve registrare il Direttore generale in carica, con il suo atto di nomina."
    )


class NoDigitalDomicile(DomainError):
    code = "domicilio-digitale-assente"
    message = (
        "L'ente dell'Ambito non ha un domicilio digitale: non possiamo scrivergli per PEC. "
        "Aggiorna i dati dall'Indice delle pubbliche amministrazioni, poi riprova."
    )


class ActNotSignedYet(DomainError):
    code = "atto-non-ancora-firmato"
    message = (
        "L'atto non è ancora firmato per il Ministero. "
        "Carica il file firmato: dopo la verifica puoi chiedere la controfirma."
    )


class ActAlreadySigned(DomainError):
    code = "atto-gia-firmato"
    message = "L'atto ha già una firma accettata: non serve caricarlo di nuovo."


class LinkUnknown(NotFound):
    code = "link-sconosciuto"
    message = (
        "Questo link non è valido o è stato sostituito da uno più recente. "
        "Usa l'ultimo link ricevuto, oppure chiedine uno nuovo al Ministero."
    )


class LinkExpired(DomainError):
    code = "link-scaduto"
    status = 410
    message = "Il link è scaduto il {expired}. Chiedi al Ministero di mandartene uno nuovo."


class NotTheDesignatedPerson(DomainError):
    code = "persona-diversa"
    status = 403
    message = (
        "L'atto designa un'altra persona: il codice fiscale con cui sei entrato non corrisponde. "
        "Se il link è tuo, esci ed entra con la tua identità SPID."
    )


class NoteNotHere(NotFound):
    code = "nota-non-trovata"


class NoteAlreadyTied(DomainError):
    code = "nota-gia-abbinata"
    message = "Questa nota è già abbinata a una pratica."
