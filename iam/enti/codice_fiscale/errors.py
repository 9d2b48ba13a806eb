# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One sentence for each fault. None of them repeats the codice fiscale."""

from __future__ import annotations

from typing import ClassVar

from iam.kernel.errors import InvalidInput


class CodiceFiscaleFault(InvalidInput):
    """`field` is the field of the accreditation form that the fault belongs to."""

    field: ClassVar[str] = "codice_fiscale"


class CodiceFiscaleMissing(CodiceFiscaleFault):
    code = "codice-fiscale-mancante"
    message = "Manca il codice fiscale. Scrivi i 16 caratteri che trovi sulla tessera sanitaria."


class CodiceFiscaleOfEnte(CodiceFiscaleFault):
    code = "codice-fiscale-di-ente"
    message = (
        "Hai scritto il codice fiscale di un ente, di 11 cifre. "
        "Serve quello della persona, di 16 caratteri."
    )


class CodiceFiscaleLength(CodiceFiscaleFault):
    code = "codice-fiscale-lunghezza"
    message = "Il codice fiscale ha 16 caratteri: ne hai scritti {count}."


class CodiceFiscaleShape(CodiceFiscaleFault):
    code = "codice-fiscale-forma"
    message = (
        "Il codice fiscale ha un carattere fuori posto. "
        "Ricopialo dalla tessera sanitaria, lettere e cifre nello stesso ordine."
    )


class CodiceFiscaleCheckLetter(CodiceFiscaleFault):
    code = "codice-fiscale-controllo"
    message = "L'ultima lettera non torna: controlla di aver copiato bene."


class CodiceFiscaleDate(CodiceFiscaleFault):
    code = "codice-fiscale-data-impossibile"
    message = (
        "La data di nascita scritta nel codice fiscale non esiste nel calendario. "
        "Ricopia il codice fiscale dalla tessera sanitaria."
    )


class FamilyNameDiffers(CodiceFiscaleFault):
    code = "codice-fiscale-cognome"
    field = "family_name"
    message = (
        "Il cognome non corrisponde al codice fiscale. "
        "Scrivilo come sulla tessera sanitaria, senza nomi o titoli."
    )


class GivenNameDiffers(CodiceFiscaleFault):
    code = "codice-fiscale-nome"
    field = "given_name"
    message = (
        "Il nome non corrisponde al codice fiscale. "
        "Scrivi tutti i nomi che compaiono sulla tessera sanitaria."
    )


class BirthDateDiffers(CodiceFiscaleFault):
    code = "codice-fiscale-data"
    field = "birth_date"
    message = "La data di nascita non corrisponde al codice fiscale. Controlla giorno, mese e anno."


class GenderDiffers(CodiceFiscaleFault):
    code = "codice-fiscale-genere"
    field = "gender"
    message = "Il genere non corrisponde al codice fiscale. Scegli quello della tessera sanitaria."


class BirthPlaceDiffers(CodiceFiscaleFault):
    code = "codice-fiscale-luogo"
    field = "birth_place"
    message = (
        "Il luogo di nascita non corrisponde al codice fiscale. "
        "Scegli il Comune com'era quando sei nato o nata; se sei nato all'estero, lo Stato."
    )


class BirthPlaceUnknown(CodiceFiscaleFault):
    code = "luogo-di-nascita-sconosciuto"
    field = "birth_place"
    message = (
        "Non conosciamo questo luogo di nascita. Cercalo per nome e sceglilo dall'elenco: "
        "ci sono anche i Comuni soppressi e gli Stati esteri."
    )


class BirthPlaceNotThen(CodiceFiscaleFault):
    code = "luogo-di-nascita-non-esisteva"
    field = "birth_place"
    message = (
        "{place} non esisteva il {born}. "
        "Scegli il Comune a cui apparteneva quel luogo nel giorno della nascita."
    )
