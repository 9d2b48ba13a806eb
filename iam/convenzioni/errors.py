# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The refusals of this room."""

from __future__ import annotations

from iam.kernel.errors import DomainError, InvalidInput


class NoLegaleRappresentante(DomainError):
    code = "legale-rappresentante-assente"
    message = (
        "Per {ente} non risulta un legale rappresentante. "
        "Fallo registrare con il suo atto di nomina, poi prepara la convenzione."
    )


class ConvenzioneAlreadyOpen(DomainError):
    code = "convenzione-gia-aperta"
    message = (
        "Per {ente} c'è già una convenzione, la numero {number}. "
        "Usa quella: non serve prepararne un'altra."
    )


class ConvenzioneNotToBeSigned(DomainError):
    code = "convenzione-gia-verificata"
    message = (
        "La convenzione numero {number} è già stata firmata e verificata. "
        "Non serve caricarla di nuovo."
    )


class UploadNotAccepted(DomainError):
    code = "firma-non-verificata"
    message = (
        "Il Comune si abilita solo su una convenzione con la firma verificata. "
        "Carica il file firmato e leggi il rapporto di verifica."
    )


class ReportChanged(DomainError):
    code = "rapporto-diverso"
    message = (
        "Il rapporto di verifica non è più quello che hai letto. Rileggilo e poi abilita il Comune."
    )


class ComuneAlreadyEnabled(DomainError):
    code = "comune-gia-abilitato"
    message = "Il Comune di {comune} è già abilitato."


class ComuneNotEnabled(DomainError):
    code = "comune-non-abilitato"
    message = "Il Comune di {comune} non è abilitato: non c'è nulla da sospendere o riattivare."


class ReasonMissing(InvalidInput):
    code = "motivo-assente"
    message = "Scrivi il motivo: resta nel registro e lo leggono gli operatori del Comune."
