# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""AgID's numbered checks on a Response, each with the reason code it meets here.

The provider itself makes the mistake: the Response is changed before it is signed, so that
no refusal comes from a broken signature.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from lxml import etree

from demo.idp.responses import STATUS, Change, build, build_failure
from tests.saml.forging import (
    answer,
    asked,
    attribute,
    emptied,
    forged,
    reason,
    removed,
    signer,
    text,
)

ROOT = "."
ISSUER = "a:Issuer"
ASSERTION = "a:Assertion"
SUBJECT = "a:Assertion/a:Subject"
NAME_ID = f"{SUBJECT}/a:NameID"
CONFIRMATION = f"{SUBJECT}/a:SubjectConfirmation"
DATA = f"{CONFIRMATION}/a:SubjectConfirmationData"
CONDITIONS = "a:Assertion/a:Conditions"
RESTRICTION = f"{CONDITIONS}/a:AudienceRestriction"
AUDIENCE = f"{RESTRICTION}/a:Audience"
STATEMENT = "a:Assertion/a:AuthnStatement"
CONTEXT = f"{STATEMENT}/a:AuthnContext"
CLASS = f"{CONTEXT}/a:AuthnContextClassRef"
ATTRIBUTES = "a:Assertion/a:AttributeStatement"
OTHER_FORMAT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
LONG_AGO, FAR_AHEAD = "2018-01-01T00:00:00Z", "2099-01-01T00:00:00Z"
ACCEPTED = "accepted"


class Case(NamedTuple):
    number: str
    what: str
    expected: str
    make: Callable[[], bytes]


def case(number: str, what: str, expected: str, change: Change | None = None) -> Case:
    return Case(number, what, expected, lambda: forged(change))


def level(value: str) -> Change:
    return text(CLASS, value)


def without_formats(root: etree._Element) -> None:
    for node in root.iter("{*}Attribute"):
        del node.attrib["NameFormat"]


def without_attributes(root: etree._Element) -> None:
    emptied(ATTRIBUTES)(root)


def with_one_empty_attribute(root: etree._Element) -> None:
    statement = root.find(ATTRIBUTES, {"a": "urn:oasis:names:tc:SAML:2.0:assertion"})
    assert statement is not None
    for node in list(statement)[1:]:
        statement.remove(node)
    statement[0].remove(statement[0][0])


def failing(number: int) -> Callable[[], bytes]:
    return lambda: build_failure(answer(), signer(), number=number)


def unsigned(*, response: bool, assertion: bool) -> Callable[[], bytes]:
    return lambda: build(answer(), signer(), sign_response=response, sign_assertion=assertion)


