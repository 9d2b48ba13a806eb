# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Register a module from a file, or change its registration. May be repeated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from iam.audit import clock
from iam.kernel.actor import Actor
from iam.kernel.errors import DomainError
from iam.kernel.permissions import Permission
from iam.oauth.actions import install_client
from iam.oauth.types import Registration


class Command(BaseCommand):
    help = (
        "Registra un modulo dal file JSON con i suoi metadati (nomi di RFC 7591, più resource, "
        "audiences, first_party, ente). Ripeterlo non cambia nulla se il file è lo stesso."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="+", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        for path in options["file"]:
            self._register(path)

    def _register(self, path: Path) -> None:
        try:
            registration = Registration.from_metadata(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise CommandError(f"{path}: metadati non leggibili ({fault}).") from fault
        system = Actor.system("client-register", may={Permission.CLIENT_INSTALL}, at=clock.now())
        try:
            secret = install_client(system, registration=registration)
        except DomainError as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(f"Registrato il modulo {registration.client_id}.")
        if secret:
            self.stdout.write(f"Il suo segreto, mostrato una volta sola: {secret}")
