# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The refusals of this room."""

from iam.kernel.errors import DomainError, InvalidInput


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


class PersonNotOnRecord(InvalidInput):
    """An eIDAS identity is linked to somebody who is known already, never to a name typed."""

    code = "codice-fiscale-non-in-archivio"
    message = (
        "Nessuna persona conosciuta dal servizio ha questo codice fiscale. Controllalo; se è "
        "giusto, prima la persona va indicata dal suo ente con la procedura di accreditamento."
    )


class BirthDatesDiffer(InvalidInput):
    """The day in a codice fiscale is that of birth. Source: DM 23-12-1976, art. 4."""

    code = "data-di-nascita-diversa"
    message = (
        "La data di nascita comunicata dallo Stato estero non è quella di questo codice fiscale. "
        "Non collegare l'identità: verifica prima chi è la persona."
    )


class IdentityAlreadyLinked(DomainError):
    code = "identita-gia-collegata"
    message = (
        "Questa identità è già collegata a una persona. Se è un errore, togli prima il "
        "collegamento."
    )


class IdentityNotLinked(DomainError):
    code = "identita-non-collegata"
    message = "Questa identità non è collegata a nessuna persona. Ricarica la pagina."


class ActOfLinkMissing(InvalidInput):
    code = "atto-del-collegamento-mancante"
    message = "Scrivi in base a quale atto o verifica. Resta nel registro."
