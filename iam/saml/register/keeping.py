# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeping the two messages of a log-in. Source: DPCM 24-10-2014, art. 13, comma 2."""

from __future__ import annotations

import re
import secrets
from hashlib import sha256
from uuid import UUID

from iam.kernel.actor import Visitor
from iam.kernel.keyring import keyring
from iam.saml.models import AuthnRequest, LoginRecord

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No 0, O, 1, I: a reference is read aloud on the telephone."""

IDENTIFIER = re.compile(r"[A-Za-z0-9_.:-]{1,200}")


def new_reference() -> str:
    """Return a code such as `7KQM-X2DP-9R`: 50 random bits."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(10))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def keep(
    visitor: Visitor,
    /,
    *,
    reference: str,
    request: AuthnRequest,
    response: bytes,
    response_id: str,
    assertion_id: str = "",
    outcome: str = "",
    person: UUID | None = None,
) -> LoginRecord:
    """Store the pair, encrypted. `outcome` is the reason code of a refusal. Inside an action."""
    about = reference.encode()
    sealed = (
        keyring().encrypt(request.document, about=about),
        keyring().encrypt(response, about=about),
    )
    record = LoginRecord(
        reference=reference,
        at=visitor.at,
        scheme=request.scheme,
        provider=request.provider.entity_id,
        request_id=request.pk,
        response_id=_plain(response_id),
        assertion_id=_plain(assertion_id),
        outcome=outcome,
        person=person,
        request_sealed=sealed[0],
        response_sealed=sealed[1],
        digest=sha256(b"".join(sealed)).digest(),
    )
    record.save(force_insert=True)
    return record


def _plain(identifier: str) -> str:
    """An identifier of others, if it looks like one: nothing else of theirs enters a column."""
    return identifier if IDENTIFIER.fullmatch(identifier) else ""
