# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""python -m iam.audit.tree PROOF EVENT LOG.vkey [WITNESS.vkey...]

Check, without the service and its database, that an event is in the sealed log: PROOF is the
.tlog-proof file, EVENT the content of the event as it was downloaded. Every witness that is
named must have cosigned. Exit 0 if it is proven, 1 if not.
"""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from iam.audit.tree import proof_files
from iam.audit.tree.notes import NoteRejected, VerifierKey
from iam.audit.tree.proofs import ProofRejected

USAGE = "uso: python -m iam.audit.tree PROVA EVENTO CHIAVE-DEL-REGISTRO [CHIAVE-DI-UN-TESTIMONE…]"


def main(arguments: Sequence[str]) -> int:
    if len(arguments) < 3:
        print(USAGE, file=sys.stderr)
        return 2
    proof, event, *keys = (Path(argument) for argument in arguments)
    try:
        log, *witnesses = (VerifierKey.parse(key.read_text(encoding="utf-8")) for key in keys)
        checkpoint, signatures = proof_files.check(
            proof_files.parse(proof.read_text(encoding="utf-8")),
            event.read_bytes(),
            log=log,
            witnesses=witnesses,
            quorum=len(witnesses),
        )
    except (NoteRejected, ProofRejected, UnicodeDecodeError) as fault:
        print(f"NON provato: {fault}", file=sys.stderr)
        return 1
    print(f"Provato: l'evento è fra i {checkpoint.size} del registro «{checkpoint.origin}».")
    for signature in signatures:
        if signature.timestamp is not None:
            at = f"{datetime.fromtimestamp(signature.timestamp, UTC):%d/%m/%Y %H:%M:%S} UTC"
            print(f"Il testimone {signature.key.name} lo ha visto entro il {at}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
