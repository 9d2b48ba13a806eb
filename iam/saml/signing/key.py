# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The key we sign with, and the public keys of others."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import xmlsec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_der_x509_certificate
from xmlsec import constants

from iam.saml.signing.algorithms import MINIMUM_RSA_BITS


@dataclass(frozen=True)
class SigningKey:
    """A private key (PEM) and the certificate (DER) that metadata publishes for it."""

    private_pem: bytes = field(repr=False)
    certificate: bytes = field(repr=False)

    @cached_property
    def xmlsec(self) -> xmlsec.Key:
        return xmlsec.Key.from_memory(self.private_pem, constants.KeyDataFormatPem)

    @cached_property
    def rsa(self) -> RSAPrivateKey:
        key = load_pem_private_key(self.private_pem, None)
        assert isinstance(key, RSAPrivateKey)
        return key

    @property
    def certificate_text(self) -> str:
        """The certificate as metadata and KeyInfo carry it: base64 without armour."""
        return base64.b64encode(self.certificate).decode()


@lru_cache(maxsize=128)
def xmlsec_public_key(certificate: bytes) -> xmlsec.Key:
    """Return the key in `certificate` (DER). Its dates are ignored: metadata vouches for it.

    Half of the federation's published certificates are expired at any time.
    """
    return xmlsec.Key.from_memory(certificate, constants.KeyDataFormatCertDer)


def rsa_public_key(certificate: bytes) -> RSAPublicKey:
    """Return the RSA key in `certificate` (DER). Raises `ValueError` if it is weak or not RSA."""
    key = load_der_x509_certificate(certificate).public_key()
    if not isinstance(key, RSAPublicKey):
        raise ValueError("la chiave non è RSA")
    if key.key_size < MINIMUM_RSA_BITS:
        raise ValueError(f"la chiave ha {key.key_size} bit, ne servono {MINIMUM_RSA_BITS}")
    return key
