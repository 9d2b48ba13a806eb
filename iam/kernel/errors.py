# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Refusals, in the words of the person who meets them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class DomainError(Exception):
    """A refusal with a permanent `code` and an Italian sentence.

    `message` may name facts in braces; they are given by keyword and never hold
    a codice fiscale. `status` is the HTTP status the edges answer with.
    """

    code: ClassVar[str]
    message: ClassVar[str]
    status: ClassVar[int] = 409

    def __init__(self, **facts: object) -> None:
        self.facts: Mapping[str, object] = facts
        super().__init__(self.code)

    @property
    def sentence(self) -> str:
        """What happened and what to do next, ready for a page."""
        return self.message.format_map(_Blanks(self.facts))

    def __str__(self) -> str:
        return self.code


class _Blanks(dict[str, object]):
    """A missing fact must not turn a refusal into a crash."""

    def __missing__(self, key: str) -> str:
        return "…"


class Denied(DomainError):
    """The law says no; `reasons` are the ids of the statements that forbid it."""

    code = "non-autorizzato"
    message = "{why}"
    status = 403

    def __init__(self, *, why: str, reasons: tuple[str, ...] = (), **facts: object) -> None:
        super().__init__(why=why, **facts)
        self.reasons = reasons


class NotFound(DomainError):
    """Absent, or out of the reach of who asks: the same answer for both."""

    code = "non-trovato"
    message = (
        "La pagina o il dato richiesto non esiste, oppure non è tra quelli che puoi vedere. "
        "Controlla l'indirizzo o torna all'inizio."
    )
    status = 404


class ConcurrentChange(DomainError):
    """Another person changed the same thing first (SQLSTATE 40001, 40P01)."""

    code = "modifica-contemporanea"
    message = (
        "Un'altra persona stava modificando lo stesso dato. Non è cambiato nulla: "
        "ricarica la pagina, controlla e riprova."
    )


class Unavailable(DomainError):
    """The evidence could not be written, so nothing is shown (law 9)."""

    code = "servizio-non-disponibile"
    message = (
        "In questo momento non possiamo registrare l'operazione, quindi non la eseguiamo. "
        "I dati sono al sicuro. Riprova tra qualche minuto."
    )
    status = 503


class InvalidInput(DomainError):
    """What was typed cannot be used; subclasses say which and how to write it."""

    code = "dato-non-valido"
    message = "Il dato inserito non è valido. Correggilo e riprova."
    status = 400
