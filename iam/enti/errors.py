# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Refusals about territories and the files that describe them."""

from __future__ import annotations

from iam.kernel.errors import DomainError, InvalidInput


class ComuneUnknown(InvalidInput):
    code = "comune-sconosciuto"
    message = "Non troviamo un Comune con codice catastale {comune}. Cercalo per nome."


class AmbitoUnknown(InvalidInput):
    code = "ambito-sconosciuto"
    message = "Non troviamo un Ambito con codice {ambito}. Cercalo per nome."


class ImportColumnsMissing(InvalidInput):
    code = "importazione-colonne-mancanti"
    message = (
        "Nel file mancano queste colonne: {columns}. "
        "Controlla la prima riga, poi carica di nuovo il file."
    )


class ImportLineUnreadable(InvalidInput):
    code = "importazione-riga-illeggibile"
    message = (
        "Riga {line}: una data o un codice non si legge. "
        "Scrivi le date come 2026-12-31, poi carica di nuovo il file."
    )


class ImportIncomplete(DomainError):
    code = "importazione-incompleta"
    message = (
        "Il file non è stato importato: {unknown} Comuni non riconosciuti e {twice} Comuni "
        "in due Ambiti nello stesso giorno. Correggi le righe indicate, poi riprova."
    )


class ComuneInTwoAmbiti(DomainError):
    code = "comune-in-due-ambiti"
    message = (
        "Un Comune del file appartiene già a un altro Ambito negli stessi giorni. "
        "Chiudi prima l'appartenenza precedente."
    )


class RepresentativeFromAPastDay(DomainError):
    code = "rappresentante-data-non-successiva"
    message = (
        "Chi rappresenta {ente} oggi è in carica da un giorno uguale o successivo a quello "
        "indicato. Controlla la data di inizio dell'incarico."
    )


class ActMissing(InvalidInput):
    code = "atto-di-nomina-mancante"
    message = "Manca l'atto di nomina. Scrivi tipo, numero e data dell'atto."
