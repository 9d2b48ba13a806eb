# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeping the two messages of a log-in. Source: DPCM 24-10-2014, art. 13, comma 2."""

from __future__ import annotations

import json
import re
import secrets
from datetime import UTC, timedelta
from hashlib import sha256
from uuid import UUID

from iam.audit.guard import record as witness
from iam.kernel.actor import Visitor
from iam.kernel.keyring import keyring
from iam.saml.models import AuthnRequest, LoginRecord
from iam.saml.register.events import LoginKept

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No 0, O, 1, I: a reference is read aloud on the telephone."""

IDENTIFIER = re.compile(r"[A-Za-z0-9_.:-]{1,200}")

KEPT_FOR = timedelta(days=731)
"""Twenty-four months, leap year included: what the database counts exactly, as a day to show."""


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
    """Store the pair, encrypted, and its digest in an event. Inside an action.

    `outcome` is the reason code of a refusal.
    """
    about = reference.encode()
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
        request_sealed=keyring().encrypt(request.document, about=about),
        response_sealed=keyring().encrypt(response, about=about),
    )
    record.digest = digest_of(record)
    record.event = witness(
        LoginKept(record=reference, digest=record.digest.hex(), person=person), by=visitor
    )
    record.save(force_insert=True)
    return record


def digest_of(record: LoginRecord) -> bytes:
    """Return the SHA-256 of the whole record: each column, and the two messages as they are kept.

    So that neither a message nor whose it was can be changed without leaving the tree's word.
    """
    facts = {
        "reference": record.reference,
        "at": record.at.astimezone(UTC).isoformat(),
        "scheme": record.scheme,
        "provider": record.provider,
        "request_id": record.request_id,
        "response_id": record.response_id,
        "assertion_id": record.assertion_id,
        "outcome": record.outcome,
        "person": str(record.person or ""),
        "request": sha256(bytes(record.request_sealed)).hexdigest(),
        "response": sha256(bytes(record.response_sealed)).hexdigest(),
    }
    return sha256(json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()).digest()


def _plain(identifier: str) -> str:
    """An identifier of others, if it looks like one: nothing else of theirs enters a column."""
    return identifier if IDENTIFIER.fullmatch(identifier) else ""
