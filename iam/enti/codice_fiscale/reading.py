# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading what somebody typed, or what SPID sent, as the codice fiscale of a person."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from stdnum import exceptions
from stdnum.it import codicefiscale as stdnum_it

from iam.enti.codice_fiscale.errors import (
    CodiceFiscaleCheckLetter,
    CodiceFiscaleDate,
    CodiceFiscaleLength,
    CodiceFiscaleMissing,
    CodiceFiscaleOfEnte,
    CodiceFiscaleShape,
)

LENGTH = 16
LENGTH_OF_ENTE = 11
DIGIT_PLACES = (6, 7, 9, 10, 12, 13, 14)
"""Where omocodia may put a letter for a digit. Source: DM 23-12-1976, art. 6."""

DIGIT_OF = dict(zip("LMNPQRSTUV", "0123456789", strict=True))
MONTHS = "ABCDEHLMPRST"
BLANKS = re.compile(r"[\s.\-]+")


@dataclass(frozen=True, slots=True)
class CodiceFiscale:
    """A valid codice fiscale: as presented, and canonical, that is without omocodia.

    Identities are matched on what was presented; coherence is judged on the canonical form.
    """

    as_presented: str = field(repr=False)
    canonical: str = field(repr=False)

    @property
    def is_omocode(self) -> bool:
        return self.as_presented != self.canonical

    @property
    def birth_place(self) -> str:
        """The codice catastale of the Comune, or of the foreign State, of birth."""
        return self.canonical[11:15]

    def is_of_birth(self, day: str) -> bool:
        """Return whether the person was born on `day` (ISO 8601); no for what is not a day.

        The century is not in a codice fiscale. Source: DM 23-12-1976, art. 4.
        """
        try:
            born = date.fromisoformat(day)
        except ValueError:
            return False
        letters = self.canonical
        told = (int(letters[6:8]), MONTHS.index(letters[8]) + 1, int(letters[9:11]) % 40)
        return told == (born.year % 100, born.month, born.day)

    def __str__(self) -> str:
        return "(codice fiscale)"


def read(text: str) -> CodiceFiscale:
    """Return the codice fiscale in `text`; blanks, dots, hyphens and case do not matter.

    Raises a `CodiceFiscaleFault`, whose sentence says what to correct.
    """
    presented = BLANKS.sub("", text).upper()
    _check_length(presented)
    try:
        stdnum_it.validate(presented)
    except exceptions.InvalidChecksum as fault:
        raise CodiceFiscaleCheckLetter from fault
    except exceptions.InvalidComponent as fault:
        raise CodiceFiscaleDate from fault
    except exceptions.ValidationError as fault:
        raise CodiceFiscaleShape from fault
    return CodiceFiscale(presented, _canonical(presented))


def _check_length(presented: str) -> None:
    if not presented:
        raise CodiceFiscaleMissing
    if len(presented) == LENGTH_OF_ENTE and presented.isdigit():
        raise CodiceFiscaleOfEnte
    if len(presented) != LENGTH:
        raise CodiceFiscaleLength(count=len(presented))


def _canonical(presented: str) -> str:
    letters = list(presented[:15])
    for place in DIGIT_PLACES:
        letters[place] = DIGIT_OF.get(letters[place], letters[place])
    root = "".join(letters)
    return root + stdnum_it.calc_check_digit(root)
