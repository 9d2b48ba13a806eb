# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""CIE and eIDAS: entities of their own, on the same code; and none answers for another."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from lxml import etree
from pytest_django import Settings

from demo.idp.app import without_issuer_format
from demo.idp.responses import build, build_failure
from demo.personas import ELENA, LUCA
from iam.accounts.selectors import person_with
from iam.saml.configuration import BadIdentityError, identity_wanted
from iam.saml.federation.certificate import signing_key
from iam.saml.federation.service import service_provider
from iam.saml.messages.authn_request import NewRequest, signed_authn_request
from iam.saml.models import AuthnRequest
from iam.saml.signing.verifying import verified
from iam.saml.types import Comparison, Scheme
from iam.saml.xml.names import PREFIXES
from iam.saml.xml.reading import parsed
from iam.saml.xml.schema import check_schema
from tests.saml.browsing import (
    CIE_IDP,
    EIDAS_IDP,
    IDP_OF,
    SIGNER_OF,
    Trip,
    code_of,
    events,
    leave_for_provider,
    load_one,
    load_other_federations,
    said_by,
    visitor,
)
from tests.saml.forging import IDP, signer

OTHERS = (Scheme.CIE, Scheme.EIDAS)


@pytest.fixture(autouse=True)
def every_federation(federation: None) -> None:
    load_other_federations()


def metadata(scheme: Scheme) -> etree._Element:
    root = parsed(Client().get(f"/{scheme}/metadata/").content)
    check_schema(root, kind="metadata")
    return verified(root, [signing_key(service_provider(scheme)).certificate])


def signed(trip: Trip, key: str = "", **changes: Any) -> bytes:
    return build(trip.answer(**changes), signer(key or SIGNER_OF[trip.scheme]))


# --- the entities


@pytest.mark.norma("SPID RT", "metadata SP", "entità separate per SPID, CIE e nodo eIDAS")
def test_each_federation_knows_us_by_a_name_and_addresses_of_its_own() -> None:
    shown = {scheme: metadata(scheme) for scheme in Scheme}
    acs = {
        scheme: root.find("md:SPSSODescriptor/md:AssertionConsumerService", PREFIXES)
        for scheme, root in shown.items()
    }

    assert len({root.get("entityID") for root in shown.values()}) == 3
    assert len({node.get("Location") for node in acs.values() if node is not None}) == 3


@pytest.mark.norma(
    "Nodo eIDAS", "AttributeConsumingService 99", "insieme minimo, nessun altro dato"
)
def test_the_eidas_node_is_asked_for_the_minimum_set_by_its_index() -> None:
    trip = leave_for_provider(scheme=Scheme.EIDAS)
    service = metadata(Scheme.EIDAS).find(
        "md:SPSSODescriptor/md:AttributeConsumingService", PREFIXES
    )
    assert service is not None

    assert trip.request.get("AttributeConsumingServiceIndex") == "99" == service.get("index")
    assert [
        (one.get("Name"), one.get("isRequired"))
        for one in service.findall("md:RequestedAttribute", PREFIXES)
    ] == [(name, "true") for name in ("spidCode", "name", "familyName", "dateOfBirth")]


@pytest.mark.norma("CIE", "ciespid", "attributi e risposta senza Format nell'Issuer")
def test_a_person_comes_in_with_her_card() -> None:
    trip = leave_for_provider(scheme=Scheme.CIE, next="/io/")

    document = build(trip.answer(level=3), signer("cie"), mend=without_issuer_format)
    page = trip.back(document)

    assert (page.status_code, page["Location"]) == (302, "/io/")
    assert trip.client.session["iam_facts"]["scheme"] == "cie"
    assert trip.client.session["iam_facts"]["level"] == 3


def test_spid_and_cie_of_one_codice_fiscale_are_one_person() -> None:
    leave_for_provider().back()
    trip = leave_for_provider(scheme=Scheme.CIE)
    trip.back()

    elena = person_with(ELENA.codice_fiscale)
    assert elena is not None
    assert trip.client.session["iam_person"] == str(elena.pk)


@pytest.mark.norma("SPID RT", "attributi", "fiscalNumber con prefisso TINIT-")
def test_the_codice_fiscale_is_the_same_however_it_is_written() -> None:
    leave_for_provider().back()
    trip = leave_for_provider(scheme=Scheme.CIE)
    small = said_by(Scheme.CIE, ELENA, fiscalNumber=f" tinit-{ELENA.codice_fiscale.lower()} ")

    trip.back(signed(trip, attributes=small))

    facts = [event.person for event in events("accounts.person.entered")]
    assert len(facts) == 2
    assert len(set(facts)) == 1


@pytest.mark.norma("CIE", "codici di errore", "le pagine degli esiti sono quelle della CIE")
@pytest.mark.parametrize(
    ("scheme", "number", "code"),
    [
        (Scheme.CIE, 19, "spid-accesso-fallito"),
        (Scheme.CIE, 23, "cie-nr23"),
        (Scheme.CIE, 25, "cie-nr25"),
        (Scheme.EIDAS, 19, "spid-accesso-fallito"),
        (Scheme.EIDAS, 23, "spid-accesso-fallito"),
        (Scheme.EIDAS, 22, "spid-nr22"),
        (Scheme.EIDAS, 11, "spid-nostro-errore"),
    ],
)
def test_the_outcomes_are_those_of_the_federation(scheme: Scheme, number: int, code: str) -> None:
    trip = leave_for_provider(scheme=scheme)

    page = trip.back(build_failure(trip.answer(), signer(SIGNER_OF[scheme]), number=number))

    assert code_of(page) == code


# --- what bad input gets


