# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why a message is not sent, received or matched, in the words of who reads it."""

from iam.kernel.errors import DomainError, InvalidInput


class MessageAlreadyQueued(DomainError):
    code = "messaggio-gia-in-uscita"
    message = (
        "Questo messaggio è già stato preparato e non parte una seconda volta. "
        "Apri la pratica per vedere le sue ricevute."
    )


class NoRecipient(InvalidInput):
    code = "destinatario-assente"
    message = (
        "Il messaggio non ha un indirizzo PEC a cui partire. "
        "Registra il domicilio digitale dell'ente, poi riprova."
    )


class RecipientNotUsable(InvalidInput):
    code = "destinatario-non-valido"
    message = (
        "Un indirizzo del messaggio non è scritto come un indirizzo di posta. "
        "Correggi il domicilio digitale dell'ente, poi riprova."
    )


class MessageTooLarge(InvalidInput):
    code = "messaggio-troppo-grande"
    message = (
        "Gli allegati superano i {megabytes} MB che una PEC può portare. "
        "Togli un allegato o riducine la dimensione, poi riprova."
    )


class MessageNotDue(DomainError):
    code = "messaggio-non-da-inviare"
    message = (
        "Il messaggio non è in attesa di invio: è già partito oppure il suo esito non è noto. "
        "Attendi le ricevute: compaiono nella pratica."
    )


class OutcomeStillAwaited(DomainError):
    code = "esito-ancora-atteso"
    message = (
        "Il gestore PEC può ancora far sapere se ha preso il messaggio. "
        "Attendi almeno {minutes} minuti dall'invio, poi decidi se inviarlo di nuovo."
    )


class MessageAlreadyFetched(DomainError):
    code = "messaggio-gia-letto"
    message = "Il messaggio della casella è già stato letto e conservato. Non serve fare altro."


class IncomingAlreadyExamined(DomainError):
    code = "messaggio-gia-esaminato"
    message = (
        "Il messaggio è già stato abbinato a una pratica o messo da parte. "
        "Ricarica l'elenco per vedere quelli ancora da esaminare."
    )
