# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The founding Super Utente also decides on the identity providers. Pre-deploy, 1 of 1.

Source: Avviso AgID 42 (the list of the providers follows the registry).
"""

from typing import Any

from django.db import migrations

RIGHT = "gestore:decide"


def give(apps: Any, schema_editor: Any) -> None:
    for version in founding(apps):
        if RIGHT not in version.may:
            version.may = [*version.may, RIGHT]
            version.save(update_fields=["may"])


def take(apps: Any, schema_editor: Any) -> None:
    for version in founding(apps):
        version.may = [right for right in version.may if right != RIGHT]
        version.save(update_fields=["may"])


def founding(apps: Any) -> Any:
    return apps.get_model("roles", "RoleVersion").objects.filter(founding=True, code="SUPER_UTENTE")


class Migration(migrations.Migration):
    dependencies = [("roles", "0002_founding_catalogue")]

    operations = [migrations.RunPython(give, take)]
