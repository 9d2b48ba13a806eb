# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the bytes of a registry to the providers it describes: the signature first.

Source: SAML 2.0 Metadata, 2.3 and 3; RT, distribution of the metadata.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256

from lxml import etree

from iam.saml.checks import in_production
from iam.saml.errors import MetadataUnusable, ResponseRefused, SignatureInvalid
from iam.saml.metadata.identity_provider import ProviderMetadata, read_provider_metadata
from iam.saml.registry.errors import (
    ProviderRepeated,
    RegistryEmpty,
    RegistryExpired,
    RegistryUnreadable,
    RegistryUnsigned,
    SignerIsPublic,
)
from iam.saml.registry.fetching import LARGEST_BYTES
from iam.saml.registry.signers import is_public
from iam.saml.registry.types import Copy
from iam.saml.signing.key import rsa_public_key
from iam.saml.signing.verifying import check_identifiers, signature_of, verified
from iam.saml.xml.names import ds, md
from iam.saml.xml.reading import parsed, value_of
from iam.saml.xml.schema import check_schema


def read_registry(
    document: bytes, *, signers: Iterable[bytes], at: datetime, unsigned: bool = False
) -> Copy:
    """Return what `document` says, read only from the part that its signature covers.

    `signers` (DER) are trusted. A document signed by another is read too, with `pinned` false,
    so that a person can decide about its signer; `unsigned` allows one with no signature.
    Raises a `RegistryRefused`.
    """
    try:
        root = parsed(document, largest=LARGEST_BYTES)
        check_identifiers(root)
        check_schema(root, kind="metadata")
    except ResponseRefused as refusal:
        raise RegistryUnreadable(why=refusal.code) from refusal
    if root.tag not in {md("EntitiesDescriptor"), md("EntityDescriptor")}:
        raise RegistryUnreadable(why="non sono metadata")
    signer, pinned = None, False
    if not (unsigned and signature_of(root) is None):
        root, signer, pinned = _signed(root, tuple(signers))
    valid_until = _valid_until(root)
    if valid_until is not None and valid_until <= at:
        raise RegistryExpired(until=f"{valid_until:%d/%m/%Y}")
    providers, unusable = _providers(root)
    if not providers:
        raise RegistryEmpty()
    return Copy(
        sha256=sha256(document).hexdigest(),
        document=document,
        signer=signer,
        pinned=pinned,
        valid_until=valid_until,
        providers=providers,
        unusable=unusable,
    )


def _signed(root: etree._Element, signers: tuple[bytes, ...]) -> tuple[etree._Element, bytes, bool]:
    """Return the covered tree, the certificate (DER) that verifies it, and if it is pinned.

    Of KeyInfo only one thing is believed: which unknown signer to show to a person.
    """
    try:
        for signer in signers:
            try:
                covered = verified(root, [signer])
            except SignatureInvalid:
                continue
            if is_public(signer):
                raise SignerIsPublic()
            return covered, signer, True
        stranger = _stranger(root)
        covered = verified(root, [stranger])
    except ResponseRefused as refusal:
        raise RegistryUnsigned(why=refusal.code) from refusal
    if is_public(stranger):
        raise SignerIsPublic()
    return covered, stranger, False


def _stranger(root: etree._Element) -> bytes:
    signature = signature_of(root)
    node = None if signature is None else next(signature.iter(ds("X509Certificate")), None)
    try:
        certificate = base64.b64decode("".join(value_of(node).split()), validate=True)
        rsa_public_key(certificate)
    except (binascii.Error, ValueError) as fault:
        raise RegistryUnsigned(why="spid-firma-assente") from fault
    return certificate


def _valid_until(root: etree._Element) -> datetime | None:
    said = root.get("validUntil")
    if said is None:
        return None
    try:
        instant = datetime.fromisoformat(said)
    except ValueError as fault:
        raise RegistryUnreadable(why="validUntil") from fault
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _providers(root: etree._Element) -> tuple[dict[str, ProviderMetadata], dict[str, str]]:
    found: dict[str, ProviderMetadata] = {}
    unusable: dict[str, str] = {}
    for entity in _entities(root):
        entity_id = entity.get("entityID") or ""
        if entity_id in found or entity_id in unusable:
            raise ProviderRepeated(entity_id=entity_id)
        if entity.find(md("IDPSSODescriptor")) is None:
            continue
        try:
            metadata = read_provider_metadata(_alone(entity), source=entity_id)
            check_provider(metadata)
        except MetadataUnusable as refusal:
            unusable[entity_id] = str(refusal.facts["why"])
        else:
            found[entity_id] = metadata
    return found, unusable


def _entities(root: etree._Element) -> Iterator[etree._Element]:
    yield from root.iter(md("EntityDescriptor"))


def _alone(entity: etree._Element) -> bytes:
    tail, entity.tail = entity.tail, None
    document = etree.tostring(entity, encoding="UTF-8", xml_declaration=True)
    entity.tail = tail
    return document


def addresses_of(metadata: ProviderMetadata) -> tuple[str, ...]:
    """Return every address of a provider where a browser may be sent."""
    named = (
        *(metadata.sso_post, metadata.sso_redirect),
        *(metadata.slo_post, metadata.slo_redirect, metadata.slo_response),
    )
    return tuple(address for address in named if address)


def check_provider(metadata: ProviderMetadata) -> None:
    """Raise `MetadataUnusable` for what no person may approve."""
    source = metadata.entity_id
    if any(is_public(certificate) for certificate in metadata.certificates):
        raise MetadataUnusable(source=source, why="la sua chiave privata è pubblica")
    if in_production() and not all(a.startswith("https://") for a in addresses_of(metadata)):
        raise MetadataUnusable(source=source, why="un indirizzo non è https")
