# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py enti_load`: bring in the Comuni, Province and Regioni that ship with the service."""

from __future__ import annotations

from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand

from iam.audit import clock
from iam.enti.actions import Loaded, load_territories
from iam.enti.importers.territories import read_territories
from iam.kernel.actor import Actor
from iam.kernel.permissions import Permission


class Command(BaseCommand):
    help = "Carica Regioni, Province, Comuni e Stati esteri. Ripeterlo non cambia nulla."

    def handle(self, *args: Any, **options: Any) -> None:
        started = monotonic()
        actor = Actor.system("enti-load", may={Permission.REFERENCE_DATA_LOAD}, at=clock.now())
        territories = read_territories()
        total = load_territories(actor, territories=territories, told=self._tell)
        self.stdout.write(
            f"Territori pronti: {len(territories.comuni)} Comuni, "
            f"{total.created} righe nuove, {total.changed} aggiornate "
            f"({monotonic() - started:.1f} s)."
        )

    def _tell(self, step: str, loaded: Loaded) -> None:
        self.stdout.write(f"  {step}: {loaded.created} nuovi, {loaded.changed} aggiornati")
