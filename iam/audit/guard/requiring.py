# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking the law inside an action."""

from __future__ import annotations

from iam.audit.guard.frames import current
from iam.kernel.actor import Actor, Held
from iam.kernel.errors import Denied
from iam.kernel.law import Resource, Why, decide
from iam.kernel.permissions import Permission
from iam.kernel.places import Place


def require(
    actor: Actor, permission: Permission, *, on: Resource | Place, why: Why | None = None
) -> Held:
    """Return the grant that allows it. Raises `Denied` with every missing condition."""
    frame = current()
    decision = decide(actor, permission, on=on, why=why)
    frame.asked.add(permission)
    if not decision.allowed or decision.held is None:
        place = on.place if isinstance(on, Resource) else on
        raise Denied(
            why=decision.sentence,
            reasons=decision.reasons,
            comune_code=place.comune,
            ambito_code=place.ambito,
        )
    return decision.held
