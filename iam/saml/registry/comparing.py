# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a copy of the registry says otherwise than the providers in force. No database here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from urllib.parse import urlsplit

from cryptography import x509

from iam.saml.metadata.identity_provider import ProviderMetadata
from iam.saml.registry.reading import addresses_of
from iam.saml.registry.types import Change, Copy, Difference


def changes(known: Mapping[str, ProviderMetadata], copy: Copy, *, at: datetime) -> Iterator[Change]:
    """Yield how each provider of `copy` differs from `known`, both by entityID.

    One that the copy names but describes badly is left as it is: it was not removed.
    """
    for entity_id, metadata in copy.providers.items():
        before = known.get(entity_id)
        if before is None:
            found = {Difference.NEW_PROVIDER}
        else:
            found = set(_differences(before, metadata, at=at))
        if found:
            yield Change(entity_id=entity_id, differences=frozenset(found), metadata=metadata)
    for entity_id in known.keys() - copy.providers.keys() - copy.unusable.keys():
        yield Change(
            entity_id=entity_id,
            differences=frozenset({Difference.REMOVED_PROVIDER}),
            metadata=None,
        )


def _differences(
    before: ProviderMetadata, after: ProviderMetadata, *, at: datetime
) -> Iterator[Difference]:
    yield from _of_keys(set(before.certificates), set(after.certificates), at=at)
    if hosts_of(after) - hosts_of(before):
        yield Difference.OTHER_HOST
    elif _places(before) != _places(after):
        yield Difference.ADDRESS_ON_SAME_HOST
    if before.organisation != after.organisation:
        yield Difference.NAME


def _of_keys(before: set[bytes], after: set[bytes], *, at: datetime) -> Iterator[Difference]:
    """A change of key is harmless while old and new overlap; a key still in date is missed."""
    if not before & after:
        yield Difference.KEYS_REPLACED
        return
    if after - before:
        yield Difference.KEY_ADDED
    gone = [_end(certificate) for certificate in before - after]
    if any(end > at for end in gone):
        yield Difference.KEY_REMOVED
    elif gone:
        yield Difference.EXPIRED_KEY_REMOVED


def _end(certificate: bytes) -> datetime:
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc


def hosts_of(metadata: ProviderMetadata) -> set[str]:
    """Return scheme, host and port of each address: what a browser calls a site."""
    parts = (urlsplit(address) for address in addresses_of(metadata))
    return {f"{part.scheme}://{part.netloc}".lower() for part in parts}


def _places(metadata: ProviderMetadata) -> tuple[str, ...]:
    return (
        *(metadata.sso_post, metadata.sso_redirect),
        *(metadata.slo_post, metadata.slo_redirect, metadata.slo_response),
    )


def digest_of(change: Change) -> str:
    """Return what names this change and no other, so that a decision holds for it alone."""
    parts: list[bytes] = [
        change.entity_id.encode(),
        *sorted(d.encode() for d in change.differences),
    ]
    if change.metadata is not None:
        parts += [*sorted(change.metadata.certificates)]
        parts += [place.encode() for place in _places(change.metadata)]
        parts += [change.metadata.organisation.encode()]
    return sha256(b"\0".join(sha256(part).digest() for part in parts)).hexdigest()
