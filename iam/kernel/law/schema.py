# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The typed schema of the law, made from the vocabulary so that the two cannot drift."""

from __future__ import annotations

from iam.kernel.permissions import SECTION_OF, SYSTEM, Permission

ENTITIES = """
entity Role = { code: String, may: Set<Action> };
entity Grant = {
  role: Role, person: String, kind: String, assurance: Long, log_in_age: Long,
  level: String, ambito: String, comune: String,
};
entity Luogo = {
  ambito: String, comune: String, about: String, asked_by: String, signed_by: Set<String>,
};
entity Nucleo = {
  ambito: String, comune: String, own: Bool, covered: Set<String>, enabled: Set<String>,
};
action "dati-beneficiari";
action "dati-patti" in ["dati-beneficiari"];
action "dati-anagrafici" in ["dati-beneficiari"];
action "dati-puc" in ["dati-beneficiari"];
action "amministrazione";
action "diritti" in ["amministrazione"];
action "registro" in ["amministrazione"];
action "sistema";
"""

RIGHTS = frozenset(
    {
        Permission.GRANT_CREATE,
        Permission.GRANT_REVOKE,
        Permission.ACCREDITATION_REGISTER,
        Permission.ROLE_VERSION_APPROVE,
        Permission.IDENTITY_LINK,
    }
)
"""The permissions that change what somebody may do."""

LOG_IN = "level: Long, fresh_seconds: Long"
CONTEXT = f"{{ {LOG_IN} }}"
BENEFICIARY_CONTEXT = (
    f"{{ section: String, purpose: String, practice: String, subjects: Long, {LOG_IN} }}"
)


def group_of(permission: Permission) -> str:
    if permission in SECTION_OF:
        return f"dati-{SECTION_OF[permission]}"
    if permission in SYSTEM:
        return "sistema"
    if permission in RIGHTS:
        return "diritti"
    return "registro" if permission.value.startswith("registro:") else "amministrazione"


def _declaration(permission: Permission) -> str:
    resource, context = (
        ("Nucleo", BENEFICIARY_CONTEXT) if permission in SECTION_OF else ("Luogo", CONTEXT)
    )
    return (
        f'action "{permission}" in ["{group_of(permission)}"] appliesTo '
        f"{{ principal: Grant, resource: {resource}, context: {context} }};"
    )


def text() -> str:
    """Return the schema in Cedar's own syntax."""
    return ENTITIES + "\n".join(_declaration(permission) for permission in Permission)
