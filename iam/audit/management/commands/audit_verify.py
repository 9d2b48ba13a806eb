# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""manage.py audit_verify: recompute the whole log. Exit 0 if it is what was signed, 1 if not."""

import json
import sys
import time
from dataclasses import asdict
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from iam.audit.ledger.keys import KeyMissing
from iam.audit.verifier.faults import Fault, Place
from iam.audit.verifier.trusting import trust_at
from iam.audit.verifier.verifying import Report, verify


class Command(BaseCommand):
    help = "Ricalcola tutto il registro degli eventi e dice se è quello che fu firmato."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="risposta in JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        try:
            trust = trust_at(settings.IAM_HOME)
            with psycopg.connect(_conninfo(), autocommit=True) as own:
                report = verify(own, trust, conninfo=_conninfo())
        except KeyMissing:
            self._fail(
                Place(
                    "chiave-assente",
                    "Manca la chiave pubblica del registro (keys/checkpoint.vkey): senza, nessuna"
                    " firma si può verificare. Nasce al primo avvio del servizio.",
                ),
                options["json"],
            )
        except Fault as fault:
            self._fail(fault.place, options["json"])
        else:
            self._praise(report, time.monotonic() - began, options["json"])

    def _praise(self, report: Report, seconds: float, as_json: bool) -> None:
        if as_json:
            self.stdout.write(
                json.dumps({"ok": True, **asdict(report), "seconds": round(seconds, 3)})
            )
            return
        witnessed = max(report.cosigned_size, report.witness_size)
        self.stdout.write(
            f"Il registro è integro: {report.events} eventi, {report.batches} blocchi,"
            f" {report.checkpoints} firme, {report.cosignatures} firme del testimone"
            f" (fino alla foglia {witnessed}); {report.waiting} eventi in attesa di firma."
            f" {seconds:.1f} s."
        )
        if report.events and not witnessed:
            self.stdout.write(
                "Attenzione: nessun testimone ha ancora firmato. Senza testimone, chi ruba la"
                " chiave del registro può riscriverlo."
            )

    def _fail(self, fault: Place, as_json: bool) -> None:
        if as_json:
            place = {"leaf": fault.leaf, "event": fault.event, "batch": fault.batch}
            self.stdout.write(
                json.dumps(
                    {"ok": False, "code": fault.code, "sentence": fault.sentence, **place},
                    ensure_ascii=False,
                )
            )
        else:
            self.stderr.write(f"Il registro NON è integro. {fault.sentence} ({fault.code})")
        sys.exit(1)


def _conninfo() -> str:
    """Return how Django reaches the database: the walk needs a connection of its own."""
    given = connection.settings_dict
    parts = {
        "dbname": given["NAME"],
        "user": given["USER"],
        "password": given["PASSWORD"],
        "host": given["HOST"],
        "port": given["PORT"],
    }
    return psycopg.conninfo.make_conninfo("", **{k: str(v) for k, v in parts.items() if v})
