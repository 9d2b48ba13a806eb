# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who wrote the Response: its two signatures, and the shape that lets nothing hide beside them.

The Assertion is always signed; the Response may be. A Response that reports a failure has no
Assertion and is often not signed: the page it leads to shows a sentence, and trusts nothing.
Source: RT, single sign-on and signatures; CVE-2024-45409, CVE-2025-24894, CVE-2025-24895,
CVE-2025-25291, CVE-2025-25292, CVE-2025-29774, CVE-2025-29775.
"""

from __future__ import annotations

from lxml import etree

from iam.saml.errors import (
    AssertionMisplaced,
    AssertionRepeated,
    EncryptedPart,
    NotAResponse,
    ObjectPresent,
    SignatureMisplaced,
    SignatureMissing,
)
from iam.saml.signing.verifying import check_identifiers, signature_of, verified
from iam.saml.types import Asked
from iam.saml.xml.names import ds, saml, samlp

ENCRYPTED = (saml("EncryptedAssertion"), saml("EncryptedID"), saml("EncryptedAttribute"))


def check_shape(root: etree._Element) -> etree._Element | None:
    """Return the Assertion of the Response, `None` if it has none.

    At most one in the whole tree, child of the root; signatures only as children of the two.
    """
    if root.tag != samlp("Response"):
        raise NotAResponse()
    check_identifiers(root)
    if next(root.iter(*ENCRYPTED), None) is not None:
        raise EncryptedPart()
    if next(root.iter(ds("Object")), None) is not None:
        raise ObjectPresent()
    assertions = list(root.iter(saml("Assertion")))
    if len(assertions) > 1:
        raise AssertionRepeated()
    assertion = assertions[0] if assertions else None
    if assertion is not None and assertion.getparent() is not root:
        raise AssertionMisplaced()
    for signature in root.iter(ds("Signature")):
        if signature.getparent() not in (root, assertion):
            raise SignatureMisplaced()
    return assertion


def check_signatures(
    root: etree._Element, asked: Asked
) -> tuple[etree._Element, etree._Element | None]:
    """Return the Response and its Assertion as their signatures cover them.

    The Response is returned as it came when it is not signed: it is only compared with what
    we know. The Assertion always comes from the bytes that were signed.
    """
    assertion = check_shape(root)
    if assertion is not None and signature_of(assertion) is None:
        raise SignatureMissing()
    signed = signature_of(root) is not None
    response = verified(root, asked.certificates) if signed else root
    if assertion is None:
        return response, None
    return response, verified(assertion, asked.certificates)
