# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Make the key and the self-signed certificate of the service provider, offline."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from iam.saml.federation.certificate import make_certificate, store
from iam.saml.federation.service import service_provider


class Command(BaseCommand):
    help = "Crea la chiave SPID e il certificato autofirmato secondo l'Avviso 29 di AgID."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-missing", action="store_true", help="Non fare nulla se esistono già."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        provider = service_provider()
        exists = provider.key_path.exists() and provider.certificate_path.exists()
        if exists and options["if_missing"]:
            return
        if exists:
            raise CommandError(
                f"{provider.certificate_path} esiste già: rinominalo prima di farne un altro, "
                "perché i gestori di identità conoscono quello."
            )
        # The clock of this machine: the command works before there is a database.
        store(make_certificate(provider, at=datetime.now(UTC)), provider)
        self.stdout.write(f"Certificato SPID creato: {provider.certificate_path}")
