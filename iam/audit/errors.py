# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Refusals of the register."""

from iam.kernel.errors import DomainError


class ReasonMissing(DomainError):
    code = "motivo-assente"
    message = (
        "Per questa ricerca serve un motivo. Scrivilo in poche parole, senza dati personali:"
        " resta nel registro insieme alla ricerca."
    )
    status = 422


class ReasonNamesSomebody(DomainError):
    code = "motivo-con-dati-personali"
    message = (
        "Il motivo contiene un codice fiscale. Toglilo: il motivo resta nel registro, dove i"
        " codici fiscali non entrano."
    )
    status = 422


class PeriodTurned(DomainError):
    code = "periodo-rovesciato"
    message = "Il periodo finisce ({until}) prima di cominciare ({since}). Correggi le date."
    status = 422


class CursorUnknown(DomainError):
    code = "pagina-inesistente"
    message = "Questa pagina del registro non esiste. Torna all'inizio del registro."
    status = 404


class ExportTooLarge(DomainError):
    code = "esportazione-troppo-grande"
    message = (
        "Il risultato supera {most} righe e non può essere esportato in una volta."
        " Restringi il periodo o aggiungi un filtro."
    )
    status = 422
