# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading the metadata of an identity provider.

Source: SAML 2.0 Metadata, 2.4; RT, metadata of the identity provider.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from iam.saml.errors import MetadataUnusable, ResponseRefused
from iam.saml.signing.key import rsa_public_key
from iam.saml.signing.verifying import check_identifiers
from iam.saml.xml.names import BINDING_POST, BINDING_REDIRECT, PROTOCOL, ds, md
from iam.saml.xml.reading import parsed, value_of
from iam.saml.xml.schema import check_schema


@dataclass(frozen=True, kw_only=True)
class ProviderMetadata:
    """What we use of the metadata; an address is empty where the binding is not offered."""

    entity_id: str
    organisation: str
    certificates: tuple[bytes, ...]
    sso_post: str
    sso_redirect: str
    slo_post: str
    slo_redirect: str
    slo_response: str
    document: bytes


def read_provider_metadata(document: bytes, *, source: str) -> ProviderMetadata:
    """Return what one EntityDescriptor says. Raises `MetadataUnusable` with the reason.

    `source` names the document in the message. Certificates that are expired are kept: the
    metadata vouch for the key, and many of the federation's are.
    """
    try:
        root = parsed(document)
        check_identifiers(root)
        check_schema(root, kind="metadata")
    except ResponseRefused as refusal:
        raise MetadataUnusable(source=source, why=refusal.code) from refusal
    descriptor = root.find(md("IDPSSODescriptor"))
    if root.tag != md("EntityDescriptor") or descriptor is None:
        raise MetadataUnusable(source=source, why="non descrivono un gestore di identità")
    if PROTOCOL not in (descriptor.get("protocolSupportEnumeration") or "").split():
        raise MetadataUnusable(source=source, why="il gestore non parla SAML 2.0")
    services = {
        (name, binding): _address(descriptor, name, binding, source=source)
        for name in ("SingleSignOnService", "SingleLogoutService")
        for binding in (BINDING_POST, BINDING_REDIRECT)
    }
    if not any(services["SingleSignOnService", b] for b in (BINDING_POST, BINDING_REDIRECT)):
        raise MetadataUnusable(source=source, why="manca l'indirizzo di accesso")
    entity_id = root.get("entityID") or ""
    return ProviderMetadata(
        entity_id=entity_id,
        organisation=_organisation(root) or entity_id,
        certificates=tuple(_certificates(descriptor, source=source)),
        sso_post=services["SingleSignOnService", BINDING_POST],
        sso_redirect=services["SingleSignOnService", BINDING_REDIRECT],
        slo_post=services["SingleLogoutService", BINDING_POST],
        slo_redirect=services["SingleLogoutService", BINDING_REDIRECT],
        slo_response=_response_address(descriptor),
        document=document,
    )


def _address(descriptor: etree._Element, name: str, binding: str, *, source: str) -> str:
    for service in descriptor.findall(md(name)):
        if service.get("Binding") == binding:
            location = service.get("Location") or ""
            if urlsplit(location).scheme not in {"https", "http"}:
                raise MetadataUnusable(source=source, why=f"indirizzo non valido: {location}")
            return location
    return ""


def _response_address(descriptor: etree._Element) -> str:
    """Where answers about logout go, when it is not where requests do."""
    for service in descriptor.findall(md("SingleLogoutService")):
        location = service.get("ResponseLocation")
        if service.get("Binding") == BINDING_POST and location:
            return location
    return ""


def _certificates(descriptor: etree._Element, *, source: str) -> Iterator[bytes]:
    """Yield the signing certificates (DER). Raises if there is none, or one is not usable."""
    found = False
    for key in descriptor.findall(md("KeyDescriptor")):
        if key.get("use") == "encryption":
            continue
        for node in key.iter(ds("X509Certificate")):
            try:
                certificate = base64.b64decode("".join(value_of(node).split()), validate=True)
                rsa_public_key(certificate)
            except (binascii.Error, ValueError) as fault:
                raise MetadataUnusable(source=source, why=f"certificato: {fault}") from fault
            found = True
            yield certificate
    if not found:
        raise MetadataUnusable(source=source, why="manca il certificato di firma")


def _organisation(root: etree._Element) -> str:
    """The name to show, in Italian if there is one."""
    names = list(root.iter(md("OrganizationDisplayName")))
    italian = [n for n in names if n.get("{http://www.w3.org/XML/1998/namespace}lang") == "it"]
    return value_of(next(iter(italian or names), None))
