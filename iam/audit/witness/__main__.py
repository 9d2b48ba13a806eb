# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""python -m iam.audit.witness

IAM_HOME; IAM_WITNESS_PORT (0: any that is free) on 127.0.0.1; IAM_WITNESS_NAME. The log it
watches is the one whose key it met first, pinned in witness/log.vkey; to watch others, add
their vkeys to that file, one a line. Its address is in witness/address.
It ends with its parent, on SIGTERM and on SIGINT.
"""

import os
import signal
import sys
from pathlib import Path
from threading import Event, Thread

from iam.audit.ledger import keys
from iam.audit.ledger.keys import write_durably
from iam.audit.tree.notes import VerifierKey
from iam.audit.witness.cosigning import Witness
from iam.audit.witness.serving import Server

LOOK_EVERY_SECONDS = 1.0


def pinned(home: Path, stop: Event) -> tuple[VerifierKey, ...]:
    """Return the keys of the logs to watch; at the first start wait for the log's to exist."""
    path, first = home / "witness" / "log.vkey", home / keys.LOG_KEY.with_suffix(".vkey")
    parent = os.getppid()
    while not path.exists():
        if first.exists():
            write_durably(path, first.read_bytes())
        elif stop.wait(LOOK_EVERY_SECONDS) or os.getppid() != parent:
            return ()
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(VerifierKey.parse(line) for line in lines if line.strip())


def main() -> int:
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    home, parent = Path(os.environ["IAM_HOME"]), os.getppid()
    own, state = home / keys.WITNESS_KEY, home / "witness" / "state.json"
    if not keys.exists(own):
        if state.exists():
            print("witness: manca la chiave del testimone", file=sys.stderr)
            return 1
        keys.create(own, name=os.environ.get("IAM_WITNESS_NAME") or "testimone.localhost/w1")
    logs = pinned(home, stop)
    if not logs:
        return 0
    port = int(os.environ.get("IAM_WITNESS_PORT") or 0)
    server = Server(("127.0.0.1", port), Witness(keys.load(own), logs, state))
    write_durably(home / "witness" / "address", f"{server.url}\n".encode())
    Thread(target=server.serve_forever, daemon=True).start()
    while not stop.wait(LOOK_EVERY_SECONDS) and os.getppid() == parent:
        pass
    server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
