# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one place that reads from the settings where the registries are and who signs them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from django.conf import settings

from iam.saml.registry.types import Source
from iam.saml.types import Scheme


def sources(*, strict: bool = False) -> list[Source]:
    """Return the registries that have an address in the settings.

    A certificate that cannot be read trusts nobody; when `strict`, it raises `OSError` or
    `ValueError`, for the check before the start.
    """
    told = cast(Mapping[str, Mapping[str, Any]], settings.SAML.get("REGISTRIES", {}))
    return [_source(Scheme(scheme), one, strict) for scheme, one in told.items() if one.get("URL")]


def _source(scheme: Scheme, told: Mapping[str, Any], strict: bool) -> Source:
    signers: list[bytes] = []
    unreadable = []
    for path in told.get("SIGNERS", ()):
        try:
            signers += _certificates(Path(path))
        except (OSError, ValueError):
            if strict:
                raise
            unreadable.append(str(path))
    return Source(
        scheme=scheme,
        url=str(told["URL"]),
        signers=tuple(signers),
        may_be_unsigned=not told.get("SIGNERS"),
        unreadable=tuple(unreadable),
    )


def _certificates(path: Path) -> list[bytes]:
    """Return DER; one file may hold several PEM certificates. Raises `OSError`, `ValueError`."""
    return [
        certificate.public_bytes(serialization.Encoding.DER)
        for certificate in x509.load_pem_x509_certificates(path.read_bytes())
    ]
