# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.apps import AppConfig


class EntiConfig(AppConfig):
    """Comuni, Ambiti, Regioni and who represents them, with their history."""

    name = "iam.enti"
    label = "enti"
    verbose_name = "Enti e territori"
    default_auto_field = "django.db.models.BigAutoField"
