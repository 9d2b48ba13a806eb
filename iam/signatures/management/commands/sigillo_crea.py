# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from iam.signatures.documents.seal import make_self_signed
from iam.signatures.trust.configuration import seal_certificate, seal_key


class Command(BaseCommand):
    help = "Crea la chiave e il certificato autofirmato con cui la piattaforma sigilla i documenti."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-missing", action="store_true", help="Non fare nulla se esistono già."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if seal_key().exists() and seal_certificate().exists():
            if options["if_missing"]:
                return
            raise CommandError(
                f"{seal_certificate()} esiste già: rinominalo prima di farne un altro, "
                f"in {seal_certificate().stem}.past-1.pem, perché i documenti già sigillati "
                "restino riconoscibili."
            )
        make_self_signed(seal_key(), seal_certificate())
        self.stdout.write(
            f"Sigillo creato: {seal_certificate()}. Per un sigillo qualificato, metti i suoi "
            "file allo stesso posto."
        )
