# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A registry of identity providers in a test's hands: signed for real, served on loopback."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from demo.idp.keys import Signer
from demo.idp.metadata import METADATA, provider_metadata
from demo.idp.responses import sign
from iam.audit import clock
from iam.saml.models import IdentityProvider, RegistryChange, RegistryState
from iam.saml.registry.refreshing import refresh
from iam.saml.registry.types import Source, Taken
from iam.saml.types import Scheme
from tests.saml.forging import signer

POSTE, SIELTE, TIM = "https://poste.example", "https://sielte.example", "https://tim.example"


@dataclass(frozen=True)
class Entry:
    """One provider of the registry; its pages are on `site`, else on its entityID."""

    entity_id: str
    keys: tuple[Signer, ...]
    name: str = ""
    site: str = ""

    def metadata(self) -> etree._Element:
        document = provider_metadata(
            self.entity_id,
            list(self.keys),
            name=self.name or NAMES.get(self.entity_id, f"Gestore {self.entity_id}"),
        )
        if self.site:
            for what in ("/sso", "/slo"):
                old, new = f'"{self.entity_id}{what}"', f'"{self.site}{what}"'
                document = document.replace(old.encode(), new.encode())
        return etree.fromstring(document)


def entry(entity_id: str, *keys: Signer, **changes: str) -> Entry:
    """Return a provider that signs with a key named after it, unless `keys` are given."""
    return Entry(entity_id, keys or (signer(entity_id),), **changes)


NAMES = {POSTE: "Poste (di prova)", SIELTE: "Sielte (di prova)", TIM: "TIM (di prova)"}
USUAL = (entry(POSTE), entry(SIELTE), entry(TIM))


def agid() -> Signer:
    """Return who signs the registry."""
    return signer("registro AgID")


def registry(*entries: Entry, by: Signer | None = None, **attributes: str) -> bytes:
    """Return a registry that lists `entries`, signed by `by`: by who should, if not given."""
    root = etree.Element(
        f"{{{METADATA}}}EntitiesDescriptor",
        {"ID": f"_{secrets.token_hex(16)}", "Name": "registro", **attributes},
        nsmap={"md": METADATA},
    )
    root.extend([one.metadata() for one in entries])
    sign(root, by or agid())
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def source(url: str = "https://registro.example/entities-idp") -> Source:
    return Source(scheme=Scheme.SPID, url=url, signers=(agid().certificate,))


def take(*entries: Entry, by: Signer | None = None, **attributes: str) -> Taken:
    """Look at a registry that now lists `entries`."""
    return take_document(registry(*entries, by=by, **attributes))


def take_document(document: bytes) -> Taken:
    return refresh(source(), at=clock.now(), document=document)


def in_force() -> dict[str, IdentityProvider]:
    return {row.entity_id: row for row in IdentityProvider.objects.filter(origin="registro")}


def keys_of(entity_id: str) -> set[bytes]:
    return {bytes(certificate) for certificate in in_force()[entity_id].certificates}


def state() -> RegistryState:
    return RegistryState.objects.get(scheme="spid")


def waiting() -> dict[str, RegistryChange]:
    """Return what waits for a decision, by what it is about."""
    rows = RegistryChange.objects.filter(decision="", withdrawn_at=None)
    return {row.about: row for row in rows}


def pem(one: Signer, path: Path) -> str:
    certificate = x509.load_der_x509_certificate(one.certificate)
    path.write_bytes(certificate.public_bytes(Encoding.PEM))
    return str(path)


@dataclass
class Served:
    """What the local server answers: change it between two looks."""

    url: str = ""
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drip: threading.Event | None = None
    asked: list[str] = field(default_factory=list)


@contextmanager
def serving(body: bytes = b"") -> Iterator[Served]:
    """Serve `body` on a free port of loopback, from a thread."""
    told = Served(body=body)

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(self.path)
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            if told.drip is None:
                self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            while told.drip is not None and not told.drip.wait(0.02):
                self.wfile.write(b" ")
                self.wfile.flush()
            self.wfile.write(told.body)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    told.url = f"http://127.0.0.1:{server.server_address[1]}/entities-idp"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield told
    finally:
        if told.drip is not None:
            told.drip.set()
        server.shutdown()
        server.server_close()
        thread.join()
