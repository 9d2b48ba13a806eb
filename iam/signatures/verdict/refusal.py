# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a check says that the file cannot pass it."""

from __future__ import annotations

from iam.signatures.types import Integrity, Reason


class Unfit(Exception):
    """The file fails a check for `reason`; `detail` is for the operator, never personal."""

    def __init__(self, reason: Reason, integrity: Integrity, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.integrity = integrity
        self.detail = detail


def unreadable(detail: str) -> Unfit:
    return Unfit(Reason.UNREADABLE, Integrity.MALFORMED, detail)


def forged(detail: str) -> Unfit:
    return Unfit(Reason.FORGED, Integrity.FORGED, detail)


def modified(detail: str) -> Unfit:
    return Unfit(Reason.ALTERED, Integrity.MODIFIED, detail)
