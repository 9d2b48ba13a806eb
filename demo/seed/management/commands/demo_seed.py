# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py demo_seed`: write the invented world of the demonstration. SIMULATO."""

from __future__ import annotations

from time import monotonic
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from demo.seed.actions import is_seeded, seed_world
from iam.audit import clock
from iam.enti.models import Comune
from iam.kernel.actor import Actor
from iam.kernel.permissions import Permission


class Command(BaseCommand):
    help = "Scrive Ambiti, persone e pratiche inventati. Ripeterlo non cambia nulla."

    def handle(self, *args: Any, **options: Any) -> None:
        if is_seeded():
            self.stdout.write("Dati dimostrativi già presenti: nulla da fare.")
            return
        if not Comune.objects.exists():
            call_command("enti_load", stdout=self.stdout)
        started = monotonic()
        actor = Actor.system("demo-seed", may={Permission.WORLD_SEED}, at=clock.now())
        seed_world(actor, told=self.stdout.write)
        self.stdout.write(f"Dati dimostrativi SIMULATI pronti ({monotonic() - started:.1f} s).")
