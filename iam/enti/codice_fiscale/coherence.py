# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Does a codice fiscale agree with the person it is said to be of?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from codicefiscale import codicefiscale as encoder

from iam.enti.codice_fiscale.birthplaces import birth_place, existed
from iam.enti.codice_fiscale.errors import (
    BirthDateDiffers,
    BirthPlaceDiffers,
    BirthPlaceNotThen,
    BirthPlaceUnknown,
    CodiceFiscaleFault,
    FamilyNameDiffers,
    GenderDiffers,
    GivenNameDiffers,
)
from iam.enti.codice_fiscale.reading import CodiceFiscale

FEMALE_DAYS = 40
"""Added to the day of birth of women. Source: DM 23-12-1976, art. 4."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Registry:
    """What a person declares. `birth_place` is a codice catastale; `gender` is F or M."""

    given_name: str
    family_name: str
    birth_date: date
    birth_place: str
    gender: str


def faults(codice_fiscale: CodiceFiscale, declared: Registry) -> tuple[CodiceFiscaleFault, ...]:
    """Return every disagreement, in the order of the form; none when all agree.

    The first call reads the archives (0.2 s); later ones take a tenth of a millisecond.
    """
    code = codice_fiscale.canonical
    return (
        *name_faults(
            codice_fiscale, given_name=declared.given_name, family_name=declared.family_name
        ),
        *_faults_of_birth(code, declared),
        *_faults_of_place(code, declared),
    )


def name_faults(
    codice_fiscale: CodiceFiscale, *, given_name: str, family_name: str
) -> tuple[CodiceFiscaleFault, ...]:
    """Return the disagreements of the names alone, where nothing else was declared."""
    code = codice_fiscale.canonical
    found: list[CodiceFiscaleFault] = []
    if encoder.encode_lastname(family_name) != code[:3]:
        found.append(FamilyNameDiffers())
    if encoder.encode_firstname(given_name) != code[3:6]:
        found.append(GivenNameDiffers())
    return tuple(found)


def _faults_of_birth(code: str, declared: Registry) -> list[CodiceFiscaleFault]:
    day = int(code[9:11])
    gender = "F" if day > FEMALE_DAYS else "M"
    midnight = datetime.combine(declared.birth_date, datetime.min.time())
    found: list[CodiceFiscaleFault] = []
    if encoder.encode_birthdate(midnight, "F" if gender == "F" else "M") != code[6:11]:
        found.append(BirthDateDiffers())
    if gender != declared.gender:
        found.append(GenderDiffers())
    return found


def _faults_of_place(code: str, declared: Registry) -> list[CodiceFiscaleFault]:
    place = birth_place(declared.birth_place, born=declared.birth_date)
    if place is None:
        return [BirthPlaceUnknown()]
    if declared.birth_place != code[11:15]:
        return [BirthPlaceDiffers()]
    if not existed(place.code, on=declared.birth_date):
        return [BirthPlaceNotThen(place=place.name, born=f"{declared.birth_date:%d/%m/%Y}")]
    return []
