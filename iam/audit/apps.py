# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The audit room: the evidence log, its proofs and its register."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "iam.audit"
    label = "audit"
    verbose_name = "Registro degli eventi"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from iam.audit import checks  # noqa: F401 - registers the check of the law
        from iam.audit.history import mirror

        mirror.connect()
