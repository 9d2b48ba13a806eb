# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Conventions: what an ente signs, and which Comuni it opens."""

from django.apps import AppConfig


class ConvenzioniConfig(AppConfig):
    name = "iam.convenzioni"
    label = "convenzioni"
    verbose_name = "Convenzioni"
