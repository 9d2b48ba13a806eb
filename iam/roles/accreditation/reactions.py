# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What this room does when PEC messages arrive, or when its own are delivered."""

from __future__ import annotations

from datetime import datetime

from iam.kernel.actor import Actor
from iam.kernel.permissions import Permission
from iam.notifications.events import on_delivery, on_incoming
from iam.notifications.types import Incoming, Message
from iam.roles.accreditation.actions import mark_communicated, receive_note
from iam.roles.accreditation.types import NOTICE

JOB = "accreditamento-pec"


@on_incoming
def note_arrived(message: Incoming, /, *, at: datetime) -> None:
    receive_note(_system(at), message=message.id)


@on_delivery(NOTICE)
def notice_delivered(message: Message, /, *, at: datetime) -> None:
    mark_communicated(_system(at), accreditation=message.about, message=message.id)


def _system(at: datetime) -> Actor:
    return Actor.system(JOB, may={Permission.PEC_RECEIVE}, at=at)
