# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: BSD-3-Clause
"""What can go wrong, in the words of the person who sees it. `code` never changes."""

from __future__ import annotations

from typing import ClassVar


class IamError(Exception):
    """Something the module must tell the person, or try again later."""

    code: ClassVar[str] = "errore"
    sentence: str = "Qualcosa non ha funzionato. Riprova."

    def __init__(self, sentence: str = "", *, detail: str = "") -> None:
        if sentence:
            self.sentence = sentence
        self.detail = detail
        super().__init__(f"{self.code}: {detail or self.sentence}")


class ServiceUnreachable(IamError):
    """No answer, or not an answer of ours. Show no data and try again later."""

    code = "servizio-irraggiungibile"
    sentence = (
        "Il servizio delle autorizzazioni non risponde. Per sicurezza non mostriamo dati. "
        "Riprova tra qualche minuto."
    )


class LoginRefused(IamError):
    """The service sent the person back without a code; `sentence` is the reason it gave."""

    code = "accesso-rifiutato"
    sentence = "Il servizio non ha autorizzato l'accesso a questo modulo."


class LoginInterrupted(IamError):
    """The answer does not belong to the request that this browser made."""

    code = "accesso-interrotto"
    sentence = (
        "L'accesso non è stato completato in questo browser. Ricomincia dalla pagina iniziale."
    )


class TokenInvalid(IamError):
    """A token whose signature, issuer, audience or time is wrong. Never use its content."""

    code = "token-non-valido"
    sentence = "La risposta ricevuta non è autentica o è scaduta. Accedi di nuovo."


class SessionEnded(IamError):
    """The rights of the person ended, or the refresh token did: a new login is needed."""

    code = "sessione-terminata"
    sentence = (
        "La tua sessione è terminata oppure le tue abilitazioni sono cambiate. Accedi di nuovo."
    )


class ModuleRefused(IamError):
    """The service does not accept this module: its key, its registration or its question."""

    code = "modulo-rifiutato"
    sentence = "Il servizio non riconosce questo modulo. Avvisa chi lo gestisce."
