# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A disk without a byte left: what was answered stays, and the reserve lets the database go on."""

import json
import subprocess
import sys
from pathlib import Path

from config.environment import CHECKOUT


def test_a_full_disk_loses_nothing_and_the_reserve_lets_the_database_go_on(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()

    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.full_disk", str(disk)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["had_ballast"]
    assert told["free_when_full"] == 0
    assert told["ballast_given"]
    assert set(told["answered"]) <= set(told["found"])
    assert 1000 in told["found"]
    assert "Lo spazio su disco è finito" in done.stdout
