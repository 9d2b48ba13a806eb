# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""django-auditlog would delete its history here. Ours stays."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Rifiutato: la storia delle modifiche non si cancella."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("arguments", nargs="*")
        parser.add_argument("-y", "--yes", action="store_true")
        parser.add_argument("-b", "--before-date")
        parser.add_argument("-t", "--truncate", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError(
            "La storia delle modifiche è una prova e non si cancella. "
            "La conservazione è applicata dal servizio stesso. (storia-non-cancellabile)"
        )
