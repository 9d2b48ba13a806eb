# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import json
import sys
from argparse import ArgumentTypeError
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from iam.signatures.trust.configuration import trust_store
from iam.signatures.types import (
    Binding,
    ExpectedSigner,
    Outcome,
    SignerReport,
    TrustStore,
    Verdict,
)
from iam.signatures.verdict.verifying import verify

EXIT = {Outcome.ACCEPT: 0, Outcome.REJECT: 1, Outcome.INDETERMINATE: 3}
MARKS = {True: "sì", False: "no", None: "non si sa"}


def existing_file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise ArgumentTypeError(f"il file {text} non esiste")
    return path


def instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("scrivi l'istante come 2026-11-21T20:30:00+01:00") from None
    if at.tzinfo is None:
        raise ArgumentTypeError("manca il fuso orario, per esempio +01:00")
    return at


class Command(BaseCommand):
    help = (
        "Verifica un file firmato con lo stesso codice delle pagine. "
        "Esce con 0 se accettato, 1 se rifiutato, 3 se indeterminato, 2 se chiamato male."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=existing_file)
        parser.add_argument("--json", action="store_true", help="scrivi il rapporto in JSON")
        parser.add_argument("--original", type=existing_file, help="il PDF che andava firmato")
        parser.add_argument(
            "--signer", action="append", default=[], help="codice fiscale di chi deve firmare"
        )
        parser.add_argument(
            "--trust-list", type=existing_file, help="XML al posto di quello in uso"
        )
        parser.add_argument("--tlso", type=existing_file, help="certificato di chi lo firma")
        parser.add_argument("--at", type=instant, help="l'istante a cui verificare")

    def handle(self, *args: Any, **options: Any) -> None:
        original: Path | None = options["original"]
        verdict = verify(
            options["file"].read_bytes(),
            binding=Binding(original.read_bytes()) if original else None,
            signers=[ExpectedSigner(codice_fiscale=who) for who in options["signer"]],
            trust=_trust(options["trust_list"], options["tlso"]),
            at=options["at"] or _now(),
        )
        if options["json"]:
            report = verdict.report() | {"report_hash": verdict.report_hash}
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
        else:
            self.stdout.write(_as_text(verdict))
        sys.exit(EXIT[verdict.outcome])


def _trust(trust_list: Path | None, tlso: Path | None) -> TrustStore:
    if trust_list is None:
        from iam.signatures.selectors import trust_in_use

        return trust_in_use()
    store = trust_store(trust_list.read_bytes())
    if tlso is None:
        return store
    from asn1crypto import pem

    content = tlso.read_bytes()
    der = pem.unarmor(content)[2] if pem.detect(content) else content
    return TrustStore(
        trust_list=store.trust_list,
        trust_list_signers=(der,),
        seals=store.seals,
        pec_authorities=store.pec_authorities,
        fetch_hosts=store.fetch_hosts,
    )


def _now() -> datetime:
    from iam.audit.clock import now

    return now()


def _as_text(verdict: Verdict) -> str:
    lines = [
        f"{verdict.outcome} ({verdict.integrity}, {verdict.reason})",
        f"{verdict.title} {verdict.sentence}",
        *(line for signer in verdict.signers for line in _signer_lines(signer)),
        verdict.label,
    ]
    return "\n".join(lines)


def _signer_lines(signer: SignerReport) -> list[str]:
    when = f"{signer.signed_at:%d/%m/%Y %H:%M} UTC" if signer.signed_at else "non indicata"
    return [
        f"- {signer.name} ({signer.provider})",
        f"  firma integra: {MARKS[signer.firma_integra]}",
        f"  certificato attendibile: {MARKS[signer.certificato_attendibile]}",
        f"  valore legale: {MARKS[signer.valore_legale]} ({signer.qualification})",
        f"  data: {when} ({signer.signed_at_source}); livello {signer.level}; "
        f"revoca: {signer.revocation}",
    ]
