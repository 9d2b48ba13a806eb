# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sessions of browsers, on the server: tokens never reach a cookie."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from secrets import token_urlsafe

from gepi_iam.login import Session

COOKIE = "demo_modulo"
SECONDS = 8 * 3600
AT_MOST = 1000


@dataclass
class Kept:
    """What is known of one browser. `memory` belongs to a log-in under way."""

    form_token: str = field(default_factory=lambda: token_urlsafe(24))
    memory: dict[str, str] = field(default_factory=dict)
    session: Session | None = None
    note: str = ""
    used_at: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Sessions:
    def __init__(self) -> None:
        self._kept: dict[str, Kept] = {}
        self._lock = threading.Lock()

    def of(self, key: str) -> Kept | None:
        kept = self._kept.get(key)
        if kept is None or time.monotonic() - kept.used_at > SECONDS:
            return None
        kept.used_at = time.monotonic()
        return kept

    def new(self) -> tuple[str, Kept]:
        """Open a session under a new key; the longest unused gives way when they are too many."""
        key, kept = token_urlsafe(32), Kept()
        with self._lock:
            if len(self._kept) >= AT_MOST:
                del self._kept[min(self._kept, key=lambda old: self._kept[old].used_at)]
            self._kept[key] = kept
        return key, kept

    def forget(self, key: str) -> None:
        self._kept.pop(key, None)
