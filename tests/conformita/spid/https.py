# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The service at https://accessi.example.org/, without a name server or port 443.

A client that is told of this proxy asks it for the host; it answers with a certificate for that
name, which the client is told to trust, and hands the bytes to the service on loopback. Any other
host is refused at once: nothing leaves the machine.
"""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

HOST = "accessi.example.org"
CHUNK = 65536


@contextmanager
def secure_way_to(address: str, folder: Path) -> Iterator[dict[str, str]]:
    """Yield the variables with which a client reaches `address` as https://HOST/."""
    certificate, key = _certificate(folder)
    terms = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    terms.load_cert_chain(certificate, key)
    target = (urlsplit(address).hostname or "", urlsplit(address).port or 80)

    class Caller(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            asked = self.rfile.readline().decode().split()
            while self.rfile.readline().strip():
                pass
            if asked[:2] != ["CONNECT", f"{HOST}:443"]:
                self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
                return
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            with (
                terms.wrap_socket(self.connection, server_side=True) as caller,
                socket.create_connection(target) as service,
            ):
                answering = threading.Thread(target=_pass_on, args=(service, caller), daemon=True)
                answering.start()
                _pass_on(caller, service)
                answering.join(timeout=10)

    class Proxy(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Proxy(("127.0.0.1", 0), Caller) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        try:
            yield {
                "HTTPS_PROXY": f"http://127.0.0.1:{proxy.server_address[1]}",
                "https_proxy": f"http://127.0.0.1:{proxy.server_address[1]}",
                "NO_PROXY": "",
                "no_proxy": "",
                "REQUESTS_CA_BUNDLE": str(certificate),
            }
        finally:
            proxy.shutdown()


def _pass_on(giver: socket.socket, taker: socket.socket) -> None:
    """Hand over bytes until the giver has no more."""
    try:
        while content := giver.recv(CHUNK):
            taker.sendall(content)
        taker.shutdown(socket.SHUT_WR)
    except OSError:
        return


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    paths = folder / "https.pem", folder / "https.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths
