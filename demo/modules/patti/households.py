# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invented households. Nobody in them exists, and none has a codice fiscale."""

from __future__ import annotations

from dataclasses import dataclass

BOVEZZO, MANTOVA = "B102", "E897"
COMUNI = {BOVEZZO: "Bovezzo (BS)", MANTOVA: "Mantova (MN)"}


@dataclass(frozen=True)
class Household:
    """A household. `id` is what the decision point is told, `practice` the file it belongs to."""

    id: str
    comune: str
    practice: str
    surname: str
    members: tuple[str, ...]
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


def _household(number: int, comune: str, surname: str, *facts: str, members: str) -> Household:
    prefix = "BOV" if comune == BOVEZZO else "MAN"
    return Household(
        f"{prefix}-{number:03d}",
        comune,
        f"PR-2026-{prefix}-{number:04d}",
        surname,
        tuple(members.split(", ")),
        *facts,
    )


HOUSEHOLDS = (
    _household(
        1, BOVEZZO, "Alberici", "via Verdi 3", "333 0000001", "12 marzo 2009",
        "cittadinanza italiana", "780 € al mese",
        "Perdita del lavoro da 14 mesi; due figli minori; affitto arretrato di tre mesi.",
        "Corso di riqualificazione; colloquio mensile; frequenza scolastica dei figli.",
        members="Rosa Alberici (41), Nicolò (12), Emma (9)",
    ),
    _household(
        2, BOVEZZO, "Bonardi", "via Dante 18", "333 0000002", "2 settembre 1998",
        "cittadinanza italiana", "500 € al mese",
        "Vive solo; patologia cronica certificata; rete familiare assente.",
        "Presa in carico con il servizio sanitario; visita domiciliare ogni due mesi.",
        members="Ettore Bonardi (63)",
    ),
    _household(
        3, BOVEZZO, "Castaldi", "via Paolo VI 7", "333 0000003", "20 gennaio 2015",
        "cittadinanza italiana", "920 € al mese",
        "Nucleo numeroso; un adulto in formazione; alloggio sovraffollato.",
        "Domanda di alloggio pubblico; tirocinio; sostegno educativo.",
        members="Ivana Castaldi (38), Bruno (40), Lia (15), Teo (11), Zoe (4)",
    ),
    _household(
        4, BOVEZZO, "Dossi", "via Europa 22", "333 0000004", "5 maggio 2018",
        "permesso di soggiorno UE di lungo periodo", "640 € al mese",
        "Lavoro stagionale; bisogno di conciliare i tempi di cura.",
        "Orientamento al lavoro; nido comunale.",
        members="Amina Dossi (29), Samir (2)",
    ),
    _household(
        5, BOVEZZO, "Ferlini", "via Castello 1", "333 0000005", "30 giugno 2001",
        "cittadinanza italiana", "450 € al mese",
        "Debiti pregressi; amministrazione di sostegno in corso.",
        "Piano di rientro; colloqui con il servizio legale.",
        members="Carlo Ferlini (57), Marta (55)",
    ),
    _household(
        6, BOVEZZO, "Gatta", "via Montello 9", "333 0000006", "11 novembre 2020",
        "cittadinanza italiana", "700 € al mese",
        "Nucleo monogenitoriale; diploma da conseguire.",
        "Scuola serale; progetto utile alla collettività.",
        members="Noemi Gatta (24), Leo (3)",
    ),
    _household(
        1, MANTOVA, "Lanzi", "via Virgilio 4", "333 0000007", "1 febbraio 2012",
        "cittadinanza italiana", "560 € al mese",
        "Disoccupazione di lunga durata.",
        "Ricerca attiva di lavoro.",
        members="Piero Lanzi (50), Dora (48)",
    ),
    _household(
        2, MANTOVA, "Moro", "via Pilla 30", "333 0000008", "19 luglio 2016",
        "cittadinanza italiana", "810 € al mese",
        "Figlio con disabilità; orario di lavoro ridotto.",
        "Percorso con la neuropsichiatria; congedo di cura.",
        members="Silvia Moro (36), Elia (8)",
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
