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
