# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py enti_rappresentante`: put on record who signs for a body.

The Direttore generale of the Ministry must be there before the first act of designation. The
codice fiscale is asked at the terminal, so that it stays out of the history of the commands.
"""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from iam.audit import clock
from iam.enti.actions import appoint_representative
from iam.enti.selectors import ambito_with, comune_with, ministero
from iam.kernel.actor import Actor
from iam.kernel.errors import DomainError
from iam.kernel.permissions import Permission


class Command(BaseCommand):
    help = "Registra il legale rappresentante del Ministero, di un Comune o di un Ambito."

    def add_arguments(self, parser: ArgumentParser) -> None:
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--ministero", action="store_true")
        where.add_argument("--comune", metavar="CODICE_CATASTALE")
        where.add_argument("--ambito", metavar="CODICE")
        parser.add_argument("--nome", required=True)
        parser.add_argument("--cognome", required=True)
        parser.add_argument("--carica", required=True)
        parser.add_argument("--atto", required=True)
        parser.add_argument("--dal", required=True, type=date.fromisoformat, metavar="AAAA-MM-GG")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = Actor.system(
            "enti-rappresentante", may={Permission.REFERENCE_DATA_LOAD}, at=clock.now()
        )
        try:
            row = appoint_representative(
                actor,
                ente=_ente(options),
                codice_fiscale=getpass("Codice fiscale: "),
                given_name=options["nome"],
                family_name=options["cognome"],
                office=options["carica"],
                act=options["atto"],
                since=options["dal"],
            )
        except DomainError as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(f"{row} rappresenta {row.ente} dal {options['dal']:%d/%m/%Y}.")


def _ente(options: dict[str, Any]) -> Any:
    if options["ministero"]:
        return ministero().pk
    if options["comune"]:
        return comune_with(options["comune"]).ente_id
    return ambito_with(options["ambito"]).ente_id
