# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The request that takes a person to her identity provider.

Source: RT, single sign-on, AuthnRequest; Avviso 5 (no AllowCreate), Avviso 11 (Destination);
Avviso 18 v2 (Purpose); guidelines on SPID for minors (AgeLimit).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lxml import etree
from saml2 import ExtensionElement, saml, samlp

from iam.saml.federation.service import ServiceProvider
from iam.saml.messages.common import NAMESPACES, utc
from iam.saml.signing.enveloped import sign
from iam.saml.signing.key import SigningKey
from iam.saml.types import Comparison
from iam.saml.xml.names import BINDING_POST, FORMAT_ENTITY, FORMAT_TRANSIENT, SPID, SPID_LEVEL


@dataclass(frozen=True, kw_only=True)
class NewRequest:
    """What a request says; `at` is UTC."""

    id: str
    destination: str
    level: int
    comparison: Comparison
    at: datetime


def signed_authn_request(
    request: NewRequest, *, provider: ServiceProvider, key: SigningKey
) -> bytes:
    """Return the signed document. The person always authenticates anew (ForceAuthn)."""
    message = samlp.AuthnRequest(
        id=request.id,
        version="2.0",
        issue_instant=utc(request.at),
        destination=request.destination,
        force_authn="true",
        **_where_to_answer(provider),
        attribute_consuming_service_index=str(provider.attribute_set.index),
        issuer=saml.Issuer(
            format=FORMAT_ENTITY, name_qualifier=provider.entity_id, text=provider.entity_id
        ),
        extensions=_extensions(provider),
        name_id_policy=samlp.NameIDPolicy(format=FORMAT_TRANSIENT),
        requested_authn_context=samlp.RequestedAuthnContext(
            comparison=request.comparison.value,
            authn_context_class_ref=[
                saml.AuthnContextClassRef(text=f"{SPID_LEVEL}{request.level}")
            ],
        ),
    )
    return sign(etree.fromstring(message.to_string(NAMESPACES)), key)


def _where_to_answer(provider: ServiceProvider) -> dict[str, str]:
    """Name our ACS in one of the two ways: both together are error 16 of the federation."""
    if provider.acs_by_address:
        return {
            "assertion_consumer_service_url": provider.acs_url,
            "protocol_binding": BINDING_POST,
        }
    return {"assertion_consumer_service_index": "0"}


def _extensions(provider: ServiceProvider) -> samlp.Extensions | None:
    """Return the kind of identity and the age that the settings ask for, if they do."""
    asked = []
    if provider.purpose:
        asked.append(ExtensionElement("Purpose", SPID, text=provider.purpose))
    if provider.age_limit is not None:
        youngest, oldest = provider.age_limit
        limits = [
            ExtensionElement(name, SPID, text=str(age))
            for name, age in (("MinAge", youngest), ("MaxAge", oldest))
        ]
        asked.append(ExtensionElement("AgeLimit", SPID, children=limits))
    return samlp.Extensions(extension_elements=asked) if asked else None
