# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The keys of the simulated provider, made at first use below the home of the demo."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from xmlsec import constants

LABEL = "SIMULATO - gestore di identità dimostrativo"


@dataclass(frozen=True)
class Signer:
    """A private key (PEM) and its certificate (DER)."""

    private_pem: bytes = field(repr=False)
    certificate: bytes = field(repr=False)

    @cached_property
    def xmlsec(self) -> xmlsec.Key:
        return xmlsec.Key.from_memory(self.private_pem, constants.KeyDataFormatPem)

    @property
    def certificate_text(self) -> str:
        return base64.b64encode(self.certificate).decode()


def new_signer(*, bits: int = 3072, name: str = LABEL, at: datetime | None = None) -> Signer:
    """Make a key and a self-signed certificate that lasts two years from `at`."""
    since = at or datetime.now(UTC)
    key = rsa.generate_private_key(65537, bits)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since - timedelta(days=1))
        .not_valid_after(since + timedelta(days=730))
        .sign(key, SHA256())
    )
    return Signer(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        certificate.public_bytes(serialization.Encoding.DER),
    )


def signer_in(folder: Path) -> Signer:
    """Return the signer kept in `folder`, made if there is none."""
    private, public = folder / "idp.key", folder / "idp.der"
    if not (private.exists() and public.exists()):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = new_signer()
        with os.fdopen(
            os.open(private, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
        ) as file:
            file.write(made.private_pem)
        public.write_bytes(made.certificate)
    return Signer(private.read_bytes(), public.read_bytes())
