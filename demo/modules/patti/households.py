# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invented households. Nobody in them exists, and every codice fiscale here is invented.

The codici fiscali are well written, since the decision point reads them: each agrees with the
name, the age and the place of birth of an invented person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

BOVEZZO, MANTOVA = "B102", "E897"
COMUNI = {BOVEZZO: "Bovezzo (BS)", MANTOVA: "Mantova (MN)"}


@dataclass(frozen=True)
class Member:
    """A person, with the age in brackets, and an invented codice fiscale."""

    name: str
    codice_fiscale: str = field(repr=False)


@dataclass(frozen=True)
class Household:
    """A household. `id` is what the decision point is told, `practice` the file it belongs to."""

    id: str
    comune: str
    practice: str
    surname: str
    members: tuple[Member, ...]
    address: str
    phone: str
    resident_since: str
    stay: str
    amount: str
    analysis: str
    commitments: str

    @property
    def comune_name(self) -> str:
        return COMUNI[self.comune]

    @property
    def people(self) -> tuple[str, ...]:
        """Whose data a page on this household shows, as the decision point asks to be told."""
        return tuple(member.codice_fiscale for member in self.members)


def _household(
    number: int, comune: str, surname: str, *facts: str, members: Sequence[tuple[str, str]]
) -> Household:
    prefix = "BOV" if comune == BOVEZZO else "MAN"
    return Household(
        f"{prefix}-{number:03d}",
        comune,
        f"PR-2026-{prefix}-{number:04d}",
        surname,
        tuple(Member(*member) for member in members),
        *facts,
    )


HOUSEHOLDS = (
    _household(
        1, BOVEZZO, "Alberici", "via Verdi 3", "333 0000001", "12 marzo 2009",
        "cittadinanza italiana", "780 € al mese",
        "Perdita del lavoro da 14 mesi; due figli minori; affitto arretrato di tre mesi.",
        "Corso di riqualificazione; colloquio mensile; frequenza scolastica dei figli.",
        members=(
            ("Rosa Alberici (41)", "LBRRSO85D57B157C"),
            ("Nicolò (12)", "LBRNCL14B03B157Y"),
            ("Emma (9)", "LBRMME17E62B157T"),
        ),
    ),
    _household(
        2, BOVEZZO, "Bonardi", "via Dante 18", "333 0000002", "2 settembre 1998",
        "cittadinanza italiana", "500 € al mese",
        "Vive solo; patologia cronica certificata; rete familiare assente.",
        "Presa in carico con il servizio sanitario; visita domiciliare ogni due mesi.",
        members=(
            ("Ettore Bonardi (63)", "BNRTTR63C09B102R"),
        ),
    ),
    _household(
        3, BOVEZZO, "Castaldi", "via Paolo VI 7", "333 0000003", "20 gennaio 2015",
        "cittadinanza italiana", "920 € al mese",
        "Nucleo numeroso; un adulto in formazione; alloggio sovraffollato.",
        "Domanda di alloggio pubblico; tirocinio; sostegno educativo.",
        members=(
            ("Ivana Castaldi (38)", "CSTVNI88H51B157C"),
            ("Bruno (40)", "CSTBRN86A28B157Z"),
            ("Lia (15)", "CSTLIA11P54B157E"),
            ("Teo (11)", "CSTTEO15L30B157L"),
            ("Zoe (4)", "CSTZOE22R45B157C"),
        ),
    ),
    _household(
        4, BOVEZZO, "Dossi", "via Europa 22", "333 0000004", "5 maggio 2018",
        "permesso di soggiorno UE di lungo periodo", "640 € al mese",
        "Lavoro stagionale; bisogno di conciliare i tempi di cura.",
        "Orientamento al lavoro; nido comunale.",
        members=(
            ("Amina Dossi (29)", "DSSMNA97B59Z330D"),
            ("Samir (2)", "DSSSMR24M08B157D"),
        ),
    ),
    _household(
        5, BOVEZZO, "Ferlini", "via Castello 1", "333 0000005", "30 giugno 2001",
        "cittadinanza italiana", "450 € al mese",
        "Debiti pregressi; amministrazione di sostegno in corso.",
        "Piano di rientro; colloqui con il servizio legale.",
        members=(
            ("Carlo Ferlini (57)", "FRLCRL69E01B157H"),
            ("Marta (55)", "FRLMRT71C52C948W"),
        ),
    ),
    _household(
        6, BOVEZZO, "Gatta", "via Montello 9", "333 0000006", "11 novembre 2020",
        "cittadinanza italiana", "700 € al mese",
        "Nucleo monogenitoriale; diploma da conseguire.",
        "Scuola serale; progetto utile alla collettività.",
        members=(
            ("Noemi Gatta (24)", "GTTNMO02H66B157B"),
            ("Leo (3)", "GTTLEO23D02B157V"),
        ),
    ),
    _household(
        1, MANTOVA, "Lanzi", "via Virgilio 4", "333 0000007", "1 febbraio 2012",
        "cittadinanza italiana", "560 € al mese",
        "Disoccupazione di lunga durata.",
        "Ricerca attiva di lavoro.",
        members=(
            ("Piero Lanzi (50)", "LNZPRI76A15E897C"),
            ("Dora (48)", "LNZDRO78L61E897T"),
        ),
    ),
    _household(
        2, MANTOVA, "Moro", "via Pilla 30", "333 0000008", "19 luglio 2016",
        "cittadinanza italiana", "810 € al mese",
        "Figlio con disabilità; orario di lavoro ridotto.",
        "Percorso con la neuropsichiatria; congedo di cura.",
        members=(
            ("Silvia Moro (36)", "MROSLV90P42E897P"),
            ("Elia (8)", "MROLEI18C27E897Z"),
        ),
    ),
)  # fmt: skip

BY_ID = {household.id: household for household in HOUSEHOLDS}

#: Who follows which case at the start, by the name that the service tells: the module links the
#: case to the person the first time somebody with that name enters.
AT_THE_START = {
    "BOV-001": "Luca Moretti",
    "BOV-002": "Luca Moretti",
    "BOV-003": "Sara Greco",
    "BOV-004": "Sara Greco",
}
