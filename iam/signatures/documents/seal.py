# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The platform's own seal: an approval signature that proves where a document comes from.

Being there first, it makes every tool append its signature instead of rewriting the
file. It is an approval and not a certification signature, because a certified document
forbids the visible field that many tools add.
"""

from __future__ import annotations

import fcntl
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from asn1crypto import keys, pem
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from iam.signatures.documents.fields import SEAL_FIELD
from iam.signatures.sandbox.waiting import finished
from iam.signatures.trust import configuration


def seal(pdf: bytes) -> bytes:
    """Return `pdf` with the platform's seal in one more revision.

    A document compiled with signature fields has a place for it, tagged; any other gets one.
    """
    make_self_signed(configuration.seal_key(), configuration.seal_certificate())
    signer = _signer()
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    out = BytesIO()
    pdf_signer = PdfSigner(
        PdfSignatureMetadata(
            field_name=SEAL_FIELD,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            reason="Documento generato dalla piattaforma",
        ),
        signer,
    )
    finished(pdf_signer.async_sign_pdf(writer, output=out))
    return out.getvalue()


def _signer() -> SimpleSigner:
    certificates = [
        asn1.Certificate.load(der)
        for _, _, der in pem.unarmor(configuration.seal_certificate().read_bytes(), multiple=True)
    ]
    private = serialization.load_pem_private_key(
        configuration.seal_key().read_bytes(), password=None
    )
    der = private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return SimpleSigner(
        signing_cert=certificates[0],
        signing_key=keys.PrivateKeyInfo.load(der),
        cert_registry=SimpleCertificateStore.from_certs(certificates[1:]),
    )


def make_self_signed(key: Path, certificate: Path) -> None:
    """Write a key and a self-signed certificate for the seal, unless both exist.

    It proves origin to us and to nobody else: a qualified seal takes its place by putting
    its files at the same paths before the first document.
    """
    if key.exists() and certificate.exists():
        return
    key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (key.parent / ".seal.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (key.exists() and certificate.exists()):
            _make(key, certificate)


def _make(key: Path, certificate: Path) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "IT"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Sigillo della piattaforma (autofirmato)"),
        ]
    )
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(usage, critical=True)
        .sign(private, hashes.SHA256())
    )
    key.touch(mode=0o600)
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))
