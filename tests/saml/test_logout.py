# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Single logout, started by the provider."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus
from uuid import UUID
from zlib import MAX_WBITS, compressobj

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.test import Client
from lxml import etree

from demo.idp.keys import Signer
from demo.idp.logout import logout_request
from iam.accounts.events import forget_reaction, on_end_of_log_in
from iam.audit import clock
from iam.kernel.actor import Actor, Visitor
from iam.saml.federation.certificate import signing_key
from iam.saml.federation.service import service_provider
from iam.saml.signing.redirect import verified_query
from iam.saml.signing.verifying import verified
from iam.saml.types import Scheme
from iam.saml.xml.names import PREFIXES
from iam.saml.xml.reading import decoded, inflated, parsed
from iam.saml.xml.schema import check_schema
from tests.saml.browsing import (
    CIE_IDP,
    OTHER_IDP,
    Trip,
    code_of,
    events,
    hidden_fields,
    leave_for_provider,
    load_other_federations,
)
from tests.saml.forging import IDP, signer

pytestmark = pytest.mark.usefixtures("federation")

RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


def leaving(
    key: Signer | None = None,
    *,
    issuer: str = IDP,
    destination: str = "",
    name_id: str = "_nome",
    ago: timedelta = timedelta(),
) -> bytes:
    return logout_request(
        key or signer(),
        issuer=issuer,
        destination=destination or service_provider().slo_url,
        name_id=name_id,
        session_index="",
        at=clock.now() - ago,
    )


def posted(document: bytes, client: Client | None = None) -> Any:
    """Send `document` by POST, and follow the browser's way back to us."""
    field = base64.b64encode(document).decode()
    return (client or Client()).post("/spid/slo/", {"SAMLRequest": field}, follow=True)


def query_of(document: bytes, key: Signer | None = None) -> str:
    deflate = compressobj(wbits=-MAX_WBITS)
    content = base64.b64encode(deflate.compress(document) + deflate.flush()).decode()
    query = f"SAMLRequest={quote_plus(content)}&SigAlg={quote_plus(RSA_SHA256)}"
    private = load_pem_private_key((key or signer()).private_pem, None)
    assert isinstance(private, RSAPrivateKey)
    signature = private.sign(query.encode(), PKCS1v15(), SHA256())
    return f"{query}&Signature={quote_plus(base64.b64encode(signature).decode())}"


def answered(page: Any) -> etree._Element:
    """Return the verified LogoutResponse that the page sends to the provider."""
    document = base64.b64decode(hidden_fields(page)["SAMLResponse"])
    return verified(parsed(document), [signing_key(service_provider()).certificate])


@pytest.mark.norma("SPID RT", "single logout", "si risponde anche senza una sessione locale")
def test_a_provider_is_answered_even_if_nobody_is_here() -> None:
    request = leaving()
    page = posted(request)

    response = answered(page)
    code = response.find("samlp:Status/samlp:StatusCode", PREFIXES)
    assert code is not None
    assert page.status_code == 200
    assert response.get("InResponseTo") == parsed(request).get("ID")
    assert response.get("Destination") == f"{IDP}/slo"
    assert code.get("Value", "").endswith(":Success")


def test_the_session_of_this_browser_ends() -> None:
    trip = leave_for_provider()
    trip.back()
    assert "iam_person" in trip.client.session

    posted(leaving(name_id=named(trip.client)), trip.client)

    assert "iam_person" not in trip.client.session
    assert len(events("saml.logout.answered")) == 1


def named(client: Client) -> str:
    return str(client.session["iam_facts"]["name_id"])


def test_the_true_request_of_another_person_closes_no_session_here() -> None:
    """Who left may keep the request of the provider, and send it through a colleague's browser."""
    trip = leave_for_provider()
    trip.back()

    posted(leaving(name_id="_un_altro"), trip.client)
    trip.client.get(f"/spid/slo/?{query_of(leaving(name_id='_un_altro'))}")
    other = leaving(signer("altro-idp"), issuer=OTHER_IDP, name_id=named(trip.client))
    posted(other, trip.client)

    assert "iam_person" in trip.client.session


def test_an_old_request_is_refused() -> None:
    trip = leave_for_provider()
    trip.back()

    page = posted(leaving(name_id=named(trip.client), ago=timedelta(minutes=6)), trip.client)

    assert code_of(page) == "spid-uscita-rifiutata"
    assert "iam_person" in trip.client.session


def test_the_redirect_binding_is_answered_too() -> None:
    page = Client().get(f"/spid/slo/?{query_of(leaving())}")

    assert answered(page).get("Destination") == f"{IDP}/slo"


def test_a_request_with_another_key_or_none_is_refused_and_the_session_stays() -> None:
    trip = leave_for_provider()
    trip.back()
    unsigned = etree.fromstring(leaving())
    unsigned.remove(unsigned[1])

    for document in (
        leaving(signer("stranger")),
        leaving(signer("altro-idp")),
        leaving(issuer="https://falso.example"),
        leaving(destination="https://altrove.example/slo"),
        etree.tostring(unsigned),
        b"<a/>",
    ):
        page = posted(document, trip.client)
        assert page.status_code == 403
        assert code_of(page) == "spid-uscita-rifiutata"
    assert "iam_person" in trip.client.session


