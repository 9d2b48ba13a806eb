# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: BSD-3-Clause
"""The key pair of a module. The private half stays with the module; the service gets the other."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey


def load_or_create(path: Path) -> ECKey:
    """Return the P-256 key kept at `path` (mode 0600), making it the first time."""
    if path.exists():
        return ECKey.import_key(json.loads(path.read_text()))
    key = ECKey.generate_key("P-256", auto_kid=True)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({**key.as_dict(private=True), "kid": key.kid}, file)
    draft.rename(path)
    return key


def public_jwks(key: ECKey) -> dict[str, Any]:
    """Return the JWK set to give to the service when the module is registered."""
    return {"keys": [{**key.as_dict(private=False), "kid": key.kid, "use": "sig", "alg": "ES256"}]}
