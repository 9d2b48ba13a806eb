# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The text of the act of designation: one file a version. A published version is never edited."""

from __future__ import annotations

from functools import cache
from pathlib import Path

CURRENT = "2026-1"


@cache
def source(version: str) -> str:
    """Return the typst source of a version. Raises `FileNotFoundError`."""
    return Path(__file__).with_name(f"{version}.typ").read_text(encoding="utf-8")
