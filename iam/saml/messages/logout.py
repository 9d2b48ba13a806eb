# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Single logout: reading a request to leave, and answering it.

Source: SAML 2.0 Profiles, 4.4; RT, single logout. Only level 1 has a session at the provider;
we answer all the same, also when nobody is here to be sent away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree
from saml2 import saml, samlp

from iam.saml.errors import ResponseRefused
from iam.saml.federation.service import ServiceProvider
from iam.saml.messages.common import NAMESPACES, new_id, utc
from iam.saml.response.instants import SKEW, instant
from iam.saml.signing.enveloped import sign
from iam.saml.signing.key import SigningKey
from iam.saml.xml.names import FORMAT_ENTITY, FORMAT_TRANSIENT, SUCCESS
from iam.saml.xml.names import saml as saml_name
from iam.saml.xml.names import samlp as samlp_name
from iam.saml.xml.reading import value_of

LONGEST_JOURNEY = timedelta(minutes=5)
"""Between a provider that writes a request and us who read it."""


@dataclass(frozen=True, kw_only=True)
class LogoutAsked:
    """What a LogoutRequest says; nothing of it is verified yet."""

    id: str
    issuer: str
    destination: str
    issued_at: str
    name_id: str
    session_index: str

    def is_fresh(self, *, at: datetime) -> bool:
        """Return whether it was written around `at`: an old one may have been kept by anybody."""
        try:
            issued_at = instant(self.issued_at, absent=ResponseRefused, malformed=ResponseRefused)
        except ResponseRefused:
            return False
        return at - LONGEST_JOURNEY <= issued_at <= at + SKEW


def read_logout_request(root: etree._Element) -> LogoutAsked | None:
    """Return what `root` asks, `None` if it is not a LogoutRequest."""
    if root.tag != samlp_name("LogoutRequest"):
        return None
    return LogoutAsked(
        id=root.get("ID") or "",
        issuer=value_of(root.find(saml_name("Issuer"))),
        destination=root.get("Destination") or "",
        issued_at=root.get("IssueInstant") or "",
        name_id=value_of(root.find(saml_name("NameID"))),
        session_index=value_of(root.find(samlp_name("SessionIndex"))),
    )


def logout_response(
    *, in_response_to: str, destination: str, provider: ServiceProvider, at: datetime
) -> etree._Element:
    """Return the unsigned answer: done."""
    message = samlp.LogoutResponse(
        id=new_id(),
        version="2.0",
        issue_instant=utc(at),
        destination=destination,
        in_response_to=in_response_to,
        issuer=saml.Issuer(
            format=FORMAT_ENTITY, name_qualifier=provider.entity_id, text=provider.entity_id
        ),
        status=samlp.Status(status_code=samlp.StatusCode(value=SUCCESS)),
    )
    return etree.fromstring(message.to_string(NAMESPACES))


def signed_logout_response(
    *,
    in_response_to: str,
    destination: str,
    provider: ServiceProvider,
    key: SigningKey,
    at: datetime,
) -> bytes:
    """Return the answer for the POST binding."""
    return sign(
        logout_response(
            in_response_to=in_response_to, destination=destination, provider=provider, at=at
        ),
        key,
    )


def logout_request(
    *,
    destination: str,
    provider: ServiceProvider,
    name_id: str,
    name_qualifier: str,
    session_index: str,
    at: datetime,
) -> bytes:
    """Return the document of a request to leave, for the Redirect binding: its query is signed.

    Source: SAML 2.0 Profiles, 4.4.3.1; CIE, single logout.
    """
    message = samlp.LogoutRequest(
        id=new_id(),
        version="2.0",
        issue_instant=utc(at),
        destination=destination,
        not_on_or_after=utc(at + LONGEST_JOURNEY),
        reason="urn:oasis:names:tc:SAML:2.0:logout:user",
        issuer=saml.Issuer(
            format=FORMAT_ENTITY, name_qualifier=provider.entity_id, text=provider.entity_id
        ),
        name_id=saml.NameID(format=FORMAT_TRANSIENT, name_qualifier=name_qualifier, text=name_id),
        session_index=[samlp.SessionIndex(text=session_index)] if session_index else [],
    )
    return message.to_string(NAMESPACES)  # type: ignore[no-any-return]  # pysaml2 has no types
