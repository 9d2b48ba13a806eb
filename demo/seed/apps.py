# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.apps import AppConfig


class SeedConfig(AppConfig):
    """The invented data of the demonstration. Installed only with IAM_DEMO=1. SIMULATO."""

    name = "demo.seed"
    label = "demo_seed"
    verbose_name = "Dati dimostrativi"
