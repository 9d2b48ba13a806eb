# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from iam.audit.clock import now
from iam.kernel.actor import Actor
from iam.kernel.permissions import Permission
from iam.signatures.actions import load_trust_list
from iam.signatures.errors import TrustListRefused
from iam.signatures.trust.configuration import trust_list_url
from iam.signatures.trust.downloading import ListNotDownloaded, download


class Command(BaseCommand):
    help = "Carica l'elenco di fiducia: da un file, oppure dall'indirizzo delle impostazioni."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="XML firmato, per le reti chiuse")

    def handle(self, *args: Any, file: Path | None, **options: Any) -> None:
        try:
            content = file.read_bytes() if file else download(trust_list_url())
        except (OSError, ListNotDownloaded) as fault:
            raise CommandError(f"L'elenco non si può leggere: {fault}") from fault
        system = Actor.system("trust-list", may={Permission.TRUST_LIST_LOAD}, at=now())
        try:
            copy = load_trust_list(system, content=content)
        except TrustListRefused as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(
            f"Elenco {copy.territory} numero {copy.sequence}: {copy.authorities} prestatori, "
            f"{copy.timestamp_authorities} servizi di marca temporale, {len(copy.excluded)} "
            f"esclusi. Vale fino al {copy.next_update:%d/%m/%Y}."
        )
