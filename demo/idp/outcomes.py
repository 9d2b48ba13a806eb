# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every way a log-in can end, as a tester may choose it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """`level` for a success; otherwise SPID's error `number` and its second-level code."""

    key: str
    label: str
    level: int = 0
    number: int = 0
    second: str = "AuthnFailed"


OUTCOMES = (
    Outcome("livello-2", "Accesso riuscito, livello 2", level=2),
    Outcome("livello-3", "Accesso riuscito, livello 3", level=3),
    Outcome("livello-1", "Accesso riuscito ma solo di livello 1 (sarà rifiutato)", level=1),
    Outcome("nr19", "Troppi tentativi con credenziali errate (nr19)", number=19),
    Outcome("nr20", "Credenziali di livello troppo basso (nr20)", number=20),
    Outcome("nr21", "Tempo scaduto (nr21)", number=21),
    Outcome("nr22", "Consenso negato (nr22)", number=22),
    Outcome("nr23", "Identità sospesa, revocata o bloccata (nr23)", number=23),
    Outcome("nr25", "Annullato dalla persona (nr25)", number=25),
    Outcome("nr30", "Tipo di identità diverso da quello richiesto (nr30)", number=30),
    *(
        Outcome(
            f"nr{number}",
            f"Richiesta del servizio rifiutata (nr{number}): colpa del servizio",
            number=number,
            second="RequestUnsupported",
        )
        for number in range(8, 19)
    ),
)

CIE_OUTCOMES = (
    Outcome("livello-2", "Accesso riuscito, livello 2: codice e app", level=2),
    Outcome("livello-3", "Accesso riuscito, livello 3: carta e PIN", level=3),
    Outcome("livello-1", "Accesso riuscito ma solo di livello 1 (sarà rifiutato)", level=1),
    Outcome("nr21", "Tempo scaduto (nr21)", number=21),
    Outcome("nr22", "Consenso negato (nr22)", number=22),
    Outcome("nr23", "Carta scaduta, revocata o bloccata (nr23)", number=23),
    Outcome("nr25", "Annullato dalla persona (nr25)", number=25),
    OUTCOMES[-1],
)
"""CIE keeps 19, 20 and 24 for itself. Source: CIE, error codes."""

EIDAS_OUTCOMES = (
    Outcome("livello-2", "Accesso riuscito, livello «significativo» (2)", level=2),
    Outcome("livello-3", "Accesso riuscito, livello «elevato» (3)", level=3),
    Outcome("livello-1", "Accesso riuscito ma solo «basso» (sarà rifiutato)", level=1),
    Outcome("nr21", "Tempo scaduto (nr21)", number=21),
    Outcome("nr22", "Consenso negato (nr22)", number=22),
    Outcome("nr25", "Annullato dalla persona (nr25)", number=25),
    OUTCOMES[-1],
)
