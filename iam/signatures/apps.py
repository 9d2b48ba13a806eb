# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.apps import AppConfig


class SignaturesConfig(AppConfig):
    """Documents, their signatures and what they are worth."""

    name = "iam.signatures"
    label = "signatures"
    verbose_name = "Documenti e firme"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from iam.signatures import checks  # noqa: F401  registers the system checks
