# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which keys are trusted, from the files of this installation, and what the witness remembers."""

import json
from pathlib import Path

from iam.audit.ledger import keys
from iam.audit.verifier.verifying import Trust


def trust_at(home: Path) -> Trust:
    """Return the keys below `home` and the witness's own memory of the log, if it is there.

    Raises `KeyMissing` if the log has no public key.
    """
    log = keys.public(home / keys.LOG_KEY)
    trusted, own = keys.witnesses(home), home / keys.WITNESS_KEY
    state = own.with_name("state.json")
    if not state.exists() or keys.public(own) not in trusted:
        return Trust(log, trusted)
    return Trust(log, trusted, json.loads(state.read_text(encoding="utf-8")).get(log.name, ""))
