# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The founding Super Utente also links identities of other States (eIDAS) to persons on record."""

from typing import Any

from django.db import migrations

FURTHER = ["identita:read", "identita:link"]


def add(apps: Any, schema_editor: Any) -> None:
    for role in _founding(apps):
        role.may = [*role.may, *(value for value in FURTHER if value not in role.may)]
        role.save(update_fields=["may"])


def take_away(apps: Any, schema_editor: Any) -> None:
    for role in _founding(apps):
        role.may = [value for value in role.may if value not in FURTHER]
        role.save(update_fields=["may"])


def _founding(apps: Any) -> Any:
    versions = apps.get_model("roles", "RoleVersion").objects
    return versions.filter(code="SUPER_UTENTE", founding=True)


class Migration(migrations.Migration):
    dependencies = [("roles", "0004_login_register")]

    operations = [migrations.RunPython(add, take_away)]
