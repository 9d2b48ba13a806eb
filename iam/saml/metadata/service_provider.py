# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Our metadata, as AgID asks them of a public service provider.

Source: RT, metadata of the service provider; Avviso 29 v3 (contacts and certificates).
"""

from __future__ import annotations

import base64
from functools import lru_cache
from hashlib import sha256

from lxml import etree
from saml2 import md, samlp, xmldsig

from iam.saml.federation.certificate import published_certificates, signing_key
from iam.saml.federation.service import AttributeSet, ServiceProvider
from iam.saml.messages.common import NAMESPACES
from iam.saml.signing.enveloped import sign
from iam.saml.signing.key import SigningKey
from iam.saml.types import Scheme
from iam.saml.xml.names import (
    BINDING_POST,
    BINDING_REDIRECT,
    CIE,
    FORMAT_BASIC,
    FORMAT_TRANSIENT,
    SPID,
)
from iam.saml.xml.names import (
    md as md_name,
)


def signed_metadata(provider: ServiceProvider) -> bytes:
    """Return the signed document. It changes only when the settings or the keys do."""
    return _signed(provider, published_certificates(provider), signing_key(provider))


@lru_cache(maxsize=8)
def _signed(provider: ServiceProvider, certificates: tuple[bytes, ...], key: SigningKey) -> bytes:
    """Anybody may ask for the metadata: the signature is made once."""
    entity = md.EntityDescriptor(
        entity_id=provider.entity_id,
        id="_" + sha256(provider.entity_id.encode()).hexdigest()[:32],
        spsso_descriptor=_descriptor(provider, certificates),
        organization=_organisation(provider),
    )
    root = etree.fromstring(entity.to_string(NAMESPACES))
    root.append(_contact(provider))
    return sign(root, key)


def _descriptor(provider: ServiceProvider, certificates: tuple[bytes, ...]) -> md.SPSSODescriptor:
    return md.SPSSODescriptor(
        protocol_support_enumeration=samlp.NAMESPACE,
        authn_requests_signed="true",
        want_assertions_signed="true",
        key_descriptor=[_signing(certificate) for certificate in certificates],
        single_logout_service=[
            md.SingleLogoutService(binding=binding, location=provider.slo_url)
            for binding in (BINDING_POST, BINDING_REDIRECT)
        ],
        name_id_format=[md.NameIDFormat(text=FORMAT_TRANSIENT)],
        assertion_consumer_service=[
            md.AssertionConsumerService(
                binding=BINDING_POST, location=provider.acs_url, index="0", is_default="true"
            )
        ],
        attribute_consuming_service=[
            _attributes(asked, provider)
            for asked in (provider.attribute_set, *provider.further_sets)
        ],
    )


def _signing(certificate: bytes) -> md.KeyDescriptor:
    text = base64.b64encode(certificate).decode()
    return md.KeyDescriptor(
        use="signing",
        key_info=xmldsig.KeyInfo(
            x509_data=[xmldsig.X509Data(x509_certificate=xmldsig.X509Certificate(text=text))]
        ),
    )


def _attributes(asked: AttributeSet, provider: ServiceProvider) -> md.AttributeConsumingService:
    return md.AttributeConsumingService(
        index=str(asked.index),
        service_name=[md.ServiceName(lang="it", text=asked.name)],
        requested_attribute=[
            md.RequestedAttribute(
                name=name, name_format=FORMAT_BASIC, is_required=_yes(name, provider)
            )
            for name in asked.attributes
        ],
    )


def _yes(name: str, provider: ServiceProvider) -> str:
    return "true" if name in provider.required_attributes else "false"


def _organisation(provider: ServiceProvider) -> md.Organization:
    return md.Organization(
        organization_name=[md.OrganizationName(lang="it", text=provider.organisation)],
        organization_display_name=[
            md.OrganizationDisplayName(lang="it", text=provider.display_name)
        ],
        organization_url=[md.OrganizationURL(lang="it", text=provider.organisation_url)],
    )


def _contact(provider: ServiceProvider) -> etree._Element:
    """The contact of a public body: an office, never a person.

    Source: Avviso 29 v3; for CIE, federation of service providers (namespace and elements of
    its own, the Comune of the seat by its codice catastale, the name of the body repeated).
    """
    cie = provider.scheme is Scheme.CIE
    namespace, prefix = (CIE, "cie") if cie else (SPID, "spid")
    kind = "administrative" if cie else "other"
    contact = etree.Element(md_name("ContactPerson"), {"contactType": kind})
    extensions = etree.SubElement(contact, md_name("Extensions"), nsmap={prefix: namespace})
    for name, value in _extensions(provider):
        etree.SubElement(extensions, f"{{{namespace}}}{name}").text = value or None
    if cie:
        etree.SubElement(contact, md_name("Company")).text = provider.organisation
    etree.SubElement(contact, md_name("EmailAddress")).text = provider.email
    etree.SubElement(contact, md_name("TelephoneNumber")).text = provider.telephone
    return contact


def _extensions(provider: ServiceProvider) -> tuple[tuple[str, str], ...]:
    """Return the elements that describe the body, in the order of each schema."""
    if provider.scheme is Scheme.CIE:
        return (
            ("Public", ""),
            ("IPACode", provider.ipa_code),
            ("Municipality", provider.municipality),
        )
    return (("IPACode", provider.ipa_code), ("FiscalCode", provider.fiscal_code), ("Public", ""))
