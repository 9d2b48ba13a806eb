# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The entity: its name, its addresses, the body behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from lxml import etree

from iam.saml.types import Scheme
from iam.saml.xml.names import md
from iam.saml.xml.reading import value_of

NOT_PUBLIC = {"localhost", "127.0.0.1", "::1"}
RESERVED = (".example", ".example.org", ".example.com", ".invalid", ".test", ".local")
LONGEST_ENTITY_ID = 1024
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """A document under examination; `at` (UTC) is when."""

    root: etree._Element
    scheme: Scheme
    at: datetime

    @property
    def entity_id(self) -> str:
        return self.root.get("entityID") or ""

    @property
    def descriptor(self) -> etree._Element | None:
        return self.root.find(md("SPSSODescriptor"))

    def each(self, name: str) -> list[etree._Element]:
        """Return the elements `name` of our descriptor, none if it is missing."""
        return [] if self.descriptor is None else self.descriptor.findall(md(name))

    def said(self, name: str) -> str:
        """Return the Italian value of an element of Organization."""
        found = self.root.findall(f"{md('Organization')}/{md(name)}")
        return next((value_of(node) for node in found if node.get(LANG) == "it"), "")


def root_element(metadata: Metadata) -> Iterator[str]:
    """RT, metadata: one EntityDescriptor, with its entityID."""
    if metadata.root.tag != md("EntityDescriptor"):
        yield "Il documento deve essere un solo EntityDescriptor, non un elenco."
    if not metadata.entity_id:
        yield "Manca l'attributo entityID."
    elif len(metadata.entity_id) > LONGEST_ENTITY_ID:
        yield f"L'entityID supera i {LONGEST_ENTITY_ID} caratteri."


def addresses(metadata: Metadata) -> Iterator[str]:
    """RT, metadata: public addresses, https, on the usual port."""
    named = [("entityID", metadata.entity_id)]
    for service in ("AssertionConsumerService", "SingleLogoutService"):
        for node in metadata.each(service):
            named += [
                (f"{service} {attribute}", node.get(attribute) or "")
                for attribute in ("Location", "ResponseLocation")
            ]
    for what, address in named:
        for fault in address_faults(address) if address else ():
            yield f"{what}: {fault}: {address}."
    if urlsplit(metadata.entity_id).query or urlsplit(metadata.entity_id).fragment:
        yield f"L'entityID non deve avere «?» né «#»: {metadata.entity_id}."


def address_faults(address: str) -> Iterator[str]:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        yield "l'indirizzo non si legge"
        return
    host = parts.hostname or ""
    if parts.scheme != "https":
        yield "l'indirizzo deve essere https"
    if host in NOT_PUBLIC or host.endswith(RESERVED) or "." not in host:
        yield "l'indirizzo non è pubblico"
    if port is not None:
        yield "l'indirizzo non deve contenere la porta"


def organisation(metadata: Metadata) -> Iterator[str]:
    """RT, metadata: Organization once, each of its three elements in Italian too."""
    found = metadata.root.findall(md("Organization"))
    if len(found) != 1:
        yield f"Organization deve esserci una volta: ce ne sono {len(found)}."
        return
    languages = []
    for name in ("OrganizationName", "OrganizationDisplayName", "OrganizationURL"):
        nodes = found[0].findall(md(name))
        languages.append(sorted(node.get(LANG) or "" for node in nodes))
        if any(not node.get(LANG) for node in nodes):
            yield f"{name}: manca l'attributo xml:lang."
        if any(not value_of(node) for node in nodes):
            yield f"{name} è vuoto."
        if not metadata.said(name):
            yield f'{name} manca in italiano (xml:lang="it").'
    if any(one != languages[0] for one in languages):
        yield "Organization: nome, nome breve e indirizzo devono esserci nelle stesse lingue."
    url = urlsplit(metadata.said("OrganizationURL"))
    if url.scheme not in {"https", "http"} or not url.hostname:
        yield "OrganizationURL non è un indirizzo web."
