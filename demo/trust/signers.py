# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who can sign in the demonstration: the personas, and one signer for each thing that goes wrong.

SIMULATO: none of them exists and no signature made here has legal value.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from demo.personas import GIORGIO, PERSONAS, Persona


class Profile(StrEnum):
    """What the certificate is."""

    QUALIFIED = "qualificata"
    QUALIFIED_OLD_FORM = "qualificata, codice fiscale nella forma IT:"
    TWO_TYPES = "qualificata, per firma e sigillo"
    REVOKED = "certificato revocato"
    SUSPENDED = "certificato sospeso"
    EXPIRED = "certificato scaduto"
    NO_DEVICE = "certificato qualificato senza dispositivo sicuro"
    ADVANCED = "firma avanzata (FEA), non qualificata"
    CNS = "certificato di autenticazione (CNS)"
    NO_CODICE_FISCALE = "qualificata, senza codice fiscale nel certificato"
    SEAL = "sigillo elettronico di un ente"
    IMPOSTOR = "prestatore falso con lo stesso nome di quello vero"


@dataclass(frozen=True)
class Signer:
    """A key and a certificate of `persona`; `key` names them."""

    key: str
    persona: Persona
    profile: Profile = Profile.QUALIFIED

    @property
    def label(self) -> str:
        """How the page names it."""
        if self.profile is Profile.QUALIFIED:
            return f"{self.persona.full_name}: {self.persona.role}"
        return f"{self.persona.full_name}: {self.profile}"


HONEST = tuple(Signer(persona.key, persona) for persona in PERSONAS)

FAULTY = tuple(
    Signer(f"{GIORGIO.key}-{suffix}", GIORGIO, profile)
    for suffix, profile in (
        ("it", Profile.QUALIFIED_OLD_FORM),
        ("due-tipi", Profile.TWO_TYPES),
        ("revocato", Profile.REVOKED),
        ("sospeso", Profile.SUSPENDED),
        ("scaduto", Profile.EXPIRED),
        ("senza-dispositivo", Profile.NO_DEVICE),
        ("avanzata", Profile.ADVANCED),
        ("cns", Profile.CNS),
        ("senza-cf", Profile.NO_CODICE_FISCALE),
        ("sigillo", Profile.SEAL),
        ("impostore", Profile.IMPOSTOR),
    )
)

SIGNERS: dict[str, Signer] = {signer.key: signer for signer in (*HONEST, *FAULTY)}
