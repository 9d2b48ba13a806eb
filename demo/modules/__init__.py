# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Modules of the platform, simulated. They use the kit in sdk/ as any module would."""

import sys
from pathlib import Path

_KIT = str(Path(__file__).resolve().parents[2] / "sdk")
if _KIT not in sys.path:
    sys.path.insert(0, _KIT)
