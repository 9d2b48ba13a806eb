# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The refusals of this room."""

from iam.kernel.errors import DomainError


class IdentityOfAnotherPerson(DomainError):
    """A provider gave one of its identifiers to two persons: one of the two answers is wrong."""

    code = "identita-di-altra-persona"
    message = (
        "Il gestore della tua identità digitale ci ha comunicato un identificativo che "
        "risulta di un'altra persona. Per sicurezza non ti facciamo entrare. "
        "Contatta l'assistenza del servizio e indica questo codice."
    )
    status = 403


class PersonCeased(DomainError):
    code = "persona-cessata"
    message = (
        "La tua posizione nel servizio è stata chiusa. "
        "Se è un errore, rivolgiti all'Amministratore del tuo Ambito."
    )
    status = 403


class TooManyAttempts(DomainError):
    """Source: RFC 6585, 4. `seconds` is when the next attempt will be allowed."""

    code = "troppe-richieste"
    message = (
        "Abbiamo ricevuto troppe richieste in poco tempo da {whence}, e per ora non ne accettiamo "
        "altre. Non è cambiato nulla. Aspetta {wait} e riprova."
    )
    status = 429

    def __init__(self, *, seconds: int, whence: str) -> None:
        super().__init__(seconds=seconds, whence=whence, wait=_spelled(seconds))


def _spelled(seconds: int) -> str:
    if seconds < 60:
        return "un secondo" if seconds == 1 else f"{seconds} secondi"
    minutes = -(-seconds // 60)
    return "un minuto" if minutes == 1 else f"{minutes} minuti"
