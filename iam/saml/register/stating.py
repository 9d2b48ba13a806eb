# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person writes into the register: never empty, never a codice fiscale."""

from __future__ import annotations

from iam.audit.event import PersonalDatumInEvent, canonical
from iam.saml.register.errors import NamesSomebody, ReasonMissing


def stated(text: str) -> str:
    """Return `text` fit to be kept. Raises `ReasonMissing` or `NamesSomebody`."""
    if not text.strip():
        raise ReasonMissing
    try:
        canonical({"text": text})
    except PersonalDatumInEvent:
        raise NamesSomebody from None
    return text.strip()
