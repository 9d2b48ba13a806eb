# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The memory of processes as proportional set size: shared pages are counted once."""

import re
from collections.abc import Iterator
from pathlib import Path


def family_of(pid: int) -> Iterator[int]:
    """Yield `pid` and all its live descendants."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        parent = int(stat[stat.rindex(")") + 2 :].split()[1])
        parents.setdefault(parent, []).append(int(entry.name))
    waiting = [pid]
    while waiting:
        current = waiting.pop()
        yield current
        waiting += parents.get(current, [])


def pss_megabytes(pid: int) -> float:
    """Return the proportional set size of one process; 0 when it is gone."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def name_of(pid: int) -> str:
    """Return the command line of a process, shortened to what tells it from the others."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().split()
    except OSError:
        return "?"
    return " ".join(Path(word).name for word in words[:4])
