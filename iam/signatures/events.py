# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
from dataclasses import dataclass

from iam.audit.event import Event


@dataclass(frozen=True, kw_only=True)
class TrustListLoaded(Event):
    kind = "signatures.trust-list.loaded"
    territory: str
    sequence: int
    sha256: str
    authorities: int
    timestamp_authorities: int
    excluded: int
