# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The witness over HTTP: add-checkpoint, and its newest checkpoints for who monitors."""

from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from iam.audit.witness.cosigning import TEXT, Answer, Witness

MOST_REQUEST_BYTES = 65_536
PATIENCE_SECONDS = 10


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], witness: Witness) -> None:
        super().__init__(address, Handler)
        self.witness = witness

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "witness"
    sys_version = ""
    timeout = PATIENCE_SECONDS

    def do_POST(self) -> None:
        stated = self.headers.get("Content-Length", "")
        if self.path != "/add-checkpoint":
            self.close_connection = True
            self._answer(Answer(404, "not found\n"))
        elif not stated.isdecimal() or int(stated) > MOST_REQUEST_BYTES:
            self.close_connection = True
            self._answer(Answer(413, "too large\n"))
        else:
            body = self.rfile.read(int(stated))
            try:
                text = body.decode()
            except UnicodeDecodeError:
                self._answer(Answer(400, "not UTF-8\n"))
            else:
                self._answer(self.server.witness.add_checkpoint(text))

    def do_GET(self) -> None:
        """GET /<hex SHA-256 of the origin>/checkpoint"""
        witness = self.server.witness
        for origin in witness.origins:
            if self.path == f"/{sha256(origin.encode()).hexdigest()}/checkpoint":
                self._answer(Answer(200, witness.checkpoint_of(origin) or ""))
                return
        self._answer(Answer(404, "not found\n"))

    def _answer(self, answer: Answer) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.media_type or TEXT)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a request holds nothing that the state does not."""
