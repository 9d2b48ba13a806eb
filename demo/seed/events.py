# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the seeding leaves in the register."""

from __future__ import annotations

from dataclasses import dataclass

from iam.audit.event import Event


@dataclass(frozen=True, kw_only=True)
class WorldSeeded(Event):
    """The invented data of the demonstration were written."""

    kind = "demo.world.seeded"
    ambiti: int
    administrators: int
    representatives: int
