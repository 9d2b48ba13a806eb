# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The history of administrative records by django-auditlog, made safe to rely on.

It shows how a record came to be as it is. It is not the evidence: each change is mirrored into
the log, in the same transaction.
"""

from iam.kernel.keyring import keyring


def mask(value: str) -> str:
    """Replace a personal datum by its keyed pseudonym: equal values stay recognisable."""
    return f"hmac:{keyring().pseudonym(value).hex()}" if value and value != "None" else value
