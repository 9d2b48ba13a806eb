# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing as any of the simulated signers: what a person does with her own tool. SIMULATO.

sign(content, "giorgio", Form.CADES)
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

from asn1crypto import cms, keys, pem, tsp, x509
from cryptography import x509 as pyca_x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs7
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from demo.trust.pki import Pki, as_pem, locked, write_if_new
from demo.trust.signers import SIGNERS, Signer

DEFAULT_PORT = 8000
T = TypeVar("T")


class Form(StrEnum):
    """The kinds of signed file that people send."""

    PADES = "pades"
    PADES_TIMESTAMPED = "pades-t"
    CADES = "cades"
    CADES_TIMESTAMPED = "cades-t"


class NotSignable(ValueError):
    """The file cannot be signed in that form."""


@lru_cache(maxsize=4)
def _pki_at(home: str, url: str) -> Pki:
    return Pki.open(Path(home), url)


def pki_of_environment() -> Pki:
    """The service of this machine: state below IAM_HOME, at PORT + 2."""
    home = os.environ.get("IAM_HOME") or str(Path(__file__).resolve().parents[2] / ".iam")
    port = int(os.environ.get("PORT") or DEFAULT_PORT)
    return _pki_at(str(Path(home).expanduser().resolve()), f"http://localhost:{port + 2}")


def sign(
    content: bytes, signer: Signer | str, form: Form = Form.PADES, *, pki: Pki | None = None
) -> bytes:
    """Return `content` signed by `signer` (or its key) in `form`. Raises `NotSignable`.

    PAdES takes the first empty field of the PDF, else adds an invisible one, and always in
    an incremental revision, as desktop tools do on a document that bears a signature.
    """
    pki = pki or pki_of_environment()
    chosen = SIGNERS[signer] if isinstance(signer, str) else signer
    stamper = _Stamper(pki) if form in (Form.PADES_TIMESTAMPED, Form.CADES_TIMESTAMPED) else None
    if form in (Form.CADES, Form.CADES_TIMESTAMPED):
        return _cades(content, signer_of(pki, chosen), stamper)
    try:
        return _pades(content, signer_of(pki, chosen), stamper)
    except (PdfError, ValueError, AssertionError) as fault:
        raise NotSignable(str(fault)) from fault


def signer_of(pki: Pki, signer: Signer) -> SimpleSigner:
    """The pyHanko signer of `signer`, with its issuer's certificate beside its own."""
    return _simple_signer(pki, signer.key, pki.issuer_of(signer))


def install_seal(pki: Pki, *, key: Path, certificate: Path) -> None:
    """Give the platform a simulated qualified seal, unless it has one already."""
    if key.exists() and certificate.exists():
        return
    key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(key.parent / ".seal.lock"):
        if not (key.exists() and certificate.exists()):
            write_if_new(key, pki.key_path("sigillo").read_bytes(), mode=0o600)
            chain = (pki.certificate("sigillo"), pki.certificate("ca"))
            write_if_new(certificate, as_pem(*chain))


def sign_pec(entity: bytes, *, pki: Pki | None = None) -> bytes:
    """Return the MIME `entity` as a multipart/signed message body of the PEC provider.

    The caller puts From, To, Subject and the X- headers before it.
    """
    pki = pki or pki_of_environment()
    loaded = serialization.load_pem_private_key(pki.key_path("pec").read_bytes(), password=None)
    certificate = pyca_x509.load_der_x509_certificate(pki.certificate("pec").dump())
    return (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(entity)
        .add_signer(certificate, loaded, hashes.SHA256())  # type: ignore[arg-type]  # P-256
        .sign(serialization.Encoding.SMIME, [pkcs7.PKCS7Options.DetachedSignature])
    )


def _simple_signer(pki: Pki, label: str, issuer: x509.Certificate) -> SimpleSigner:
    return SimpleSigner(
        signing_cert=_own(pki.certificate(label)),
        signing_key=_private_key(pki.key_path(label)),
        cert_registry=SimpleCertificateStore.from_certs([_own(issuer)]),
    )


def _own(certificate: x509.Certificate) -> x509.Certificate:
    """Return a copy: asn1crypto parses on first use, and two requests may be the first at once."""
    return x509.Certificate.load(certificate.dump())


def _private_key(path: Path) -> keys.PrivateKeyInfo:
    _, _, der = pem.unarmor(path.read_bytes())
    return keys.PrivateKeyInfo.load(der)


class _Stamper(TimeStamper):
    """The simulated timestamp authority, asked in this process instead of over HTTP."""

    def __init__(self, pki: Pki) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the library gives it no types
        self._pki = pki

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        architecture, label = self._pki.timestamp_service
        service = architecture.service_registry.summon_timestamper(label, datetime.now(UTC))
        return service.request_tsa_response(req)


def _finished(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` on a thread of its own: the caller may have a loop of events running."""
    with ThreadPoolExecutor(max_workers=1) as aside:
        return aside.submit(asyncio.run, work).result()


def _pades(content: bytes, signer: SimpleSigner, stamper: TimeStamper | None) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(content), strict=False)
    empty = [name for name, value, _ in enumerate_sig_fields(writer.prev) if value is None]
    taken = {name for name, _, _ in enumerate_sig_fields(writer.prev)}
    name = (
        empty[0] if empty else next(f"Firma{n}" for n in range(1, 99) if f"Firma{n}" not in taken)
    )
    out = BytesIO()
    pdf_signer = PdfSigner(
        PdfSignatureMetadata(
            field_name=name, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
        ),
        signer,
        timestamper=stamper,
        new_field_spec=None if empty else SigFieldSpec(name),
    )
    _finished(pdf_signer.async_sign_pdf(writer, output=out))
    return out.getvalue()


def _cades(content: bytes, signer: SimpleSigner, stamper: TimeStamper | None) -> bytes:
    """An enveloping CMS with the content inside, as every .p7m of Italian tools."""

    async def made() -> cms.ContentInfo:
        return await signer.async_sign_general_data(
            content,
            "sha256",
            detached=False,
            use_cades=True,
            timestamper=stamper,
        )

    return bytes(_finished(made()).dump())


__all__ = [
    "Form",
    "NotSignable",
    "install_seal",
    "pki_of_environment",
    "sign",
    "sign_pec",
    "signer_of",
]
