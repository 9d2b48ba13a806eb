# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vocabulary of what may be done.

Values that start with `gepi:` are also OAuth scopes: one word for one right,
in the law, in the role catalogue, in a token and in a module's question.
"""

from __future__ import annotations

from enum import StrEnum


class Section(StrEnum):
    """The three sections of GePI. Source: slides of 12-9-2019 (DM 108/2019)."""

    PATTI = "patti"
    ANAGRAFICI = "anagrafici"
    PUC = "puc"


class Permission(StrEnum):
    # The Ministry accredits the Amministratori di Ambito.
    NETWORK_READ = "rete:read"
    ACCREDITATION_READ = "accreditamento:read"
    ACCREDITATION_REVIEW = "accreditamento:review"
    ACCREDITATION_REGISTER = "accreditamento:register"
    ACCREDITATION_SUBMIT = "accreditamento:submit"
    DESIGNATION_UPLOAD = "designazione:upload"
    # An identity of another State (eIDAS) is linked to a person on record.
    IDENTITY_READ = "identita:read"
    IDENTITY_LINK = "identita:link"
    # An Amministratore enables Comuni and accredits operators.
    CONVENZIONE_READ = "convenzione:read"
    CONVENZIONE_PREPARE = "convenzione:prepare"
    CONVENZIONE_UPLOAD = "convenzione:upload"
    COMUNE_ENABLE = "comune:enable"
    COMUNE_SUSPEND = "comune:suspend"
    INDICATION_RECORD = "indicazione:record"
    GRANT_READ = "profilo:read"
    GRANT_CREATE = "profilo:create"
    GRANT_REVOKE = "profilo:revoke"
    ROLE_VERSION_PROPOSE = "catalogo:propose"
    ROLE_VERSION_APPROVE = "catalogo:approve"
    CLIENT_REGISTER = "client:register"
    PROVIDER_DECIDE = "gestore:decide"
    # The privacy officer reads the register.
    REGISTER_READ = "registro:read"
    REGISTER_READ_SUBJECT = "registro:read-subject"
    REGISTER_EXPORT = "registro:export"
    # The register of log-ins: who assists finds one, the privacy officer reads it.
    LOGIN_READ = "accessi:read"
    LOGIN_READ_MESSAGES = "accessi:read-messages"
    LOGIN_HOLD = "accessi:hold"
    LOGIN_REPORT = "accessi:report"
    # Beneficiary data, asked by the modules. Source: domain requirements on each role.
    NUCLEO_ANAGRAFICA = "gepi:nucleo.anagrafica"
    CASO_COMPLETO = "gepi:caso.completo"
    ASSEGNAZIONE_WRITE = "gepi:assegnazione.write"
    PATTO_WRITE = "gepi:patto.write"
    CONTROLLI_LISTA = "gepi:controlli.lista"
    CONTROLLI_VERIFICA = "gepi:controlli.verifica"
    CONTROLLI_ASSEGNA = "gepi:controlli.assegna"
    PUC_CATALOGO = "gepi:puc.catalogo"
    PUC_ASSEGNA = "gepi:puc.assegna"
    # System jobs: each holds only the one it needs.
    PEC_SEND = "sistema:pec.send"
    PEC_RECEIVE = "sistema:pec.receive"
    SIGNATURE_VERIFY = "sistema:firma.verify"
    TRUST_LIST_LOAD = "sistema:trust-list.load"
    IDENTITY_PROVIDER_LOAD = "sistema:idp.load"
    REFERENCE_DATA_LOAD = "sistema:enti.load"
    WORLD_SEED = "sistema:demo.seed"
    OAUTH_MAINTAIN = "sistema:oauth.maintain"
    CLIENT_INSTALL = "sistema:client.install"
    LOGIN_PURGE = "sistema:accessi.purge"

    @property
    def section(self) -> Section | None:
        """The section of GePI whose data it opens; None outside beneficiary data."""
        return SECTION_OF.get(self)


SECTION_OF = {
    Permission.NUCLEO_ANAGRAFICA: Section.PATTI,
    Permission.CASO_COMPLETO: Section.PATTI,
    Permission.ASSEGNAZIONE_WRITE: Section.PATTI,
    Permission.PATTO_WRITE: Section.PATTI,
    Permission.CONTROLLI_LISTA: Section.ANAGRAFICI,
    Permission.CONTROLLI_VERIFICA: Section.ANAGRAFICI,
    Permission.CONTROLLI_ASSEGNA: Section.ANAGRAFICI,
    Permission.PUC_CATALOGO: Section.PUC,
    Permission.PUC_ASSEGNA: Section.PUC,
}
"""The permissions on beneficiary data, and only these, with their section."""

BENEFICIARY = frozenset(SECTION_OF)
SYSTEM = frozenset(p for p in Permission if p.value.startswith("sistema:"))
ADMINISTRATIVE = frozenset(Permission) - BENEFICIARY - SYSTEM
