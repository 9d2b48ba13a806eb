# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""SPSSODescriptor and what is in it. Source: RT, metadata of the service provider."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from iam.saml.metadata.lint.document import LANG, Metadata
from iam.saml.types import Scheme
from iam.saml.xml.names import (
    BINDING_POST,
    BINDING_REDIRECT,
    FORMAT_TRANSIENT,
    PROTOCOL,
    ds,
    md,
)
from iam.saml.xml.reading import value_of

BINDINGS = {BINDING_POST, BINDING_REDIRECT}
LOGOUT_BINDINGS = BINDINGS | {"urn:oasis:names:tc:SAML:2.0:bindings:SOAP"}

CIE_ATTRIBUTES = {"name", "familyName", "dateOfBirth", "fiscalNumber"}
SPID_ATTRIBUTES = {
    *("spidCode", "name", "familyName", "placeOfBirth", "countyOfBirth", "dateOfBirth", "gender"),
    *("companyName", "registeredOffice", "fiscalNumber", "ivaCode", "companyFiscalNumber"),
    *("idCard", "mobilePhone", "email", "digitalAddress", "expirationDate", "address"),
    *("domicileStreetAddress", "domicilePostalCode", "domicileMunicipality"),
    *("domicileProvince", "domicileNation"),
}
"""Source: RT, attributes; Avviso 25 (domicile)."""


def role(metadata: Metadata) -> Iterator[str]:
    """One role, which signs what it asks and wants signed what it gets."""
    found = metadata.root.findall(md("SPSSODescriptor"))
    if len(found) != 1:
        yield f"SPSSODescriptor deve esserci una volta: ce ne sono {len(found)}."
        return
    if PROTOCOL not in (found[0].get("protocolSupportEnumeration") or "").split():
        yield "protocolSupportEnumeration deve indicare SAML 2.0."
    for name in ("AuthnRequestsSigned", "WantAssertionsSigned"):
        if found[0].get(name) not in {"true", "1"}:
            yield f"{name} deve essere «true»."


def keys(metadata: Metadata) -> Iterator[str]:
    """At least one signing key, each with its use and its certificate."""
    found = metadata.each("KeyDescriptor")
    if not any(node.get("use") == "signing" for node in found):
        yield 'Manca la chiave di firma (KeyDescriptor use="signing").'
    for node in found:
        if node.get("use") not in {"signing", "encryption"}:
            yield "Un KeyDescriptor non dice a che cosa serve (attributo use)."
        if next(node.iter(ds("X509Certificate")), None) is None:
            yield "Un KeyDescriptor non contiene il certificato (X509Certificate)."


def single_logout(metadata: Metadata) -> Iterator[str]:
    found = metadata.each("SingleLogoutService")
    if not found:
        yield "Manca l'indirizzo di uscita (SingleLogoutService)."
    for node in found:
        if node.get("Binding") not in LOGOUT_BINDINGS:
            yield f"SingleLogoutService: binding non ammesso: {node.get('Binding')}."
        if not node.get("Location"):
            yield "SingleLogoutService: manca l'indirizzo (Location)."
    redirect = any(node.get("Binding") == BINDING_REDIRECT for node in found)
    if metadata.scheme is Scheme.CIE and found and not redirect:
        yield "CIE chiede un SingleLogoutService con binding HTTP-Redirect."


def name_id_format(metadata: Metadata) -> Iterator[str]:
    found = [value_of(node) for node in metadata.each("NameIDFormat")]
    if any(one != FORMAT_TRANSIENT for one in found):
        yield "NameIDFormat deve essere «transient»."


def assertion_consumers(metadata: Metadata) -> Iterator[str]:
    found = metadata.each("AssertionConsumerService")
    if not found:
        yield "Manca l'indirizzo a cui arrivano le risposte (AssertionConsumerService)."
        return
    yield from _indexes("AssertionConsumerService", [node.get("index") for node in found])
    for node in found:
        if node.get("Binding") not in BINDINGS:
            yield f"AssertionConsumerService: binding non ammesso: {node.get('Binding')}."
        if not node.get("Location"):
            yield "AssertionConsumerService: manca l'indirizzo (Location)."
    defaults = [node for node in found if node.get("isDefault") in {"true", "1"}]
    if len(defaults) != 1 or defaults[0].get("index") != "0":
        yield "Un solo AssertionConsumerService deve essere isDefault, con index 0."


def attribute_sets(metadata: Metadata) -> Iterator[str]:
    found = metadata.each("AttributeConsumingService")
    if not found:
        yield "Manca l'insieme degli attributi chiesti (AttributeConsumingService)."
    yield from _indexes("AttributeConsumingService", [node.get("index") for node in found])
    known = CIE_ATTRIBUTES if metadata.scheme is Scheme.CIE else SPID_ATTRIBUTES
    for node in found:
        names = node.findall(md("ServiceName"))
        if not names or not all(value_of(name) for name in names):
            yield "AttributeConsumingService: manca il nome del servizio (ServiceName)."
        elif metadata.scheme is Scheme.SPID and "it" not in {name.get(LANG) for name in names}:
            yield "AttributeConsumingService: manca il nome del servizio in italiano."
        asked = [one.get("Name") or "" for one in node.findall(md("RequestedAttribute"))]
        if not asked:
            yield "AttributeConsumingService: nessun attributo chiesto (RequestedAttribute)."
        for name, times in Counter(asked).items():
            if name not in known:
                yield f"L'attributo «{name}» non esiste in {metadata.scheme.value.upper()}."
            if times > 1:
                yield f"L'attributo «{name}» è chiesto {times} volte."


def _indexes(what: str, found: list[str | None]) -> Iterator[str]:
    for index, times in Counter(found).items():
        if index is None or not index.isdecimal():
            yield f"{what}: l'attributo index deve essere un numero."
        elif times > 1:
            yield f"{what}: l'index {index} compare {times} volte."
