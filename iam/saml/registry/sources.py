# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one place that reads from the settings where the registries are and who signs them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
    return [
        Source(
            scheme=Scheme(scheme),
            url=str(one["URL"]),
            signers=tuple(_certificates(one.get("SIGNERS", ()), strict=strict)),
            may_be_unsigned=not one.get("SIGNERS"),
        )
        for scheme, one in told.items()
        if one.get("URL")
    ]


def _certificates(paths: Iterable[str], *, strict: bool) -> Iterator[bytes]:
    """Yield DER; one file may hold several PEM certificates."""
    for path in paths:
        try:
            found = x509.load_pem_x509_certificates(Path(path).read_bytes())
        except (OSError, ValueError):
            if strict:
                raise
            continue
        for certificate in found:
            yield certificate.public_bytes(serialization.Encoding.DER)
