# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The invented people of the demonstration world. SIMULATO: none of them exists.

Their codici fiscali are valid and agree with name, gender, date and place of birth, so that
every check of the service holds for them too. Plain Python: any process of the demo reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

COMUNE_OF_THE_JOURNEY = "B102"
"""Bovezzo, province of Brescia: the Comune that the journey enables."""

COMUNE_OF_MARCO = "E897"
"""Mantova: Marco Villa administers the Ambito of this Comune."""


@dataclass(frozen=True, kw_only=True)
class Persona:
    """One invented person; `key` is her user name at the demo identity provider."""

    key: str
    given_name: str
    family_name: str
    codice_fiscale: str
    gender: str
    birth_date: date
    birth_place: str
    birth_place_code: str
    birth_province: str
    phone: str
    role: str
    try_this: str

    @property
    def email(self) -> str:
        """The address given to SPID; `example.org` never receives mail."""
        return f"{self.given_name}.{self.family_name}@example.org".lower()

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def spid_code(self) -> str:
        """The identifier that her provider gives her: `DEMO` and ten characters."""
        return "DEMO" + f"{self.key}0000000000"[:10].upper()


ELENA = Persona(
    key="elena",
    given_name="Elena",
    family_name="Ferri",
    codice_fiscale="FRRLNE75D52H501C",
    gender="F",
    birth_date=date(1975, 4, 12),
    birth_place="Roma",
    birth_place_code="H501",
    birth_province="RM",
    phone="+390600000001",
    role="Super Utente del Ministero",
    try_this="Apri la situazione degli Ambiti, istruisci la pratica di Anna Colombo e censiscila.",
)
PAOLO = Persona(
    key="paolo",
    given_name="Paolo",
    family_name="Neri",
    codice_fiscale="NREPLA63P23G478G",
    gender="M",
    birth_date=date(1963, 9, 23),
    birth_place="Perugia",
    birth_place_code="G478",
    birth_province="PG",
    phone="+390600000002",
    role="Direttore generale del Ministero, senza ruoli nel servizio",
    try_this="Firma gli atti di designazione sul servizio fiduciario simulato.",
)
ANNA = Persona(
    key="anna",
    given_name="Anna",
    family_name="Colombo",
    codice_fiscale="CLMNNA81H54B157L",
    gender="F",
    birth_date=date(1981, 6, 14),
    birth_place="Brescia",
    birth_place_code="B157",
    birth_province="BS",
    phone="+390300000003",
    role="Indicata come Amministratrice dell'Ambito di Bovezzo: ha compilato i dati",
    try_this="Controfirma l'atto di designazione, poi abilita Bovezzo e accredita gli operatori.",
)
MARCO = Persona(
    key="marco",
    given_name="Marco",
    family_name="Villa",
    codice_fiscale="VLLMRC78S03E897K",
    gender="M",
    birth_date=date(1978, 11, 3),
    birth_place="Mantova",
    birth_place_code="E897",
    birth_province="MN",
    phone="+390376000004",
    role="Amministratore dell'Ambito di Mantova, già accreditato",
    try_this="Prova ad accreditare qualcuno a Bovezzo: non è nel tuo Ambito.",
)
GIULIA = Persona(
    key="giulia",
    given_name="Giulia",
    family_name="Conti",
    codice_fiscale="CNTGLI84B67A794B",
    gender="F",
    birth_date=date(1984, 2, 27),
    birth_place="Bergamo",
    birth_place_code="A794",
    birth_province="BG",
    phone="+390300000005",
    role="Coordinatrice per il Patto per l'Inclusione Sociale a Bovezzo",
    try_this="Assegna un nucleo a un case manager: vedi solo i dati anagrafici.",
)
LUCA = Persona(
    key="luca",
    given_name="Luca",
    family_name="Moretti",
    codice_fiscale="MRTLCU89L08D150P",
    gender="M",
    birth_date=date(1989, 7, 8),
    birth_place="Cremona",
    birth_place_code="D150",
    birth_province="CR",
    phone="+390300000006",
    role="Case manager per il Patto a Bovezzo",
    try_this="Apri il modulo dei Patti: i tuoi casi sì, quelli della collega no.",
)
SARA = Persona(
    key="sara",
    given_name="Sara",
    family_name="Greco",
    codice_fiscale="GRCSRA91T59F839R",
    gender="F",
    birth_date=date(1991, 12, 19),
    birth_place="Napoli",
    birth_place_code="F839",
    birth_province="NA",
    phone="+390300000007",
    role="Case manager per il Patto a Bovezzo, collega di Luca Moretti",
    try_this="Apri il modulo dei Patti: i casi di Luca ti sono negati, con il motivo.",
)
DAVIDE = Persona(
    key="davide",
    given_name="Davide",
    family_name="Riva",
    codice_fiscale="RVIDVD77E30E507F",
    gender="M",
    birth_date=date(1977, 5, 30),
    birth_place="Lecco",
    birth_place_code="E507",
    birth_province="LC",
    phone="+390300000008",
    role="Coordinatore per i controlli anagrafici a Bovezzo",
    try_this="Apri il modulo e assegna l'elenco dei controlli.",
)
CHIARA = Persona(
    key="chiara",
    given_name="Chiara",
    family_name="Fontana",
    codice_fiscale="FNTCHR86R45L781G",
    gender="F",
    birth_date=date(1986, 10, 5),
    birth_place="Verona",
    birth_place_code="L781",
    birth_province="VR",
    phone="+390300000009",
    role="Responsabile per i controlli anagrafici a Bovezzo",
    try_this="Apri il modulo: vedi solo residenza e soggiorno, e solo di Bovezzo.",
)
FRANCA = Persona(
    key="franca",
    given_name="Franca",
    family_name="Testa",
    codice_fiscale="TSTFNC70A61L219F",
    gender="F",
    birth_date=date(1970, 1, 21),
    birth_place="Torino",
    birth_place_code="L219",
    birth_province="TO",
    phone="+390600000010",
    role="Responsabile della protezione dei dati (RPD) del Ministero",
    try_this="Cerca nel registro chi ha visto i dati di una persona e verifica la prova.",
)
GIORGIO = Persona(
    key="giorgio",
    given_name="Giorgio",
    family_name="Sala",
    codice_fiscale="SLAGRG58C16B102O",
    gender="M",
    birth_date=date(1958, 3, 16),
    birth_place="Bovezzo",
    birth_place_code="B102",
    birth_province="BS",
    phone="+390300000011",
    role="Sindaco di Bovezzo, legale rappresentante del Comune",
    try_this="Firma la convenzione di Bovezzo sul servizio fiduciario simulato.",
)
PIETRO = Persona(
    key="pietro",
    given_name="Pietro",
    family_name="Bruno",
    codice_fiscale="BRNPTR82M11G273S",
    gender="M",
    birth_date=date(1982, 8, 11),
    birth_place="Palermo",
    birth_place_code="G273",
    birth_province="PA",
    phone="+390300000012",
    role="Ha una firma digitale valida ma nessuna carica",
    try_this="Firma la convenzione al posto del sindaco: viene rifiutata.",
)
NORA = Persona(
    key="nora",
    given_name="Nora",
    family_name="Nessuno",
    codice_fiscale="NSSNRO93P42L424W",
    gender="F",
    birth_date=date(1993, 9, 2),
    birth_place="Trieste",
    birth_place_code="L424",
    birth_province="TS",
    phone="+390300000013",
    role="Mai accreditata",
    try_this="Entra con SPID: scopri perché non vedi nulla e a chi chiedere.",
)

PERSONAS: tuple[Persona, ...] = (
    ELENA,
    PAOLO,
    ANNA,
    MARCO,
    GIULIA,
    LUCA,
    SARA,
    DAVIDE,
    CHIARA,
    FRANCA,
    GIORGIO,
    PIETRO,
    NORA,
)
"""In the order of the journey."""

PERSONA_BY_KEY: dict[str, Persona] = {persona.key: persona for persona in PERSONAS}
