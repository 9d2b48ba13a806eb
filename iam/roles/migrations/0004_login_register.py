# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The founding Super Utente and RPD also look into the register of log-ins, each to its own depth.

Sources: DPCM 24-10-2014, art. 13; Regolamento (UE) 2016/679, articles 5(1)(c) and 39.
"""

from typing import Any

from django.db import migrations

FURTHER = {
    "SUPER_UTENTE": ["accessi:read", "accessi:hold", "accessi:report"],
    "RPD": ["accessi:read", "accessi:read-messages", "accessi:hold", "accessi:report"],
}


def give(apps: Any, schema_editor: Any) -> None:
    for version in _founding(apps):
        version.may = [
            *version.may,
            *(right for right in FURTHER[version.code] if right not in version.may),
        ]
        version.save(update_fields=["may"])


def take(apps: Any, schema_editor: Any) -> None:
    for version in _founding(apps):
        version.may = [right for right in version.may if right not in FURTHER[version.code]]
        version.save(update_fields=["may"])


def _founding(apps: Any) -> Any:
    versions = apps.get_model("roles", "RoleVersion").objects
    return versions.filter(founding=True, code__in=FURTHER)


class Migration(migrations.Migration):
    dependencies = [("roles", "0003_super_utente_decides_on_providers")]

    operations = [migrations.RunPython(give, take)]
