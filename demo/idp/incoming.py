# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading what the service sends: verified with the keys of its metadata, or refused."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote_plus

import xmlsec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_der_x509_certificate
from lxml import etree
from xmlsec import constants

from demo.idp.responses import LEVEL, NAMES, PROTOCOL

RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
MAX_BYTES = 128 * 1024


class NotAccepted(Exception):
    """The message of the service cannot be accepted; the text is for the page, in Italian."""


@dataclass(frozen=True)
class Asked:
    """What a verified AuthnRequest asks."""

    id: str
    acs_index: str
    attributes_index: str
    level: int


def document_from(field: str, *, deflated: bool) -> bytes:
    try:
        content = base64.b64decode(field, validate=True)
        if deflated:
            content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(content, MAX_BYTES)
    except (ValueError, zlib.error) as fault:
        raise NotAccepted("il messaggio non è leggibile") from fault
    return content


def check_enveloped(root: etree._Element, certificates: Iterable[bytes]) -> None:
    """Return if `root` is signed by one of `certificates`. Raises `NotAccepted`."""
    signature = root.find("ds:Signature", NAMES)
    reference = None if signature is None else signature.find("ds:SignedInfo/ds:Reference", NAMES)
    if signature is None or reference is None or reference.get("URI") != f"#{root.get('ID')}":
        raise NotAccepted("la richiesta non è firmata")
    for certificate in certificates:
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(certificate, constants.KeyDataFormatCertDer)
        context.register_id(root, "ID")
        try:
            context.verify(signature)
        except xmlsec.Error:
            continue
        return
    raise NotAccepted("la firma della richiesta non è valida")


def check_query(query: str, certificates: Iterable[bytes]) -> None:
    """Return if the raw query of the Redirect binding is signed. Raises `NotAccepted`."""
    raw = dict(part.partition("=")[::2] for part in query.split("&"))
    if unquote_plus(raw.get("SigAlg", "")) != RSA_SHA256:
        raise NotAccepted("la richiesta non è firmata")
    names = [name for name in ("SAMLRequest", "RelayState", "SigAlg") if name in raw]
    content = "&".join(f"{name}={raw[name]}" for name in names).encode()
    signature = base64.b64decode(unquote_plus(raw.get("Signature", "")))
    for certificate in certificates:
        key = load_der_x509_certificate(certificate).public_key()
        assert isinstance(key, RSAPublicKey)
        try:
            key.verify(signature, content, PKCS1v15(), SHA256())
        except InvalidSignature:
            continue
        return
    raise NotAccepted("la firma della richiesta non è valida")


def parse(document: bytes, kind: str) -> etree._Element:
    """Return the tree of a message of `kind`. Raises `NotAccepted`."""
    try:
        root = etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as fault:
        raise NotAccepted("il messaggio non è XML") from fault
    if root.tag != f"{{{PROTOCOL}}}{kind}":
        raise NotAccepted("il messaggio non è del tipo atteso")
    return root


def read(root: etree._Element) -> Asked:
    """Return what an AuthnRequest asks."""
    named = root.findtext("p:RequestedAuthnContext/a:AuthnContextClassRef", "", NAMES)
    if not named.startswith(LEVEL):
        raise NotAccepted("il livello richiesto non è tra quelli di SPID")
    return Asked(
        id=root.get("ID") or "",
        acs_index=root.get("AssertionConsumerServiceIndex") or "0",
        attributes_index=root.get("AttributeConsumingServiceIndex") or "0",
        level=int(named.removeprefix(LEVEL)),
    )
