# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A trust service of the tests' own, a sealed document, and who must sign it.

It is made once per run, on a free port, and answers OCSP, CRL and timestamps like the
simulated one. Nothing of the development machine is used.
"""

from __future__ import annotations

import atexit
import socket
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path

from django.test import override_settings
from werkzeug.serving import make_server

from demo.personas import ANNA, GIORGIO, PAOLO, PIETRO, Persona
from demo.trust.app import create_app
from demo.trust.pki import Pki
from demo.trust.signing import Form, install_seal, sign
from demo.trust.trust_list import make_trust_list
from iam.signatures.documents import SECOND_BOX, Field, compile_document, seal
from iam.signatures.trust import configuration
from iam.signatures.trust.prepared import PreparedTrust
from iam.signatures.types import Binding, ExpectedSigner, TrustStore, Verdict
from iam.signatures.verdict.judging import judge

TEMPLATE = """
#let d = json(bytes(sys.inputs.data))
#set document(title: "Convenzione di prova")
#set text(lang: "it")
#set page(margin: (bottom: 5cm), footer: [Convenzione n. #d.numero])
= Convenzione
Tra il Ministero e il Comune di #d.comune.
== Articolo 1
#lorem(200)
== Articolo 2
#lorem(200)
"""

FIELDS = (
    Field(name="Firma1", label="Firma del legale rappresentante"),
    Field(name="Firma2", label="Controfirma", box=SECOND_BOX),
)


def awaited(persona: Persona, office: str = "") -> ExpectedSigner:
    return ExpectedSigner(
        codice_fiscale=persona.codice_fiscale, name=persona.full_name, office=office
    )


SINDACO = awaited(GIORGIO, "sindaco di Bovezzo")
DIRETTORE = awaited(PAOLO, "direttore generale")
DESIGNATA = awaited(ANNA)
ESTRANEO = awaited(PIETRO)


def now() -> datetime:
    return datetime.now(UTC)


_signed: dict[tuple[str, Form, bytes], bytes] = {}


@dataclass(frozen=True)
class Trial:
    """The trust service of the tests and what the platform trusts of it."""

    pki: Pki
    settings: dict[str, object]

    @cached_property
    def trust_list(self) -> bytes:
        return make_trust_list(self.pki, at=now())

    @cached_property
    def store(self) -> TrustStore:
        with override_settings(SIGNATURES=self.settings):
            return configuration.trust_store(self.trust_list)

    @cached_property
    def trust(self) -> PreparedTrust:
        return PreparedTrust.of(self.store, at=now())

    @cached_property
    def unsealed(self) -> bytes:
        return self.document("Bovezzo")

    @cached_property
    def sealed(self) -> bytes:
        """The document that must be signed: generated and sealed by the platform."""
        return self.sealed_copy(self.unsealed)

    def document(self, comune: str) -> bytes:
        data = {"comune": comune, "numero": "2026/1"}
        return compile_document(TEMPLATE, data, signature_fields=FIELDS)

    def sealed_copy(self, pdf: bytes) -> bytes:
        with override_settings(SIGNATURES=self.settings):
            return seal(pdf)

    def signed(self, who: str = "giorgio", form: Form = Form.PADES, pdf: bytes = b"") -> bytes:
        """The file as `who` signs it; the same request gives the same bytes."""
        asked = (who, form, sha256(pdf).digest())
        if asked not in _signed:
            _signed[asked] = sign(pdf or self.sealed, who, form, pki=self.pki)
        return _signed[asked]

    def verdict(
        self,
        content: bytes,
        *,
        signers: Sequence[ExpectedSigner] = (SINDACO,),
        bound: bool = True,
        trust: PreparedTrust | None = None,
    ) -> Verdict:
        return judge(
            content,
            binding=Binding(self.sealed) if bound else None,
            signers=signers,
            trust=trust or self.trust,
            at=now(),
        )


@lru_cache(maxsize=1)
def trial() -> Trial:
    """Start the trust service of this run."""
    folder = tempfile.TemporaryDirectory(prefix="fiducia-")
    atexit.register(folder.cleanup)
    home = Path(folder.name)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    pki = Pki.open(home, f"http://localhost:{port}")
    server = make_server("127.0.0.1", port, create_app(pki), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    atexit.register(server.server_close)
    key, certificate = home / "keys" / "seal.key", home / "keys" / "seal.pem"
    install_seal(pki, key=key, certificate=certificate)
    settings: dict[str, object] = {
        "TRUST_LIST_URL": f"http://localhost:{port}/trust-list.xml",
        "TRUST_LIST_SIGNERS": [str(pki.public / "tlso.pem")],
        "PEC_CA": [str(pki.public / "pec-ca.pem")],
        "SEAL_KEY": str(key),
        "SEAL_CERTIFICATE": str(certificate),
        "FETCH_HOSTS": [f"localhost:{port}"],
    }
    return Trial(pki, settings)
