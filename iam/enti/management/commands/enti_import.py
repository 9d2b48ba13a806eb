# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py enti_import`: bring in a list of Ambiti, or the IPA, from a file.

It ends with a report of completeness; `--prova` only reports, and writes nothing.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from iam.audit import clock
from iam.enti.actions import import_ambiti, import_ipa
from iam.enti.importers.ambiti import Completeness, completeness, read_memberships
from iam.enti.importers.ipa import IpaReport, read_ipa, report
from iam.enti.selectors import comuni_by_istat
from iam.kernel.actor import Actor
from iam.kernel.errors import DomainError
from iam.kernel.permissions import Permission

SHOWN = 20


class Command(BaseCommand):
    help = "Importa gli Ambiti con i loro Comuni, o i domicili digitali dall'IPA."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("cosa", choices=["ambiti", "ipa"])
        parser.add_argument("file", type=Path)
        parser.add_argument("--prova", action="store_true", help="Solo il rapporto: non scrive.")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = Actor.system("enti-import", may={Permission.REFERENCE_DATA_LOAD}, at=clock.now())
        content = options["file"].read_bytes()
        try:
            if options["cosa"] == "ambiti":
                self._ambiti(actor, content, only_report=options["prova"])
            else:
                self._ipa(actor, content, only_report=options["prova"])
        except DomainError as refusal:
            raise CommandError(refusal.sentence) from refusal

    def _ambiti(self, actor: Actor, content: bytes, *, only_report: bool) -> None:
        lines = read_memberships(content)
        self._tell_ambiti(completeness(lines, comuni_by_istat=comuni_by_istat(), on=actor.on))
        if not only_report:
            import_ambiti(actor, lines=lines)

    def _ipa(self, actor: Actor, content: bytes, *, only_report: bool) -> None:
        lines = read_ipa(content)
        self._tell_ipa(report(lines, comuni=comuni_by_istat().values()))
        if not only_report:
            import_ipa(actor, lines=lines)

    def _tell_ambiti(self, found: Completeness) -> None:
        self.stdout.write(f"Ambiti: {found.ambiti}. Comuni assegnati: {found.comuni}.")
        self._tell_list("Comuni senza Ambito", found.without_ambito)
        self._tell_list("Comuni in due Ambiti", found.in_two_ambiti)
        unknown = tuple(f"riga {number}: {code}" for number, code in found.unknown)
        self._tell_list("Comuni non riconosciuti", unknown)

    def _tell_ipa(self, found: IpaReport) -> None:
        self.stdout.write(f"Enti letti: {found.read}. Con PEC: {found.with_pec}.")
        self._tell_list("Comuni senza PEC", found.comuni_without_pec)

    def _tell_list(self, title: str, items: tuple[str, ...]) -> None:
        more = f" e altri {len(items) - SHOWN}" if len(items) > SHOWN else ""
        self.stdout.write(f"{title}: {len(items)}. {', '.join(items[:SHOWN])}{more}")
