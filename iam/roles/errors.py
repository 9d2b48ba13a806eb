# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Refusals about roles, indications and grants."""

from __future__ import annotations

from iam.kernel.errors import DomainError, InvalidInput


class RoleUnknown(InvalidInput):
    code = "ruolo-sconosciuto"
    message = "Il profilo {role} non è nel catalogo. Scegli un profilo dall'elenco."


class RoleNotGivenHere(DomainError):
    code = "ruolo-livello-non-ammesso"
    message = (
        "Il profilo «{role}» non si può assegnare a questo livello. "
        "Nel catalogo è previsto per: {levels}."
    )


class RoleOfTheMinistry(DomainError):
    code = "ruolo-riservato-al-ministero"
    message = (
        "Il profilo «{role}» non si assegna da qui. "
        "Gli Amministratori di Ambito si accreditano con la procedura del Ministero."
    )


class NoIndicationOnRecord(DomainError):
    code = "indicazione-assente"
    message = (
        "Il Comune {comune} non ha indicato questa persona per questo profilo. "
        "Registra l'indicazione del Comune, con atto e numero di protocollo, poi riprova."
    )


class IndicationAlreadyRecorded(DomainError):
    code = "indicazione-gia-registrata"
    message = (
        "L'indicazione del protocollo {protocol} per questa persona e questo profilo "
        "è già registrata. Puoi usarla per assegnare il profilo."
    )


class IndicationWithoutAct(InvalidInput):
    code = "indicazione-senza-atto"
    message = (
        "Mancano l'atto o il numero di protocollo dell'indicazione. "
        "Li trovi sulla nota con cui il Comune indica la persona."
    )


class ProtocolInTheFuture(InvalidInput):
    code = "protocollo-nel-futuro"
    message = "La data del protocollo è dopo oggi. Controlla giorno, mese e anno."


class RoleAlreadyHeld(DomainError):
    code = "profilo-gia-assegnato"
    message = (
        "Questa persona ha già il profilo «{role}» su questo territorio nello stesso periodo. "
        "Non è cambiato nulla: se serve un altro periodo, revoca prima quello in corso."
    )


class RolesIncompatible(DomainError):
    code = "profili-incompatibili"
    message = (
        "Il profilo «{role}» non è compatibile con un altro profilo di questa persona "
        "nello stesso periodo. Chi amministra gli accessi o protegge i dati non ha altri profili."
    )


class PeriodEndsBeforeItBegins(InvalidInput):
    code = "periodo-non-valido"
    message = (
        "Il profilo finirebbe il {until}, prima di cominciare. Scegli un giorno da oggi in poi."
    )


class GrantAlreadyEnded(DomainError):
    code = "profilo-gia-cessato"
    message = "Questo profilo non è più in vigore: non c'è nulla da revocare."


class ReasonMissing(InvalidInput):
    code = "motivo-mancante"
    message = "Manca il motivo. Scrivilo in poche parole: resta nel registro."


class RoleVersionPending(DomainError):
    code = "versione-ruolo-in-attesa"
    message = (
        "C'è già una versione del ruolo «{role}» che aspetta approvazione. "
        "Approvala o attendi prima di proporne un'altra."
    )


class AlreadyApproved(DomainError):
    code = "versione-ruolo-gia-approvata"
    message = "Hai già approvato questa versione: ora serve un'altra persona."
