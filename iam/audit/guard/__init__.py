# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nothing changes without authority and evidence.

State changes only in functions under `@action`, `@entrance` or, for reads that
show personal data, `@disclosure`. Each is one durable transaction that refuses to
commit unless the law was asked and an event was recorded.
"""

from iam.audit.guard.frames import UnguardedActionError, action, disclosure, entrance
from iam.audit.guard.recording import record
from iam.audit.guard.refusals import refusing
from iam.audit.guard.requiring import require

__all__ = [
    "UnguardedActionError",
    "action",
    "disclosure",
    "entrance",
    "record",
    "refusing",
    "require",
]
