# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What kind of identity the settings ask for. Plain Python: the settings import it."""

from __future__ import annotations

import re
from typing import Any

PURPOSES = frozenset({"P", "LP", "PG", "PF", "PX"})
"""The kinds of professional identity that one may ask for. Source: Avviso 18 v2."""

NO_LIMIT = 99
"""The age that means none. Source: AgID, guidelines on SPID for minors."""

AGES = re.compile(r"(\d{1,2})(?:-(\d{1,2}))?")


class BadIdentityError(ValueError):
    """A setting cannot be read; the text says which, in Italian."""


def identity_wanted(*, purpose: str, ages: str) -> dict[str, Any]:
    """Return PURPOSE and AGE_LIMIT for `settings.SAML`; `ages` is `18` or `14-17`.

    Raises `BadIdentityError`: with a wrong one each log-in would fail at the provider.
    """
    if purpose and purpose not in PURPOSES:
        raise BadIdentityError(f"IAM_SPID_PURPOSE: «{purpose}» non è tra {sorted(PURPOSES)}.")
    found = AGES.fullmatch(ages)
    if ages and found is None:
        raise BadIdentityError(f"IAM_SPID_AGE_LIMIT: «{ages}» non è un'età o due età.")
    limit = (int(found[1]), int(found[2] or NO_LIMIT)) if found else None
    if limit is not None and limit[0] > limit[1]:
        raise BadIdentityError(f"IAM_SPID_AGE_LIMIT: in «{ages}» la prima età è la più alta.")
    return {"PURPOSE": purpose, "AGE_LIMIT": limit}