CASES = [
    case("1", "a correct Response", ACCEPTED),
    Case("2", "nothing is signed", "spid-firma-assente", unsigned(response=False, assertion=False)),
    Case(
        "3",
        "only the Response is signed",
        "spid-firma-assente",
        unsigned(response=True, assertion=False),
    ),
    Case(
        "4",
        "signed with another key",
        "spid-firma-non-valida",
        lambda: build(answer(), signer("stranger")),
    ),
    Case(
        "5",
        "another key, whose certificate is inside",
        "spid-firma-non-valida",
        lambda: build(answer(), signer("stranger")),
    ),
    Case(
        "8",
        "Response: empty ID",
        "spid-firma-riferimento",
        lambda: forged(attribute(ROOT, "ID", "")),
    ),
    Case(
        "8b",
        "Response: empty ID, not signed",
        "spid-risposta-id",
        lambda: forged(attribute(ROOT, "ID", ""), sign_response=False),
    ),
    Case(
        "9",
        "Response: no ID",
        "spid-risposta-id",
        lambda: forged(attribute(ROOT, "ID", None), sign_response=False),
    ),
    case(
        "10", "Response: Version 3.0", "spid-risposta-versione", attribute(ROOT, "Version", "3.0")
    ),
    case(
        "11",
        "Response: empty IssueInstant",
        "spid-risposta-data-formato",
        attribute(ROOT, "IssueInstant", ""),
    ),
    case(
        "12",
        "Response: no IssueInstant",
        "spid-risposta-data-assente",
        attribute(ROOT, "IssueInstant", None),
    ),
    case(
        "13",
        "Response: IssueInstant is not an instant",
        "spid-risposta-data-formato",
        attribute(ROOT, "IssueInstant", "21/11/2026 20:31"),
    ),
    case(
        "14",
        "Response: IssueInstant before the request",
        "spid-risposta-data-anteriore",
        attribute(ROOT, "IssueInstant", LONG_AGO),
    ),
    case(
        "15",
        "Response: IssueInstant in the future",
        "spid-risposta-data-futura",
        attribute(ROOT, "IssueInstant", FAR_AHEAD),
    ),
    case(
        "16",
        "Response: empty InResponseTo",
        "spid-richiesta-non-indicata",
        attribute(ROOT, "InResponseTo", ""),
    ),
    case(
        "17",
        "Response: no InResponseTo",
        "spid-richiesta-non-indicata",
        attribute(ROOT, "InResponseTo", None),
    ),
    case(
        "18",
        "Response: another InResponseTo",
        "spid-richiesta-diversa",
        attribute(ROOT, "InResponseTo", "_another"),
    ),
    case(
        "19",
        "Response: empty Destination",
        "spid-destinazione-assente",
        attribute(ROOT, "Destination", ""),
    ),
    case(
        "20",
        "Response: no Destination",
        "spid-destinazione-assente",
        attribute(ROOT, "Destination", None),
    ),
    case(
        "21",
        "Response: another Destination",
        "spid-destinazione-diversa",
        attribute(ROOT, "Destination", "https://altrove.example/acs"),
    ),
    case("22", "Status empty", "spid-esito-assente", emptied("p:Status")),
    case("23", "no Status", "spid-esito-assente", removed("p:Status")),
    case("24", "StatusCode empty", "spid-esito-codice-assente", emptied("p:Status/p:StatusCode")),
    case("25", "no StatusCode", "spid-esito-assente", removed("p:Status/p:StatusCode")),
    case(
        "26",
        "StatusCode is not Success",
        "spid-accesso-fallito",
        attribute("p:Status/p:StatusCode", "Value", f"{STATUS}Responder"),
    ),
    case("27", "Response: empty Issuer", "spid-risposta-emittente-assente", emptied(ISSUER)),
    case("28", "Response: no Issuer", "spid-risposta-emittente-assente", removed(ISSUER)),
    case(
        "29",
        "Response: another Issuer",
        "spid-risposta-emittente-diverso",
        text(ISSUER, "https://altro-idp.example"),
    ),
    case(
        "30",
        "Response: another Format of the Issuer",
        "spid-risposta-emittente-formato",
        attribute(ISSUER, "Format", OTHER_FORMAT),
    ),
    case("31", "Response: no Format of the Issuer", ACCEPTED, attribute(ISSUER, "Format", None)),
    case("32", "no Assertion", "spid-asserzione-assente", removed(ASSERTION)),
    case("33", "Assertion: empty ID", "spid-firma-riferimento", attribute(ASSERTION, "ID", "")),
    case("34", "Assertion: no ID", "spid-firma-riferimento", attribute(ASSERTION, "ID", None)),
    case(
        "35",
        "Assertion: Version 1.0",
        "spid-asserzione-versione",
        attribute(ASSERTION, "Version", "1.0"),
    ),
    case(
        "36",
        "Assertion: empty IssueInstant",
        "spid-asserzione-data-formato",
        attribute(ASSERTION, "IssueInstant", ""),
    ),
    case(
        "37",
        "Assertion: no IssueInstant",
        "spid-asserzione-data-assente",
        attribute(ASSERTION, "IssueInstant", None),
    ),
    case(
        "38",
        "Assertion: IssueInstant is not an instant",
        "spid-asserzione-data-formato",
        attribute(ASSERTION, "IssueInstant", "2026-11-21T25:00:00"),
    ),
    case(
        "39",
        "Assertion: IssueInstant before the request",
        "spid-asserzione-data-anteriore",
        attribute(ASSERTION, "IssueInstant", LONG_AGO),
    ),
    case(
        "40",
        "Assertion: IssueInstant in the future",
        "spid-asserzione-data-futura",
        attribute(ASSERTION, "IssueInstant", FAR_AHEAD),
    ),
    case("41", "Subject empty", "spid-soggetto-assente", emptied(SUBJECT)),
    case("42", "no Subject", "spid-soggetto-assente", removed(SUBJECT)),
    case("43", "NameID empty", "spid-nameid-assente", emptied(NAME_ID)),
    case("44", "no NameID", "spid-nameid-assente", removed(NAME_ID)),
    case("45", "NameID: empty Format", "spid-nameid-formato", attribute(NAME_ID, "Format", "")),
    case("46", "NameID: no Format", "spid-nameid-formato", attribute(NAME_ID, "Format", None)),
    case(
        "47",
        "NameID: another Format",
        "spid-nameid-formato",
        attribute(NAME_ID, "Format", OTHER_FORMAT),
    ),
    case(
        "48",
        "NameID: empty NameQualifier",
        "spid-nameid-qualificatore",
        attribute(NAME_ID, "NameQualifier", ""),
    ),
    case(
        "49",
        "NameID: no NameQualifier",
        "spid-nameid-qualificatore",
        attribute(NAME_ID, "NameQualifier", None),
    ),
    case("51", "SubjectConfirmation empty", "spid-conferma-assente", emptied(CONFIRMATION)),
    case("52", "no SubjectConfirmation", "spid-conferma-assente", removed(CONFIRMATION)),
    case(
        "53",
        "SubjectConfirmation: empty Method",
        "spid-conferma-metodo",
        attribute(CONFIRMATION, "Method", ""),
    ),
    case(
        "54",
        "SubjectConfirmation: no Method",
        "spid-conferma-metodo",
        attribute(CONFIRMATION, "Method", None),
    ),
    case(
        "55",
        "SubjectConfirmation: another Method",
        "spid-conferma-metodo",
        attribute(CONFIRMATION, "Method", "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"),
    ),
    case("56", "no SubjectConfirmationData", "spid-conferma-dati", removed(DATA)),
    case(
        "57",
        "empty Recipient",
        "spid-conferma-destinatario-assente",
        attribute(DATA, "Recipient", ""),
    ),
    case(
        "58",
        "no Recipient",
        "spid-conferma-destinatario-assente",
        attribute(DATA, "Recipient", None),
    ),
    case(
        "59",
        "another Recipient",
        "spid-conferma-destinatario-diverso",
        attribute(DATA, "Recipient", "https://altrove.example/acs"),
    ),
    case(
        "60",
        "confirmation: empty InResponseTo",
        "spid-conferma-richiesta-assente",
        attribute(DATA, "InResponseTo", ""),
    ),
    case(
        "61",
        "confirmation: no InResponseTo",
        "spid-conferma-richiesta-assente",
        attribute(DATA, "InResponseTo", None),
    ),
    case(
        "62",
        "confirmation: another InResponseTo",
        "spid-conferma-richiesta-diversa",
        attribute(DATA, "InResponseTo", "_another"),
    ),
    case(
        "63",
        "confirmation: empty NotOnOrAfter",
        "spid-conferma-scadenza-formato",
        attribute(DATA, "NotOnOrAfter", ""),
    ),
    case(
        "64",
        "confirmation: no NotOnOrAfter",
        "spid-conferma-scadenza-assente",
        attribute(DATA, "NotOnOrAfter", None),
    ),
    case(
        "65",
        "confirmation: NotOnOrAfter is not an instant",
        "spid-conferma-scadenza-formato",
        attribute(DATA, "NotOnOrAfter", "domani"),
    ),
    case(
        "66",
        "confirmation: expired",
        "spid-conferma-scaduta",
        attribute(DATA, "NotOnOrAfter", LONG_AGO),
    ),
    case(
        "67",
        "Assertion: empty Issuer",
        "spid-asserzione-emittente-assente",
        emptied(f"{ASSERTION}/a:Issuer"),
    ),
    case(
        "68",
        "Assertion: no Issuer",
        "spid-asserzione-emittente-assente",
        removed(f"{ASSERTION}/a:Issuer"),
    ),
    case(
        "69",
        "Assertion: another Issuer",
        "spid-asserzione-emittente-diverso",
        text(f"{ASSERTION}/a:Issuer", "https://altro-idp.example"),
    ),
    case(
        "70",
        "Assertion: empty Format of the Issuer",
        "spid-asserzione-emittente-formato",
        attribute(f"{ASSERTION}/a:Issuer", "Format", ""),
    ),
    case(
        "71",
        "Assertion: no Format of the Issuer",
        "spid-asserzione-emittente-formato",
        attribute(f"{ASSERTION}/a:Issuer", "Format", None),
    ),
    case(
        "72",
        "Assertion: another Format of the Issuer",
        "spid-asserzione-emittente-formato",
        attribute(f"{ASSERTION}/a:Issuer", "Format", OTHER_FORMAT),
    ),
    case("73", "Conditions empty", "spid-condizioni-assenti", emptied(CONDITIONS)),
    case("74", "no Conditions", "spid-condizioni-assenti", removed(CONDITIONS)),
    case(
        "75", "empty NotBefore", "spid-valida-dal-formato", attribute(CONDITIONS, "NotBefore", "")
    ),
    case("76", "no NotBefore", "spid-valida-dal-assente", attribute(CONDITIONS, "NotBefore", None)),
    case(
        "77",
        "NotBefore is not an instant",
        "spid-valida-dal-formato",
        attribute(CONDITIONS, "NotBefore", "ieri"),
    ),
    case(
        "78",
        "NotBefore in the future",
        "spid-non-ancora-valida",
        attribute(CONDITIONS, "NotBefore", FAR_AHEAD),
    ),
    case(
        "79",
        "empty NotOnOrAfter",
        "spid-valida-fino-formato",
        attribute(CONDITIONS, "NotOnOrAfter", ""),
    ),
    case(
        "80",
        "no NotOnOrAfter",
        "spid-valida-fino-assente",
        attribute(CONDITIONS, "NotOnOrAfter", None),
    ),
    case(
        "81",
        "NotOnOrAfter is not an instant",
        "spid-valida-fino-formato",
        attribute(CONDITIONS, "NotOnOrAfter", "domani"),
    ),
    case("82", "expired", "spid-scaduta", attribute(CONDITIONS, "NotOnOrAfter", LONG_AGO)),
    case("83", "AudienceRestriction empty", "spid-destinatario-assente", emptied(RESTRICTION)),
    case("84", "no AudienceRestriction", "spid-destinatari-assenti", removed(RESTRICTION)),
    case("85", "Audience empty", "spid-destinatario-assente", emptied(AUDIENCE)),
    case("86", "no Audience", "spid-destinatario-assente", removed(AUDIENCE)),
    case(
        "87",
        "another Audience",
        "spid-destinatario-diverso",
        text(AUDIENCE, "https://altro-servizio.example"),
    ),
    case("88", "AuthnStatement empty", "spid-autenticazione-assente", emptied(STATEMENT)),
    case("89", "no AuthnStatement", "spid-autenticazione-assente", removed(STATEMENT)),
    case("90", "AuthnContext empty", "spid-contesto-assente", emptied(CONTEXT)),
    case("91", "no AuthnContext", "spid-contesto-assente", removed(CONTEXT)),
    case("92", "class empty", "spid-livello-assente", emptied(CLASS)),
    case("93", "no class", "spid-contesto-assente", removed(CLASS)),
    case(
        "94",
        "level 1 for a request of 2",
        "spid-livello-insufficiente",
        level("https://www.spid.gov.it/SpidL1"),
    ),
    case("95", "level 2 for a request of 2", ACCEPTED, level("https://www.spid.gov.it/SpidL2")),
    case("96", "level 3 for a request of 2", ACCEPTED, level("https://www.spid.gov.it/SpidL3")),
    case(
        "97",
        "a class of an older specification",
        "spid-livello-sconosciuto",
        level("urn:oasis:names:tc:SAML:2.0:ac:classes:SpidL2"),
    ),
    case(
        "98", "AttributeStatement without attributes", "spid-attributi-assenti", without_attributes
    ),
    case("99", "an attribute without value", "spid-attributi-assenti", with_one_empty_attribute),
    Case(
        "100",
        "the Assertion signed with another key",
        "spid-firma-non-valida",
        lambda: build(answer(), signer(), assertion_signer=signer("stranger")),
    ),
    Case(
        "103",
        "not the attributes that were asked",
        "spid-attributi-diversi",
        lambda: build(answer(attributes={"spidCode": "X1", "address": "Via Roma"}), signer()),
    ),
    Case("104", "too many attempts", "spid-nr19", failing(19)),
    Case("105", "level not held", "spid-nr20", failing(20)),
    Case("106", "time ran out", "spid-nr21", failing(21)),
    Case("107", "consent denied", "spid-nr22", failing(22)),
    Case("108", "identity blocked", "spid-nr23", failing(23)),
    case("109", "attributes without NameFormat", ACCEPTED, without_formats),
    case(
        "110",
        "instants with milliseconds",
        ACCEPTED,
        attribute(ROOT, "IssueInstant", "2026-11-21T20:31:07.123Z"),
    ),
    Case("111", "cancelled by the person", "spid-nr25", failing(25)),
    Case("Avviso 18", "another type of identity", "spid-nr30", failing(30)),
    *[
        Case(f"nr{number:02d}", "our request was wrong", "spid-nostro-errore", failing(number))
        for number in range(8, 19)
    ],
]


@pytest.mark.norma("SPID RT", "", "prove del validatore AgID sulle Response")
@pytest.mark.parametrize("given", CASES, ids=[f"{c.number} {c.what}" for c in CASES])
def test_each_numbered_check_meets_its_own_reason(given: Case) -> None:
    assert reason(given.make()) == given.expected


def test_the_table_covers_agids_numbers() -> None:
    covered = {c.number for c in CASES}
    merged = {6, 7, 50, 101, 102}  # numbers that AgID's list leaves free

    assert {str(n) for n in range(1, 112) if n not in merged} <= covered


def test_the_order_of_the_table_proves_nothing_by_accident() -> None:
    """The same Response, unspoilt, is accepted: no case above fails for another reason."""
    assert reason(forged()) == ACCEPTED
    assert reason(forged(), to=asked(level=3)) == "spid-livello-insufficiente"
