# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The saml room."""

from django.apps import AppConfig


class SamlConfig(AppConfig):
    name = "iam.saml"
    label = "saml"
    verbose_name = "Accesso con SPID e CIE"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from iam.saml import checks  # noqa: F401  # registers the system checks
