# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.apps import AppConfig


class RolesConfig(AppConfig):
    """Who may act where: the role catalogue, grants, and how an Ambito gets its Amministratore."""

    name = "iam.roles"
    label = "roles"
    verbose_name = "Ruoli e accreditamento"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from iam.roles.accreditation import reactions  # noqa: F401  registers them
