# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invented people, the same at every run, each with a valid codice fiscale. SIMULATO."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from random import Random

from codicefiscale import codicefiscale
from stdnum.it import codicefiscale as check

from iam.enti.codice_fiscale.birthplaces import existed


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FEMALE = _words(
    """
    Alessandra Alice Angela Antonella Beatrice Bianca Camilla Carla Caterina Cinzia Claudia
    Cristina Daniela Donatella Elisa Emma Federica Francesca Gabriella Giorgia Irene Laura
    Lucia Manuela Margherita Marta Michela Monica Nadia Paola Patrizia Roberta Rosa Sabrina
    Serena Silvia Simona Sonia Teresa Valentina
    """
)
MALE = _words(
    """
    Alberto Aldo Alessio Andrea Angelo Antonio Bruno Carlo Claudio Daniele Dario Diego
    Emilio Enrico Fabio Filippo Franco Gabriele Giacomo Giovanni Giulio Guido Ivan Leonardo
    Lorenzo Marcello Mario Matteo Mauro Michele Nicola Oscar Piero Renato Roberto Sandro
    Stefano Tommaso Ugo Vincenzo
    """
)
FAMILY = _words(
    """
    Amato Barbieri Basile Bellini Benedetti Bernardi Bianchi Caputo Caruso Castelli Cattaneo
    Costa Damico Deluca Esposito Fabbri Farina Ferrara Ferrari Fiore Galli Gallo Gatti
    Giordano Grassi Guerra Leone Lombardi Longo Mancini Marchetti Mariani Marini Martini
    Mazza Messina Milani Montanari Monti Morelli Negri Orlando Pagano Palmieri Parisi
    Pellegrini Piras Ricci Rinaldi Rizzi Romano Rossetti Ruggiero Russo Sanna Santoro Serra
    Silvestri Sorrentino Valentini Vitale
    """
)
OLDEST, YOUNGEST = date(1955, 1, 1), date(1990, 12, 31)
ROMA = "H501"


@dataclass(frozen=True, slots=True)
class Invented:
    given_name: str
    family_name: str
    gender: str
    birth_date: date
    birth_place: str
    codice_fiscale: str = field(repr=False)

    @property
    def email(self) -> str:
        return f"{self.given_name}.{self.family_name}@example.org".lower()


def invent(about: str, *, born_in: str = ROMA) -> Invented:
    """Return the person that `about` always stands for, born in a Comune if it existed then."""
    chance = Random(f"iam-demo:{about}")
    gender = chance.choice("FM")
    given = chance.choice(FEMALE if gender == "F" else MALE)
    family = chance.choice(FAMILY)
    born = OLDEST + timedelta(days=chance.randrange((YOUNGEST - OLDEST).days))
    place = born_in if existed(born_in, on=born) else ROMA
    root = _family_code(family) + _given_code(given) + _birth_code(born, gender) + place
    return Invented(given, family, gender, born, place, root + check.calc_check_digit(root))


@cache
def _family_code(name: str) -> str:
    return codicefiscale.encode_lastname(name)


@cache
def _given_code(name: str) -> str:
    return codicefiscale.encode_firstname(name)


@cache
def _birth_code(born: date, gender: str) -> str:
    midnight = datetime.combine(born, datetime.min.time())
    return codicefiscale.encode_birthdate(midnight, "F" if gender == "F" else "M")
