# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fetch the registries of identity providers, verify them, and say what changed."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from iam.audit.clock import now
from iam.kernel.errors import DomainError
from iam.saml.registry.refreshing import refresh
from iam.saml.registry.sources import sources
from iam.saml.registry.types import Source, Taken
from iam.saml.types import Scheme


class Command(BaseCommand):
    help = (
        "Scarica i registri dei gestori di identità, ne verifica la firma, applica le modifiche "
        "innocue e mette in attesa le altre. Non perde mai l'ultima copia buona."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--scheme",
            choices=[scheme.value for scheme in Scheme],
            help="Solo questo registro.",
        )
        parser.add_argument(
            "--file",
            type=Path,
            help="Legge il registro da un file, per le reti chiuse; richiede --scheme.",
        )
        parser.add_argument("--json", action="store_true", help="Per le macchine.")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = [s for s in sources() if options["scheme"] in (None, s.scheme.value)]
        if not wanted:
            raise CommandError(
                "Nessun registro impostato: indica IAM_SPID_REGISTRY_URL e "
                "IAM_SPID_REGISTRY_SIGNERS."
            )
        document = self._document(options)
        at = now()
        told = [self._look(source, at, document) for source in wanted]
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            for one in told:
                self.stdout.write(f"{one['scheme']}: {one['text']}")
        if any(one["refused"] for one in told):
            raise CommandError("Almeno un registro non è stato preso: resta l'ultima copia buona.")

    def _document(self, options: dict[str, Any]) -> bytes | None:
        if options["file"] is None:
            return None
        if options["scheme"] is None:
            raise CommandError("Con --file indica anche --scheme.")
        try:
            return Path(options["file"]).read_bytes()
        except OSError as fault:
            raise CommandError(f"Il file non si legge: {fault}") from fault

    def _look(self, source: Source, at: datetime, document: bytes | None) -> dict[str, Any]:
        try:
            taken = refresh(source, at=at, document=document)
        except DomainError as refusal:
            return _told(source, refusal.sentence, refused=refusal.code)
        except DatabaseError as fault:
            text = "la base di dati non ha accettato la scrittura; resta l'ultima copia buona."
            return _told(source, f"{text} ({type(fault).__name__})", refused="scrittura")
        return _told(source, _sentence(taken), taken=taken)


def _told(
    source: Source, text: str, *, refused: str = "", taken: Taken | None = None
) -> dict[str, Any]:
    return {
        "scheme": source.scheme.value,
        "text": text,
        "refused": refused,
        "applied": list(taken.applied) if taken else [],
        "held": [str(one) for one in taken.held] if taken else [],
    }


def _sentence(taken: Taken) -> str:
    words = [_counted(taken.providers, "gestore", "gestori") + " nella copia verificata"]
    if taken.first:
        words.append("prima copia, presa intera")
    words.append(_counted(len(taken.applied), "modifica applicata", "modifiche applicate"))
    words.append(
        _counted(len(taken.held), "nuova modifica da decidere", "nuove modifiche da decidere")
        + " nella pagina «Gestori»"
    )
    return "; ".join(words) + "."


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
