# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Persons, their linked identities, their sessions."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "iam.accounts"
    label = "accounts"
    verbose_name = "Persone"
