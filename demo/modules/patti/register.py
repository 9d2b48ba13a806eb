# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the module itself keeps: who follows which case, and the outcomes of the checks."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

from demo.modules.patti.households import AT_THE_START


class Register:
    """A small file, replaced whole at each change. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        if not path.exists():
            self._write({"people": {}, "cases": dict(AT_THE_START), "checks": {}})

    def met(self, subject: str, name: str, role: str) -> None:
        """Remember a person who entered: a case manager becomes somebody to assign cases to."""
        with self._lock:
            kept = self._read()
            if kept["people"].get(subject) != [name, role]:
                kept["people"][subject] = [name, role]
                self._write(kept)

    def follows(self, subject: str, household: str) -> bool:
        """Return whether the case is this person's own: what the decision point is told."""
        kept = self._read()
        holder = kept["cases"].get(household)
        return holder is not None and holder in (subject, kept["people"].get(subject, [""])[0])

    def holder_of(self, household: str) -> str:
        """Return the name of who follows the case, empty if nobody does."""
        kept = self._read()
        holder = kept["cases"].get(household, "")
        return str(kept["people"].get(holder, [holder])[0])

    def case_managers(self) -> list[tuple[str, str]]:
        """Return id and name of who may be given a case, by name."""
        kept = self._read()
        known = {s: name for s, (name, role) in kept["people"].items() if role == "CASE_MANAGER"}
        waiting = set(AT_THE_START.values()) - set(known.values())
        return sorted([*known.items(), *((name, name) for name in waiting)], key=lambda one: one[1])

    def assign(self, household: str, holder: str) -> None:
        with self._lock:
            kept = self._read()
            kept["cases"][household] = holder
            self._write(kept)

    def check_of(self, household: str) -> dict[str, str]:
        """Return outcome and who has it in charge; empty if nobody began."""
        return dict(self._read()["checks"].get(household, {}))

    def note_check(self, household: str, **facts: str) -> None:
        with self._lock:
            kept = self._read()
            kept["checks"][household] = kept["checks"].get(household, {}) | facts
            self._write(kept)

    def _read(self) -> dict[str, Any]:
        kept: dict[str, Any] = json.loads(self._path.read_text("utf-8"))
        return kept

    def _write(self, kept: dict[str, Any]) -> None:
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps(kept, ensure_ascii=False, indent=1), "utf-8")
        os.replace(draft, self._path)  # noqa: PTH105 - the same, in one word
