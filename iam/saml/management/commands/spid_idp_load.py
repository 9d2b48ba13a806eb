# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Load metadata of identity providers from files."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from iam.audit.clock import now
from iam.kernel.actor import Visitor, day_in_rome
from iam.kernel.errors import DomainError
from iam.saml.actions import load_provider, remove_provider
from iam.saml.checks import in_production
from iam.saml.metadata.identity_provider import read_provider_metadata
from iam.saml.selectors import providers_from_folders
from iam.saml.types import Scheme


class Command(BaseCommand):
    help = "Carica i metadata di gestori di identità da un file o da una cartella."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "source",
            nargs="?",
            type=Path,
            help="Un file XML o una cartella; se manca, quella delle impostazioni.",
        )
        parser.add_argument(
            "--scheme", choices=[scheme.value for scheme in Scheme], default=Scheme.SPID.value
        )
        parser.add_argument(
            "--only", action="store_true", help="Togli i gestori che lì non ci sono."
        )

    def handle(self, *args: Any, source: Path | None, **options: Any) -> None:
        if in_production():
            raise CommandError("In produzione i gestori vengono solo dal registro SPID.")
        folder = source or Path(str(settings.SAML["IDP_METADATA_DIR"] or "."))
        files = sorted(folder.glob("*.xml")) if folder.is_dir() else [folder]
        if not files:
            raise CommandError(f"Nessun file XML in {folder}.")
        at = now()
        scheme = Scheme(options["scheme"])
        visitor = Visitor(at=at, on=day_in_rome(at), request_id="job:spid-idp-load")
        loaded = set()
        for file in files:
            try:
                metadata = read_provider_metadata(file.read_bytes(), source=str(file))
                provider = load_provider(visitor, metadata=metadata, scheme=scheme)
            except (OSError, DomainError) as fault:
                why = fault.sentence if isinstance(fault, DomainError) else fault
                raise CommandError(f"{file}: {why}") from fault
            loaded.add(provider.entity_id)
            self.stdout.write(f"Caricato {provider.name} ({provider.entity_id}).")
        if options["only"]:
            for entity_id in providers_from_folders(scheme):
                if entity_id not in loaded:
                    remove_provider(visitor, entity_id=entity_id, scheme=scheme)
