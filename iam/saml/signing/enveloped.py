# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing a message inside itself, for the POST binding and for metadata.

Source: SAML 2.0 Core, 5.4; RT, signatures.
"""

from __future__ import annotations

import xmlsec
from lxml import etree
from xmlsec import constants

from iam.saml.signing.key import SigningKey
from iam.saml.xml.names import saml


def sign(root: etree._Element, key: SigningKey) -> bytes:
    """Sign `root` in place, after its Issuer (first, if it has none), and return the document."""
    signature = xmlsec.template.create(
        root, constants.TransformExclC14N, constants.TransformRsaSha256, ns="ds"
    )
    issuer = root.find(saml("Issuer"))
    root.insert(0 if issuer is None else root.index(issuer) + 1, signature)
    reference = xmlsec.template.add_reference(
        signature, constants.TransformSha256, uri=f"#{root.get('ID')}"
    )
    xmlsec.template.add_transform(reference, constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, constants.TransformExclC14N)
    info = xmlsec.template.ensure_key_info(signature)
    certificate = etree.SubElement(
        xmlsec.template.add_x509_data(info), "{http://www.w3.org/2000/09/xmldsig#}X509Certificate"
    )
    certificate.text = key.certificate_text
    context = xmlsec.SignatureContext()
    context.key = key.xmlsec
    context.register_id(root, "ID")
    context.sign(signature)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
