# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The notifications room."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "iam.notifications"
    label = "notifications"
    verbose_name = "Comunicazioni"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from iam.notifications import checks  # noqa: F401  registers the checks of the setting PEC
