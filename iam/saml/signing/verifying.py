# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verifying a signature, and returning exactly what it covers.

The caller never goes on with the tree it received: it gets a new tree, parsed from the very
bytes whose digest was signed. What a signature does not cover cannot be read by mistake.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable
from copy import deepcopy

import xmlsec
from lxml import etree

from iam.saml.errors import (
    AlgorithmForbidden,
    IdentifierRepeated,
    ObjectPresent,
    ReferenceElsewhere,
    SignatureInvalid,
    SignatureMalformed,
    SignatureMissing,
    SignatureRepeated,
    TransformForbidden,
)
from iam.saml.signing.algorithms import (
    DIGEST_METHODS,
    ENVELOPED,
    EXCLUSIVE_C14N,
    SIGNATURE_METHODS,
)
from iam.saml.signing.key import xmlsec_public_key
from iam.saml.xml.names import ds

IDENTIFIERS = ("ID", "Id", "id", "{http://www.w3.org/XML/1998/namespace}id")
INCLUSIVE = f"{{{EXCLUSIVE_C14N}}}InclusiveNamespaces"


def check_identifiers(root: etree._Element) -> None:
    """Return if no two nodes of the tree share an identifier, however it is spelled.

    Raises `IdentifierRepeated`.
    """
    seen: set[str] = set()
    for node in root.iter(etree.Element):
        for name in IDENTIFIERS:
            value = node.get(name)
            if value is None:
                continue
            if value in seen:
                raise IdentifierRepeated()
            seen.add(value)


def signature_of(node: etree._Element) -> etree._Element | None:
    """Return the signature that is a direct child of `node`. Raises `SignatureRepeated`."""
    found = node.findall(ds("Signature"))
    if len(found) > 1:
        raise SignatureRepeated()
    return found[0] if found else None


def verified(node: etree._Element, certificates: Iterable[bytes]) -> etree._Element:
    """Return a copy of `node` made of the bytes that its own signature covers, and of no others.

    One of `certificates` (DER) must hold the key; what KeyInfo says is ignored.
    Raises `SignatureMissing` or any refusal about signatures.
    """
    signature = signature_of(node)
    if signature is None:
        raise SignatureMissing()
    _check_shape(signature, node)
    _check_value(signature, node, certificates)
    return _covered(node, signature)


def _check_shape(signature: etree._Element, node: etree._Element) -> None:
    """Allow only the one form of signature that SAML needs. Source: SAML 2.0 Core, 5.4."""
    if next(signature.iter(ds("Object")), None) is not None:
        raise ObjectPresent()
    parts = [child.tag for child in signature]
    if parts not in (
        [ds("SignedInfo"), ds("SignatureValue")],
        [ds("SignedInfo"), ds("SignatureValue"), ds("KeyInfo")],
    ):
        raise SignatureMalformed()
    info, value = signature[0], signature[1]
    if [child.tag for child in info] != [
        ds("CanonicalizationMethod"),
        ds("SignatureMethod"),
        ds("Reference"),
    ]:
        raise SignatureMalformed()
    c14n, method, reference = info
    if c14n.get("Algorithm") != EXCLUSIVE_C14N:
        raise TransformForbidden()
    if method.get("Algorithm") not in SIGNATURE_METHODS or len(method):
        raise AlgorithmForbidden()
    if len(value):
        raise SignatureMalformed()
    _check_reference(reference, node)


def _check_reference(reference: etree._Element, node: etree._Element) -> None:
    identifier = node.get("ID")
    if not identifier or reference.get("URI") != f"#{identifier}":
        raise ReferenceElsewhere()
    if [child.tag for child in reference] != [
        ds("Transforms"),
        ds("DigestMethod"),
        ds("DigestValue"),
    ]:
        raise SignatureMalformed()
    transforms, method, digest = reference
    if [child.get("Algorithm") for child in transforms] != [ENVELOPED, EXCLUSIVE_C14N]:
        raise TransformForbidden()
    if len(transforms[0]) or any(child.tag != INCLUSIVE for child in transforms[1]):
        raise TransformForbidden()
    if method.get("Algorithm") not in DIGEST_METHODS or len(method):
        raise AlgorithmForbidden()
    if len(digest):
        raise SignatureMalformed()


def _check_value(
    signature: etree._Element, node: etree._Element, certificates: Iterable[bytes]
) -> None:
    for certificate in certificates:
        context = xmlsec.SignatureContext()
        context.key = xmlsec_public_key(certificate)
        try:
            context.register_id(node, "ID")
            context.verify(signature)
        except xmlsec.Error:
            continue
        return
    raise SignatureInvalid()


def _covered(node: etree._Element, signature: etree._Element) -> etree._Element:
    """Return the tree of the digested bytes, after comparing their digest once more."""
    reference = signature[0][2]
    transforms, method, digest = reference
    copy = deepcopy(node)
    copy.tail = None
    _without(copy, node.index(signature))
    inclusive = transforms[1].find(INCLUSIVE)
    prefixes = [] if inclusive is None else (inclusive.get("PrefixList") or "").split()
    content = etree.tostring(
        copy,
        method="c14n",
        exclusive=True,
        with_comments=False,
        inclusive_ns_prefixes=[prefix for prefix in prefixes if prefix != "#default"],
    )
    try:
        signed = base64.b64decode("".join((digest.text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        raise SignatureMalformed() from None
    if not hmac.compare_digest(
        DIGEST_METHODS[method.get("Algorithm") or ""](content).digest(), signed
    ):
        raise SignatureInvalid()
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))


def _without(node: etree._Element, position: int) -> None:
    """Remove a child but keep the text that follows it, as the enveloped transform does."""
    child = node[position]
    tail, before = child.tail or "", child.getprevious()
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        node.text = (node.text or "") + tail
    child.tail = None
    node.remove(child)