@pytest.mark.parametrize(
    ("scheme", "key"),
    [(one, SIGNER_OF[other]) for one in Scheme for other in Scheme if other is not one],
)
def test_a_provider_of_one_federation_never_answers_for_another(scheme: Scheme, key: str) -> None:
    """With its own key, in its own name or in that of the provider asked."""
    trip = leave_for_provider(scheme=scheme)

    page = trip.back(signed(trip, key))

    assert page.status_code == 403
    assert code_of(page) == "spid-firma-non-valida"
    assert "iam_person" not in trip.client.session


@pytest.mark.parametrize("scheme", OTHERS)
def test_the_request_of_one_federation_is_not_answered_at_the_address_of_another(
    scheme: Scheme,
) -> None:
    trip = leave_for_provider(scheme=scheme)
    document = signed(trip)
    elsewhere = Trip(trip.client, trip.page, trip.request, trip.action, trip.relay_state)

    page = elsewhere.back(document)

    assert code_of(page) == "spid-risposta-non-richiesta"
    assert "iam_person" not in trip.client.session


def test_one_name_in_two_federations_stays_two_providers() -> None:
    """A provider of eIDAS that calls itself as one of SPID gets none of its requests."""
    load_one(IDP, signer("falso"), Scheme.EIDAS)
    trip = leave_for_provider()

    page = trip.back(signed(trip, "falso"))

    assert code_of(page) == "spid-firma-non-valida"


@pytest.mark.parametrize("scheme", OTHERS)
def test_a_provider_is_asked_only_in_its_own_federation(scheme: Scheme) -> None:
    for other in Scheme:
        if other is not scheme:
            page = Client().get(f"/{other}/login/", {"idp": IDP_OF[scheme]})
            assert code_of(page) == "spid-gestore-sconosciuto"


@pytest.mark.parametrize("scheme", OTHERS)
def test_an_answer_is_good_once_and_in_its_own_browser(scheme: Scheme) -> None:
    trip = leave_for_provider(scheme=scheme)
    document = signed(trip)

    assert code_of(trip.back(document, by=Client())) == "spid-altro-browser"
    trip.back(document)
    assert code_of(trip.back(document)) == "spid-risposta-gia-usata"


@pytest.mark.parametrize("scheme", Scheme)
@pytest.mark.parametrize(("asked", "level"), [("", 1), ("3", 2)])
def test_a_level_below_the_one_asked_is_refused(scheme: Scheme, asked: str, level: int) -> None:
    trip = leave_for_provider(scheme=scheme, level=asked)

    page = trip.back(signed(trip, level=level))

    assert code_of(page) == "spid-livello-insufficiente"


@pytest.mark.parametrize("scheme", OTHERS)
@pytest.mark.parametrize("address", ["https://altrove.example/", "//altrove.example", "/\\a.it"])
def test_the_way_back_is_one_of_our_pages(scheme: Scheme, address: str) -> None:
    page = Client().get(f"/{scheme}/login/", {"idp": IDP_OF[scheme], "next": address})

    assert code_of(page) == "spid-pagina-esterna"
    assert not AuthnRequest.objects.exists()


@pytest.mark.parametrize("code", ["", "PT/IT/\u200b1", "P" * 300, "PT/IT/a b"])
def test_an_identifier_that_could_be_taken_for_another_is_refused(code: str) -> None:
    trip = leave_for_provider(scheme=Scheme.EIDAS)
    said = said_by(Scheme.EIDAS, LUCA, spidCode=code)

    page = trip.back(signed(trip, attributes=said))

    assert code_of(page) in {"eidas-identificativo", "spid-attributi-diversi"}


# --- the buttons


def test_the_log_in_page_has_one_button_for_each_federation(client: Client) -> None:
    page = client.get("/accesso/?prossima=/io/").content.decode()

    for scheme, entity_id in ((Scheme.CIE, CIE_IDP), (Scheme.EIDAS, EIDAS_IDP)):
        assert f'action="/{scheme}/login/"' in page
        assert f'name="idp" value="{entity_id}"' in page


# --- what kind of identity is asked


@pytest.mark.norma("Avviso 18", "v2", "Purpose nella richiesta")
@pytest.mark.norma("SPID minori", "AgeLimit", "limiti di età nella richiesta")
def test_purpose_and_age_are_settings_and_spid_only(settings: Settings) -> None:
    settings.SAML = settings.SAML | identity_wanted(purpose="PX", ages="18")
    trip = leave_for_provider()
    found = trip.request.find("samlp:Extensions", PREFIXES)
    assert found is not None

    check_schema(trip.request, kind="protocol")
    assert [node.tag.rpartition("}")[2] for node in found.iter()][1:] == [
        *("Purpose", "AgeLimit", "MinAge", "MaxAge")
    ]
    assert [node.text for node in found.iter() if node.text] == ["PX", "18", "99"]
    assert AuthnRequest.objects.get(pk=trip.request_id).purpose == "PX"
    cie = leave_for_provider(scheme=Scheme.CIE).request
    assert cie.find("samlp:Extensions", PREFIXES) is None


def test_without_settings_nothing_is_asked() -> None:
    us = service_provider()
    asked = NewRequest(
        id="_a", destination=IDP, level=2, comparison=Comparison.MINIMUM, at=visitor().at
    )
    root = parsed(signed_authn_request(asked, provider=us, key=signing_key(us)))

    assert root.find("samlp:Extensions", PREFIXES) is None


@pytest.mark.parametrize(
    "wrong", [{"purpose": "X"}, {"ages": "boh"}, {"ages": "30-18"}, {"ages": "-1"}]
)
def test_a_kind_of_identity_that_does_not_exist_stops_the_start(wrong: dict[str, str]) -> None:
    with pytest.raises(BadIdentityError):
        identity_wanted(**{"purpose": "", "ages": "", **wrong})
