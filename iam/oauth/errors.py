# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Refusals of the authorization server, in Italian."""

from __future__ import annotations

from iam.kernel.errors import Denied, DomainError, InvalidInput


class UnknownClient(DomainError):
    code = "modulo-sconosciuto"
    message = (
        "Il modulo da cui arrivi non è registrato oppure è sospeso. "
        "Torna al modulo e avvisa chi lo gestisce."
    )
    status = 400


class RedirectMismatch(DomainError):
    code = "indirizzo-di-ritorno-diverso"
    message = (
        "Il modulo {name} ha chiesto di riportarti a un indirizzo diverso da quello registrato: "
        "{difference}. Per sicurezza ci fermiamo qui. Avvisa chi gestisce il modulo."
    )
    status = 400


class BadAuthorizationRequest(DomainError):
    code = "richiesta-del-modulo-errata"
    message = "La richiesta del modulo non è corretta ({detail}). Avvisa chi lo gestisce."
    status = 400


class LevelTooLow(DomainError):
    code = "livello-di-accesso-insufficiente"
    message = (
        "Per entrare in {name} serve un accesso con SPID o CIE di livello 2. "
        "Esci e accedi di nuovo con il livello 2."
    )
    status = 403


class NothingToSee(DomainError):
    """No profile gives any data. `why` is the law's own sentence."""

    code = "nessun-dato-accessibile"
    message = "Non puoi entrare in {name} con i tuoi profili. {why}"
    status = 403


class ProfileNotHeld(DomainError):
    code = "profilo-non-tuo"
    message = (
        "Il profilo scelto non è più attivo o non dà accesso a {name}. Torna al modulo e riprova."
    )
    status = 403


class BadLogout(DomainError):
    code = "uscita-non-valida"
    message = (
        "Il modulo ha chiesto di farti uscire con una richiesta non valida ({detail}). "
        "Se vuoi uscire, usa il pulsante Esci di questo servizio."
    )
    status = 400


class ClientKeyInvalid(InvalidInput):
    code = "chiavi-del-modulo-non-valide"
    message = "Le chiavi pubbliche del modulo non sono utilizzabili: {detail}."


class QuestionMalformed(InvalidInput):
    code = "domanda-non-valida"
    message = "La domanda al punto di decisione non è valida: {detail}."


class CallerUnknown(DomainError):
    code = "chiamante-sconosciuto"
    message = "Il modulo che chiede non si è identificato. Controlla il suo token o la sua chiave."
    status = 401


class OutsideTheToken(Denied):
    """The law would allow it, but the person entered the module without this permission."""

    code = "fuori-dal-token"
    message = (
        "Il modulo non ha questo permesso per la sessione in corso. Esci dal modulo e rientra; "
        "se non basta, avvisa chi lo gestisce."
    )

    def __init__(self) -> None:
        super().__init__(why="", reasons=(self.code,))
