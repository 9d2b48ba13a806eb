# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The three federations that the simulated provider plays: each with a name and key of its own.

They share code and no key: what one signs, the others' service must refuse.
"""

from __future__ import annotations

from dataclasses import dataclass

from demo.idp.outcomes import CIE_OUTCOMES, EIDAS_OUTCOMES, OUTCOMES, Outcome
from demo.personas import Persona


@dataclass(frozen=True)
class Face:
    """One federation. `path` is where it stands below the provider's address."""

    key: str
    path: str
    name: str
    scheme: str
    outcomes: tuple[Outcome, ...]

    @property
    def organisation(self) -> str:
        return f"{self.name} (SIMULATO)"

    def outcome(self, key: str) -> Outcome:
        return next((one for one in self.outcomes if one.key == key), self.outcomes[0])


SPID = Face("spid", "", "Gestore SPID dimostrativo", "SPID", OUTCOMES)
CIE = Face("cie", "/cie", "Entra con CIE dimostrativo", "CIE", CIE_OUTCOMES)
EIDAS = Face("eidas", "/eidas", "Nodo eIDAS dimostrativo", "eIDAS", EIDAS_OUTCOMES)
FACES = (SPID, CIE, EIDAS)

STATE = "PT"
"""The State that vouches for everybody at the eIDAS face: invented identities of Portugal."""


def foreign_code(persona: Persona) -> str:
    """Return the identifier of a persona in another State. Source: eIDAS SAML profile, 2.2.3."""
    return f"{STATE}/IT/DEMO-{persona.key.upper()}"


def identifier(face: Face, persona: Persona) -> str:
    return foreign_code(persona) if face is EIDAS else persona.spid_code
