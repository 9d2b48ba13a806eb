# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one place that reads `SIGNATURES` from the settings."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from asn1crypto import pem
from django.conf import settings

from iam.signatures.types import TrustStore


def trust_list_url() -> str:
    """Where the signed trust list is published."""
    return str(settings.SIGNATURES.get("TRUST_LIST_URL", ""))


def trust_list_signers() -> tuple[bytes, ...]:
    """DER certificates of the scheme operator, whose signature the list must bear."""
    return _certificates(settings.SIGNATURES.get("TRUST_LIST_SIGNERS", ()))


def pec_authorities() -> tuple[bytes, ...]:
    """DER certificates of the authorities of the PEC providers."""
    return _certificates(settings.SIGNATURES.get("PEC_CA", ()))


def seal_key() -> Path:
    return Path(str(settings.SIGNATURES["SEAL_KEY"]))


def seal_certificate() -> Path:
    """PEM: first the certificate of the seal, then its chain. Past ones are kept beside it."""
    return Path(str(settings.SIGNATURES["SEAL_CERTIFICATE"]))


def fetch_hosts() -> tuple[str, ...]:
    """The `host:port` that may be asked for revocation answers; `*`: any public address."""
    return tuple(settings.SIGNATURES.get("FETCH_HOSTS") or ("*",))


def seals() -> tuple[bytes, ...]:
    """DER certificates of the platform's seal: the present one and those it succeeded."""
    present = seal_certificate()
    past = sorted(present.parent.glob(f"{present.stem}.past-*.pem"))
    firsts = (_read(path)[:1] for path in (present, *past) if path.exists())
    return tuple(certificate for first in firsts for certificate in first)


def trust_store(trust_list: bytes) -> TrustStore:
    """Return what is trusted with `trust_list` (may be empty) and the settings of today."""
    return TrustStore(
        trust_list=trust_list,
        trust_list_signers=trust_list_signers(),
        seals=seals(),
        pec_authorities=pec_authorities(),
        fetch_hosts=fetch_hosts(),
    )


def _certificates(paths: Iterable[str | Path]) -> tuple[bytes, ...]:
    """Files that do not exist yet are skipped: nothing is trusted until they do."""
    existing = (Path(path) for path in paths if Path(path).exists())
    return tuple(certificate for path in existing for certificate in _read(path))


def _read(path: Path) -> list[bytes]:
    content = path.read_bytes()
    if not pem.detect(content):
        return [content]
    return [der for _, _, der in pem.unarmor(content, multiple=True)]
