# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verify and read one message of the mailbox, before any transaction begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from iam.notifications.pec.envelope import Envelope, open_envelope
from iam.notifications.types import ProviderSignature
from iam.signatures.sandbox.pool import verify_receipt
from iam.signatures.types import Attendance, TrustStore

WORTH = {
    Attendance.VALID: ProviderSignature.VALIDA,
    Attendance.UNSIGNED: ProviderSignature.ASSENTE,
    Attendance.UNCHECKED: ProviderSignature.NON_VERIFICABILE,
}
"""All else is a signature that is not valid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A message as it came, what the provider's signature is worth, and what it says."""

    raw: bytes
    verdict: ProviderSignature
    verdict_detail: str
    envelope: Envelope

    @property
    def sha256(self) -> str:
        return sha256(self.raw).hexdigest()

    @property
    def is_certified(self) -> bool:
        """Whether a provider signed it and all of it was understood."""
        return (
            self.verdict is ProviderSignature.VALIDA
            and self.envelope.daticert is not None
            and not self.envelope.problem
        )


def read_message(raw: bytes, *, trust: TrustStore, at: datetime) -> Reading:
    """Return the reading of `raw`, its signature judged at the instant `at` (UTC)."""
    verdict = verify_receipt(raw, trust=trust, at=at)
    worth = WORTH.get(verdict.attendance, ProviderSignature.NON_VALIDA)
    return Reading(
        raw=raw,
        verdict=worth,
        verdict_detail=verdict.attendance.value,
        envelope=open_envelope(raw, signed=verdict.content if verdict.trusted else None),
    )
