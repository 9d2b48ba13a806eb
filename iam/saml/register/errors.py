# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What cannot be done with the register of log-ins."""

from __future__ import annotations

from iam.kernel.errors import DomainError, InvalidInput


class ReasonMissing(InvalidInput):
    code = "accessi-motivo-assente"
    message = "Scrivi il motivo: resta nel registro insieme al tuo nome."


class NamesSomebody(InvalidInput):
    """Law 10: no codice fiscale in an event."""

    code = "accessi-testo-con-codice-fiscale"
    message = (
        "Il testo contiene un codice fiscale, che nel registro non può stare in chiaro. "
        "Toglilo e riprova: bastano i riferimenti dell'accesso."
    )


class PersonUnknown(InvalidInput):
    code = "accessi-persona-sconosciuta"
    message = "Nessuno con questo codice fiscale è mai entrato né è stato registrato qui."


class HoldAlreadyReleased(DomainError):
    code = "accessi-blocco-gia-tolto"
    message = "Il blocco è già stato tolto. Ricarica la pagina per vedere da chi."


class HoldMustOutliveItsAuthor(DomainError):
    """A dishonest person must not be able to free for deletion what she had to keep."""

    code = "accessi-blocco-proprio"
    message = "Hai messo tu questo blocco: può toglierlo solo un'altra persona autorizzata."
    status = 403


class NoticedInTheFuture(InvalidInput):
    code = "accessi-segnalazione-futura"
    message = "Il giorno in cui te ne sei accorto non può essere nel futuro. Correggilo e riprova."
