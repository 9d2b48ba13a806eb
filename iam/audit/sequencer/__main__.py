# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""python -m iam.audit.sequencer

DATABASE_URL (as the role iam_sequencer), IAM_HOME, IAM_BASE_URL or IAM_LOG_ORIGIN,
IAM_SEQUENCER_SECONDS (1), IAM_WITNESS_SECONDS (60), IAM_WITNESS_URL and IAM_WITNESS_VKEY for a
witness that is elsewhere. It ends with its parent, on SIGTERM and on SIGINT.
"""

import os
import signal
import sys
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

from iam.audit.sequencer.running import Settings, run


def main() -> int:
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    base = os.environ.get("IAM_BASE_URL") or f"http://localhost:{os.environ.get('PORT') or 8000}"
    settings = Settings(
        conninfo=os.environ.get("DATABASE_URL", ""),
        home=Path(os.environ["IAM_HOME"]),
        origin=os.environ.get("IAM_LOG_ORIGIN") or f"{urlsplit(base).netloc}/registro",
        every_seconds=float(os.environ.get("IAM_SEQUENCER_SECONDS") or 1),
        witness_every_seconds=float(os.environ.get("IAM_WITNESS_SECONDS") or 60),
        witness_url=os.environ.get("IAM_WITNESS_URL", ""),
        witness_vkey=os.environ.get("IAM_WITNESS_VKEY", ""),
        parent=os.getppid(),
    )
    run(settings, stop)
    return 0


if __name__ == "__main__":
    sys.exit(main())
