# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the bytes of a stranger to a tree: the only parser of messages in the service.

Limits come before and after each expansion (base64, deflate), no document type is ever
accepted, nothing is fetched, and each call has a parser of its own, so that threads do not
wait for each other.
"""

from __future__ import annotations

import base64
import binascii
import zlib

from lxml import etree

from iam.saml.errors import (
    DocumentTypePresent,
    HiddenInsideValue,
    MessageMissing,
    MessageNotBase64,
    MessageNotXml,
    MessageTooLarge,
)

MAX_FIELD_CHARACTERS = 256 * 1024
MAX_DOCUMENT_BYTES = 192 * 1024
"""A Response with two signatures and every attribute of SPID weighs about 14 KB."""


def decoded(field: str) -> bytes:
    """Return the document in a base64 form field; white space in it is allowed.

    Raises `MessageMissing`, `MessageTooLarge` or `MessageNotBase64`.
    Source: SAML 2.0 Bindings, 3.5.4.
    """
    if not field:
        raise MessageMissing()
    if len(field) > MAX_FIELD_CHARACTERS:
        raise MessageTooLarge()
    try:
        document = base64.b64decode("".join(field.split()), validate=True)
    except (binascii.Error, ValueError):
        raise MessageNotBase64() from None
    if len(document) > MAX_DOCUMENT_BYTES:
        raise MessageTooLarge()
    return document


def inflated(document: bytes) -> bytes:
    """Return what a raw DEFLATE stream holds, never more than the limit.

    Raises `MessageTooLarge` or `MessageNotBase64`. Source: SAML 2.0 Bindings, 3.4.4.1.
    """
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = stream.decompress(document, MAX_DOCUMENT_BYTES + 1)
    except zlib.error:
        raise MessageNotBase64() from None
    if len(content) > MAX_DOCUMENT_BYTES:
        raise MessageTooLarge()
    return content


def parsed(document: bytes, *, largest: int = MAX_DOCUMENT_BYTES) -> etree._Element:
    """Return the root of `document`, which must be UTF-8 and have no document type.

    `largest` (bytes) is more only for what we asked for ourselves, such as a registry.
    Raises `MessageTooLarge`, `MessageNotXml`, `DocumentTypePresent` or `HiddenInsideValue`.
    """
    if len(document) > largest:
        raise MessageTooLarge()
    try:
        text = document.decode("utf-8")
    except UnicodeDecodeError:
        raise MessageNotXml() from None
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise DocumentTypePresent()
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise MessageNotXml() from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise DocumentTypePresent()
    _refuse_hidden(root)
    return root


def _refuse_hidden(root: etree._Element) -> None:
    """Refuse comments and instructions that split a value: two readers would read two values.

    Between elements they are harmless. Source: CVE-2018-0489 and its family.
    """
    for node in root.iter(etree.Comment, etree.ProcessingInstruction, etree.Entity):
        parent = node.getparent()
        if parent is not None and not any(isinstance(child.tag, str) for child in parent):
            raise HiddenInsideValue()


def value_of(element: etree._Element | None) -> str:
    """Return all the text in `element`, blanks at both ends removed; empty if it is absent."""
    return "" if element is None else "".join(str(part) for part in element.itertext()).strip()
