# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each change of an administrative record leaves an event, or the change does not happen."""

import json
from hashlib import sha256
from typing import Any

from auditlog.signals import post_log

from iam.audit.clock import now
from iam.audit.events import RecordChanged
from iam.kernel.actor import Actor, Visitor

OUTSIDE = "fuori-azione"
"""Who is named when a record was changed outside of any action: nobody should be."""


def connect() -> None:
    post_log.connect(mirror, dispatch_uid="iam.audit.history.mirror")


def acting() -> Actor | Visitor | None:
    """Return who acts in the action under way, if there is one."""
    from iam.audit.guard.frames import under_way

    frame = under_way()
    return None if frame is None else frame.who


def mirror(*, log_entry: Any, error: BaseException | None, **_: object) -> None:
    """Write the event of a change. What it raises rolls the change back."""
    from iam.audit.guard.recording import write

    if error is not None or log_entry is None:
        return
    who = acting()
    changes = json.dumps(log_entry.changes, sort_keys=True, ensure_ascii=False).encode()
    write(
        RecordChanged(
            model=log_entry.model,
            record=log_entry.object_pk,
            change=log_entry.pk,
            how=("create", "update", "delete", "access")[log_entry.action],
            fields=tuple(sorted(log_entry.changes or ())),
            digest=sha256(changes).hexdigest(),
            guarded=who is not None,
        ),
        by=who or Actor.system(OUTSIDE, may=(), at=now()),
    )