def test_a_query_signed_by_another_provider_is_refused() -> None:
    page = Client().get(f"/spid/slo/?{query_of(leaving(), signer('altro-idp'))}")

    assert code_of(page) == "spid-uscita-rifiutata"


def test_a_second_parameter_with_an_encoded_name_is_never_read() -> None:
    """The form parser would prefer it; the signature covers the first one only."""
    evil = query_of(leaving(signer("altro-idp"), issuer=OTHER_IDP)).split("&")[0]
    page = Client().get(f"/spid/slo/?{query_of(leaving())}&{evil.replace('SAML', 'SAM%4c', 1)}")

    assert code_of(page) == "spid-uscita-rifiutata"


def test_coming_back_from_a_logout_leads_to_the_log_in_page() -> None:
    assert Client().get("/spid/slo/")["Location"] == "/accesso/"


def test_a_ticket_of_somebody_else_is_refused() -> None:
    trip = leave_for_provider()
    trip.back()

    page = trip.client.get("/spid/slo/?ticket=WyJhIiwiYiJd:1:x")

    assert code_of(page) == "spid-uscita-rifiutata"
    assert "iam_person" in trip.client.session


# --- CIE: the session here ends first, the provider may never answer


def come_in_with_cie() -> Trip:
    load_other_federations()
    trip = leave_for_provider(scheme=Scheme.CIE)
    trip.back()
    return trip


@pytest.mark.norma("CIE", "single logout", "prima si esce qui, senza aspettare risposta")
def test_who_came_with_her_card_is_out_before_the_provider_hears_of_it() -> None:
    trip = come_in_with_cie()
    name_id = named(trip.client)

    page = trip.client.post("/esci/")

    assert page["Location"].startswith("/uscita/?esci=")
    assert "iam_person" not in trip.client.session
    shown = trip.client.get(page["Location"])
    assert "Esci anche dal sito della CIE" in shown.content.decode()
    outward = trip.client.get(page["Location"].replace("/uscita/", "/cie/slo/"))
    address, _, query = outward["Location"].partition("?")
    field, _ = verified_query(
        "SAMLRequest", query, certificates=[signing_key(service_provider(Scheme.CIE)).certificate]
    )
    request = parsed(inflated(decoded(field)))
    check_schema(request, kind="protocol")
    assert address == f"{CIE_IDP}/slo" == request.get("Destination")
    assert request.findtext("saml:NameID", "", PREFIXES) == name_id
    assert len(events("saml.logout.started")) == 1


def test_spid_has_no_session_at_the_provider_to_end() -> None:
    trip = leave_for_provider()
    trip.back()

    assert trip.client.post("/esci/")["Location"] == "/uscita/"


@pytest.mark.parametrize("ticket", ["", "x", "WyJhIiwiYiIsImMiXQ:1:x"])
def test_only_a_ticket_of_ours_sends_anybody_to_the_provider(ticket: str) -> None:
    load_other_federations()

    page = Client().get("/cie/slo/", {"esci": ticket})

    assert code_of(page) == "spid-uscita-rifiutata"


def test_the_provider_of_cie_may_also_begin() -> None:
    trip = come_in_with_cie()
    document = leaving(
        signer("cie"),
        issuer=CIE_IDP,
        destination=service_provider(Scheme.CIE).slo_url,
        name_id=named(trip.client),
    )
    field = base64.b64encode(document).decode()

    page = trip.client.post("/cie/slo/", {"SAMLRequest": field}, follow=True)

    assert page.status_code == 200
    assert "iam_person" not in trip.client.session


@pytest.mark.norma("SPID RT", "single logout", "l'uscita vale anche per i moduli")
def test_what_modules_got_from_any_log_in_of_the_session_ends_with_it() -> None:
    """As our own way out does: the rooms that gave something out are told, with every log-in."""
    told: list[tuple[UUID, tuple[datetime, ...]]] = []

    def reaction(who: Actor | Visitor, /, *, person: UUID, log_ins: tuple[datetime, ...]) -> None:
        told.append((person, log_ins))

    trip = leave_for_provider()
    trip.back()
    leave_for_provider(trip.client).back()
    person = UUID(str(trip.client.session["iam_person"]))
    facts = trip.client.session["iam_facts"]
    on_end_of_log_in(reaction)
    try:
        posted(leaving(name_id="_di_un_altra"), trip.client)
        assert told == []
        posted(leaving(name_id=named(trip.client)), trip.client)
    finally:
        forget_reaction(reaction)

    log_ins = (facts["entered_at"], *facts["earlier"])
    assert told == [(person, tuple(datetime.fromisoformat(one) for one in log_ins))]
    assert len(log_ins) == 2
