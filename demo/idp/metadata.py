# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The metadata of the simulated provider, and what it reads in those of the service."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from lxml import etree
from lxml.builder import ElementMaker

from demo.idp.keys import Signer, signer_in
from demo.idp.responses import NAMES, SIGNATURE, sign

METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NAME = "Gestore SPID dimostrativo (SIMULATO)"
SECONDS_TO_WAIT = 5

M: Any = ElementMaker(namespace=METADATA, nsmap={"md": METADATA, "ds": SIGNATURE})
D: Any = ElementMaker(namespace=SIGNATURE, nsmap={"ds": SIGNATURE})


def prepare(home: Path, base_url: str, *, name: str = NAME) -> Path:
    """Make the keys below `home` if there are none, write the metadata, return their file.

    The service can load them before the provider is there. Metadata that say the same are kept.
    """
    folder = home / "metadata"
    folder.mkdir(parents=True, exist_ok=True)
    path, signer = folder / "idp.xml", signer_in(home)
    if path.exists() and _says(path.read_text(encoding="utf-8"), base_url, signer):
        return path
    draft = path.with_suffix(".new")
    draft.write_bytes(provider_metadata(base_url, [signer], name=name))
    draft.rename(path)
    return path


def _says(document: str, base_url: str, signer: Signer) -> bool:
    return f'entityID="{base_url}"' in document and signer.certificate_text in document


def provider_metadata(base_url: str, signers: list[Signer], *, name: str = NAME) -> bytes:
    """Return signed metadata whose entityID is `base_url`; more signers, more keys."""
    root = M.EntityDescriptor(
        M.IDPSSODescriptor(
            *[_signing(signer) for signer in signers],
            M.SingleLogoutService(Binding=POST, Location=f"{base_url}/slo"),
            M.SingleLogoutService(Binding=REDIRECT, Location=f"{base_url}/slo"),
            M.NameIDFormat(TRANSIENT),
            M.SingleSignOnService(Binding=POST, Location=f"{base_url}/sso"),
            M.SingleSignOnService(Binding=REDIRECT, Location=f"{base_url}/sso"),
            protocolSupportEnumeration=PROTOCOL,
            WantAuthnRequestsSigned="true",
        ),
        M.Organization(
            M.OrganizationName(name, {LANG: "it"}),
            M.OrganizationDisplayName(name, {LANG: "it"}),
            M.OrganizationURL(base_url, {LANG: "it"}),
        ),
        entityID=base_url,
        ID=f"_{secrets.token_hex(16)}",
    )
    sign(root, signers[0])
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _signing(signer: Signer) -> etree._Element:
    made: etree._Element = M.KeyDescriptor(
        D.KeyInfo(D.X509Data(D.X509Certificate(signer.certificate_text))), use="signing"
    )
    return made


@dataclass(frozen=True)
class Service:
    """The service provider, as its metadata describe it."""

    entity_id: str
    certificates: tuple[bytes, ...]
    acs: dict[str, str]
    slo: str
    attributes: dict[str, tuple[str, ...]]


def fetch_service(url: str) -> Service:
    """Read the metadata at `url`. Raises `requests.RequestException`."""
    answer = requests.get(url, timeout=SECONDS_TO_WAIT)
    answer.raise_for_status()
    return read_service(answer.content)


def read_service(document: bytes) -> Service:
    root = etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True))
    names = {**NAMES, "md": METADATA}
    descriptor = root.find("md:SPSSODescriptor", names)
    assert descriptor is not None
    return Service(
        entity_id=root.get("entityID") or "",
        certificates=tuple(
            base64.b64decode(node.text or "")
            for node in descriptor.iterfind("md:KeyDescriptor//ds:X509Certificate", names)
        ),
        acs={
            node.get("index") or "": node.get("Location") or ""
            for node in descriptor.iterfind("md:AssertionConsumerService", names)
        },
        slo=next(
            node.get("Location") or ""
            for node in descriptor.iterfind("md:SingleLogoutService", names)
            if node.get("Binding") == POST
        ),
        attributes={
            node.get("index") or "": tuple(
                asked.get("Name") or "" for asked in node.iterfind("md:RequestedAttribute", names)
            )
            for node in descriptor.iterfind("md:AttributeConsumingService", names)
        },
    )
