# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The key and the self-signed certificate of a public service provider, made offline.

Source: AgID, Avviso 29 v3: a public body may sign its own certificate, with these names,
policies and key usages, and without the names of persons.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID, ObjectIdentifier
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from iam.saml.federation.service import ServiceProvider
from iam.saml.signing.key import SigningKey

RSA_BITS = 2048
"""SPID's minimum, by default: a request is worth twenty minutes, and the private operation of a
larger key costs three times as much. `IAM_SPID_KEY_BITS` asks for more."""

ALLOWED_BITS = (2048, 3072, 4096)
YEARS = 3
URI = ObjectIdentifier("2.5.4.83")
AGID_CERTIFICATE = ObjectIdentifier("1.3.76.16.6")
PUBLIC_SERVICE_PROVIDER = ObjectIdentifier("1.3.76.16.4.2.1")


def key_bits() -> int:
    """Return the size of new keys. Raises `ImproperlyConfigured` for one that AgID refuses."""
    bits = int(str(settings.SAML.get("KEY_BITS") or RSA_BITS))
    if bits not in ALLOWED_BITS:
        raise ImproperlyConfigured(f"IAM_SPID_KEY_BITS deve essere fra {ALLOWED_BITS}, non {bits}.")
    return bits


def make_certificate(
    provider: ServiceProvider, *, at: datetime, bits: int | None = None
) -> SigningKey:
    """Return a new key and its certificate, valid for three years from `at`."""
    key = rsa.generate_private_key(65537, bits or key_bits())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, provider.organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, provider.display_name),
            x509.NameAttribute(URI, provider.entity_id),
            x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, f"PA:IT-{provider.ipa_code}"),
            x509.NameAttribute(NameOID.COUNTRY_NAME, "IT"),
            x509.NameAttribute(NameOID.LOCALITY_NAME, provider.locality),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(minutes=5))
        .not_valid_after(at + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=False)
        .add_extension(_usage(), critical=True)
        .add_extension(_policies(), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    private_pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return SigningKey(private_pem, certificate.public_bytes(serialization.Encoding.DER))


def _usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _policies() -> x509.CertificatePolicies:
    def policy(identifier: ObjectIdentifier, text: str) -> x509.PolicyInformation:
        return x509.PolicyInformation(identifier, [x509.UserNotice(None, text)])

    return x509.CertificatePolicies(
        [policy(AGID_CERTIFICATE, "agIDcert"), policy(PUBLIC_SERVICE_PROVIDER, "cert_SP_Pub")]
    )


def store(key: SigningKey, provider: ServiceProvider) -> None:
    """Write key (0600) and certificate; both appear whole or not at all."""
    _write_pair(key, provider.key_path, provider.certificate_path)


def store_next(key: SigningKey, provider: ServiceProvider) -> None:
    """Write the key that will follow the one in use: from now on the metadata show both."""
    _write_pair(key, *next_paths(provider))


def switch(provider: ServiceProvider) -> None:
    """Begin to sign with the next key; the certificate of the last one stays published.

    One rename decides: whatever stops us before it leaves the old key in use, after it the
    new; a switch cut in half is finished by the next call. Raises `FileNotFoundError` if there
    is no next key.
    """
    next_key, next_certificate = next_paths(provider)
    if not next_certificate.exists():
        raise FileNotFoundError(next_certificate)
    if not next_key.exists():
        next_certificate.replace(provider.certificate_path)
        return
    old_key, old_certificate = previous_paths(provider)
    _write(old_certificate, provider.certificate_path.read_bytes(), 0o644)
    _write(old_key, provider.key_path.read_bytes(), 0o600)
    next_key.replace(provider.key_path)
    next_certificate.replace(provider.certificate_path)


def retire(provider: ServiceProvider) -> None:
    """Publish the last key no longer, and destroy it. Nothing happens if there is none."""
    for path in previous_paths(provider):
        path.unlink(missing_ok=True)


def next_paths(provider: ServiceProvider) -> tuple[Path, Path]:
    """Return where the key to come and its certificate are, if there is one."""
    return _beside(provider.key_path, "next"), _beside(provider.certificate_path, "next")


def previous_paths(provider: ServiceProvider) -> tuple[Path, Path]:
    """Return where the last key and its certificate are, if they are still published."""
    return _beside(provider.key_path, "previous"), _beside(provider.certificate_path, "previous")


@lru_cache(maxsize=32)
def _beside(path: Path, turn: str) -> Path:
    return path.with_name(f"{path.stem}.{turn}{path.suffix}")


def _write_pair(key: SigningKey, key_path: Path, certificate_path: Path) -> None:
    certificate = x509.load_der_x509_certificate(key.certificate)
    _write(key_path, key.private_pem, 0o600)
    _write(certificate_path, certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def _write(path: Path, content: bytes, mode: int) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def signing_key(provider: ServiceProvider) -> SigningKey:
    """Return the key in use; a process that runs sees a change of key at its next request.

    Raises `FileNotFoundError` until `spid_certificate` has run, `ValueError` if no certificate
    is of that key.
    """
    paths = (
        provider.certificate_path,
        next_paths(provider)[1],
        previous_paths(provider)[1],
    )
    return _load(provider.key_path, paths, _stamps(provider.key_path, *paths))


def _stamps(*paths: Path) -> tuple[tuple[int, int] | None, ...]:
    """Return what changes when a file does."""
    found: list[tuple[int, int] | None] = []
    for path in paths:
        try:
            status = os.stat(path)  # noqa: PTH116  # asked at each request: pathlib is slower
        except FileNotFoundError:
            found.append(None)
        else:
            found.append((status.st_mtime_ns, status.st_ino))
    return tuple(found)


@lru_cache(maxsize=8)
def _load(
    key_path: Path, paths: tuple[Path, ...], stamps: tuple[tuple[int, int] | None, ...]
) -> SigningKey:
    """The key says which certificate is its own: a switch cut in half still signs well."""
    private_pem = key_path.read_bytes()
    public = _public(serialization.load_pem_private_key(private_pem, None).public_key())
    if stamps[1] is None:
        raise FileNotFoundError(paths[0])
    for path, stamp in zip(paths, stamps[1:], strict=True):
        if stamp is None:
            continue
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        if _public(certificate.public_key()) == public:
            return SigningKey(private_pem, certificate.public_bytes(serialization.Encoding.DER))
    raise ValueError(f"nessun certificato è della chiave {key_path}")


def _public(key: Any) -> bytes:
    information: bytes = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return information


def published_certificates(provider: ServiceProvider) -> tuple[bytes, ...]:
    """Return the certificates (DER) that our metadata shows, the one in use first.

    During a change of key there are two: until every identity provider knows the new one the
    next, after the switch the previous. Source: RT, metadata; italia/spid issue 18.
    """
    others = (next_paths(provider)[1], previous_paths(provider)[1])
    following = (
        x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(serialization.Encoding.DER)
        for path in (
            *(path for path in others if path.exists()),
            *provider.next_certificate_paths,
        )
    )
    return tuple(dict.fromkeys((signing_key(provider).certificate, *following)))
