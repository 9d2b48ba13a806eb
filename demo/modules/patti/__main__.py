# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Serve the module on PORT+6: `python -m demo.modules.patti`."""

from __future__ import annotations

import signal
import sys
from types import FrameType

from werkzeug.serving import make_server

from config.environment import environment
from demo.modules.patti.app import create_app
from demo.modules.patti.registration import folder_in, key_in, module_at

OFFSET = 6


def main() -> None:
    folder = folder_in(environment.home)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    address = environment.demo_url(OFFSET)
    module = module_at(address, issuer=environment.base_url, key=key_in(folder))
    app = create_app(module, folder)
    server = make_server("127.0.0.1", environment.port + OFFSET, app, threaded=True)
    signal.signal(signal.SIGTERM, _stop)
    print(f"Patti per l'inclusione (SIMULATO): {address}", flush=True)
    server.serve_forever()


def _stop(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
