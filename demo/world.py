# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The world outside, in one process: identity provider, trust service, PEC. SIMULATO.

    python -m demo.world

PORT and IAM_HOME say where: the identity provider at PORT + 1, the trust service at
PORT + 2, the page of the mailboxes at PORT + 3, SMTP and IMAP at PORT + 4 and PORT + 5.
It ends with SIGTERM or Ctrl-C.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from werkzeug.serving import BaseWSGIServer, make_server

DEFAULT_PORT = 8000
HOST = "127.0.0.1"
logger = logging.getLogger("demo.world")


@dataclass(frozen=True)
class Where:
    """The state folder, the first port, and the address of the service."""

    home: Path
    port: int
    service: str

    def url(self, offset: int) -> str:
        return f"http://localhost:{self.port + offset}"


def where() -> Where:
    home = os.environ.get("IAM_HOME")
    port = int(os.environ.get("PORT") or DEFAULT_PORT)
    folder = Path(home).expanduser().resolve() if home else Path(__file__).parents[1] / ".iam"
    return Where(folder, port, os.environ.get("IAM_BASE_URL") or f"http://localhost:{port}")


def trust(world: Where) -> Any:
    from demo.trust.app import create_app
    from demo.trust.pki import Pki
    from demo.trust.signing import install_seal

    pki = Pki.open(world.home, world.url(2))
    keys = world.home / "keys"
    install_seal(pki, key=keys / "seal.key", certificate=keys / "seal.pem")
    return create_app(pki)


def identity_provider(world: Where) -> Any:
    from demo.idp.app import create_faces

    return create_faces(world.home / "demo" / "idp", world.url(1), world.service)


def mailboxes(world: Where) -> Any:
    from demo.pec.app import create_app

    return create_app(world.home, smtp_port=world.port + 4)


PAGES: tuple[tuple[int, str, Callable[[Where], Any]], ...] = (
    (2, "servizio fiduciario", trust),
    (1, "identity provider", identity_provider),
    (3, "caselle PEC", mailboxes),
)


class World:
    """The servers, started together and stopped together."""

    def __init__(self, world: Where) -> None:
        self._where = world
        self._servers: list[BaseWSGIServer] = []
        self._mail: Any = None

    def start(self) -> None:
        """Serve everything on threads. Raises what a server raises when it cannot start."""
        for offset, name, make in PAGES:
            server = make_server(HOST, self._where.port + offset, make(self._where), threaded=True)
            threading.Thread(target=server.serve_forever, name=name, daemon=True).start()
            self._servers.append(server)
            logger.info("%s SIMULATO: %s", name, self._where.url(offset))
        from demo.pec.servers import start

        port = self._where.port
        self._mail = start(self._where.home, port + 4, port + 5)
        logger.info("PEC SIMULATA: SMTP %d, IMAP %d", port + 4, port + 5)

    def stop(self) -> None:
        if self._mail is not None:
            self._mail.stop()
        for server in self._servers:
            server.shutdown()
            server.server_close()


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    world = World(where())
    world.start()
    logger.info("Il mondo dimostrativo è in funzione.")
    ended.wait()
    world.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
