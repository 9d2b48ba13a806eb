# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Print our metadata, or say what AgID would send back."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from iam.saml.federation.service import service_provider
from iam.saml.metadata.lint.checking import faults_in
from iam.saml.metadata.service_provider import signed_metadata
from iam.saml.types import Scheme


class Command(BaseCommand):
    help = "Scrive i metadata del servizio; con --check dice che cosa AgID rifiuterebbe."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Controlla senza scrivere.")
        parser.add_argument(
            "--file", type=Path, help="Con --check: controlla questo file invece dei nostri."
        )
        parser.add_argument(
            "--scheme",
            choices=[Scheme.SPID.value, Scheme.CIE.value],
            default=Scheme.SPID.value,
        )

    def handle(self, *args: Any, **options: Any) -> None:
        provider = service_provider(Scheme(options["scheme"]))
        if not options["check"]:
            self.stdout.write(signed_metadata(provider).decode())
            return
        file: Path | None = options["file"]
        document = signed_metadata(provider) if file is None else _content(file)
        # The clock of this machine: the check works without a database.
        faults = list(faults_in(document, scheme=provider.scheme, at=datetime.now(UTC)))
        if faults:
            raise CommandError("I metadata sarebbero rifiutati:\n- " + "\n- ".join(faults))
        self.stdout.write("Nessun difetto trovato nei metadata.")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as fault:
        raise CommandError(f"Il file non si legge: {fault}") from fault
