# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""How an assigned profile is told in a page."""

from __future__ import annotations

from datetime import date
from typing import Any

from iam.enti.types import last_day
from iam.kernel.actor import Actor
from iam.roles.selectors import own_grants
from iam.web.templatetags.bi import day


def in_force(actor: Actor) -> list[Any]:
    """Return the actor's own grants in force today, newest first."""
    return list(own_grants(actor).filter(ended_at=None, period__contains=actor.on))


def place_of(grant: Any) -> str:
    if grant.comune_id:
        return f"Comune di {grant.comune}"
    return str(grant.ambito) if grant.ambito_id else "Tutta Italia"


def period_of(grant: Any) -> str:
    """Say a period with both its days."""
    until = last_day(grant.period)
    return f"dal {day(grant.period.lower)}" + (f" al {day(until)}" if until else "")


def reason_of(grant: Any) -> str:
    """Say why the profile was given."""
    if grant.indication_id:
        about = grant.indication
        protocol = f"protocollo {about.protocol_number} del {day(about.protocol_date)}"
        return f"{about.act}, {protocol}"
    return str(grant.act)


def shown(grant: Any) -> dict[str, Any]:
    """Return a grant as the pages tell it."""
    return {
        "id": grant.pk,
        "role": grant.role_version.denominazione,
        "summary": grant.role_version.summary,
        "place": place_of(grant),
        "period": period_of(grant),
        "until": last_day(grant.period),
        "why": reason_of(grant),
    }


def ended(actor: Actor, grants: Any) -> list[dict[str, str]]:
    """Return the grants that no longer give anything, each with why."""
    return [
        {**shown(grant), "why": why_ended(grant, on=actor.on)}
        for grant in grants
        if grant.ended_at or not_today(grant, actor.on)
    ]


def not_today(grant: Any, on: date) -> bool:
    until = last_day(grant.period)
    return on < grant.period.lower or (until is not None and on > until)


def why_ended(grant: Any, *, on: date) -> str:
    if grant.ended_at:
        return f"revocato il {day(grant.ended_at)}. Motivo: {grant.end_reason}"
    if on < grant.period.lower:
        return f"vale dal {day(grant.period.lower)}"
    return f"scaduto il {day(last_day(grant.period))}"
