# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A browser that goes to its identity provider and comes back, without a network."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.test import Client
from lxml import etree

from demo.idp.faces import foreign_code
from demo.idp.keys import Signer
from demo.idp.metadata import provider_metadata
from demo.idp.responses import Answer, build
from demo.personas import ELENA, Persona
from iam.audit import clock
from iam.audit.models import AuditEvent
from iam.kernel.actor import Visitor, day_in_rome
from iam.saml.actions import load_provider
from iam.saml.federation.service import service_provider
from iam.saml.metadata.identity_provider import read_provider_metadata
from iam.saml.types import Scheme
from tests.saml.forging import ATTRIBUTES, IDP, signer

OTHER_IDP = "https://altro-idp.example"
CIE_IDP = "https://cie.example"
EIDAS_IDP = "https://eidas.example"
IDP_OF = {Scheme.SPID: IDP, Scheme.CIE: CIE_IDP, Scheme.EIDAS: EIDAS_IDP}
SIGNER_OF = {Scheme.SPID: "idp", Scheme.CIE: "cie", Scheme.EIDAS: "eidas"}


def visitor() -> Visitor:
    at = clock.now()
    return Visitor(at=at, on=day_in_rome(at), address="127.0.0.1", request_id="prova")


def load_providers() -> None:
    """Make the two providers known: IDP signs with `signer()`, OTHER_IDP with another key."""
    for entity_id, key in ((IDP, signer()), (OTHER_IDP, signer("altro-idp"))):
        load_one(entity_id, key)


def load_one(entity_id: str, key: Signer, scheme: Scheme = Scheme.SPID) -> None:
    document = provider_metadata(entity_id, [key], name=f"Gestore {entity_id}")
    metadata = read_provider_metadata(document, source=entity_id)
    load_provider(visitor(), metadata=metadata, scheme=scheme)


def load_other_federations() -> None:
    """Make the providers of CIE and eIDAS known, each with a key of its own."""
    for scheme in (Scheme.CIE, Scheme.EIDAS):
        load_one(IDP_OF[scheme], signer(SIGNER_OF[scheme]), scheme)


def said_by(scheme: Scheme, persona: Persona, **changes: str | None) -> dict[str, str]:
    """Return what the provider of a federation says of the persona; None leaves one out."""
    said: dict[str, str | None] = {
        "name": persona.given_name,
        "familyName": persona.family_name,
        "dateOfBirth": persona.birth_date.isoformat(),
    }
    if scheme is not Scheme.EIDAS:
        said["fiscalNumber"] = f"TINIT-{persona.codice_fiscale}"
    if scheme is not Scheme.CIE:
        foreign = scheme is Scheme.EIDAS
        said["spidCode"] = foreign_code(persona) if foreign else persona.spid_code
    return {name: value for name, value in {**said, **changes}.items() if value is not None}


@dataclass(frozen=True)
class Trip:
    """A browser that is at its provider, with the request in hand."""

    client: Client
    page: Any
    request: etree._Element
    action: str
    relay_state: str
    scheme: Scheme = Scheme.SPID

    @property
    def request_id(self) -> str:
        return self.request.get("ID") or ""

    def answer(self, **changes: Any) -> Answer:
        """Return Elena's good answer to this request, made now."""
        us = service_provider(self.scheme)
        spid = self.scheme is Scheme.SPID
        good: dict[str, Any] = {
            "request_id": self.request_id,
            "destination": us.acs_url,
            "service_provider": us.entity_id,
            "identity_provider": IDP_OF[self.scheme],
            "at": clock.now(),
            "attributes": ATTRIBUTES if spid else said_by(self.scheme, ELENA),
        }
        return Answer(**{**good, **changes})

    def back(self, document: bytes | None = None, *, by: Client | None = None) -> Any:
        """Bring `document`, Elena's good answer by default, to the service."""
        key = signer(SIGNER_OF[self.scheme])
        content = build(self.answer(), key) if document is None else document
        return (by or self.client).post(
            f"/{self.scheme}/acs/",
            {"SAMLResponse": base64.b64encode(content).decode(), "RelayState": self.relay_state},
        )


def leave_for_provider(
    client: Client | None = None, *, idp: str = "", scheme: Scheme = Scheme.SPID, **query: str
) -> Trip:
    """Start a log-in, as the button of the log-in page does."""
    browser = client or Client()
    page = browser.get(f"/{scheme}/login/", {"idp": idp or IDP_OF[scheme], **query})
    assert page.status_code == 200, page.content
    fields = hidden_fields(page)
    found = re.search(r'action="(https?://[^"]+)"', page.content.decode())
    assert found is not None
    return Trip(
        client=browser,
        page=page,
        request=etree.fromstring(base64.b64decode(fields["SAMLRequest"])),
        action=unescape(found[1]),
        relay_state=fields["RelayState"],
        scheme=scheme,
    )


def hidden_fields(page: Any) -> dict[str, str]:
    pairs = re.findall(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.content.decode()
    )
    return {name: unescape(value) for name, value in pairs}


def code_of(page: Any) -> str:
    """Return the reason code that a refusal page shows."""
    found = re.search(r'<code class="iam-code">([^<]+)</code>', page.content.decode())
    return found[1] if found else ""


def events(kind: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(kind=kind).order_by("id"))
