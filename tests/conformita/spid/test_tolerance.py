# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a good provider may do differently: all of it must let the person in."""

from __future__ import annotations

from datetime import timedelta

import pytest
import xmlsec
from lxml import etree
from xmlsec import constants

from demo.idp.responses import build, build_failure, tree
from iam.saml.types import Scheme
from tests.saml.forging import (
    NOW,
    answer,
    asked,
    attribute,
    forged,
    reason,
    signer,
    text,
    verdict,
)

CONDITIONS = "a:Assertion/a:Conditions"
NAME = "a:Assertion/a:AttributeStatement/a:Attribute[@Name='name']/a:AttributeValue"


@pytest.mark.norma("SPID RT", "single sign-on", "la Response può non essere firmata")
def test_an_assertion_signature_is_enough() -> None:
    assert reason(forged(sign_response=False)) == "accepted"


@pytest.mark.parametrize("algorithm", ["rsa-sha256", "rsa-sha384", "rsa-sha512"])
def test_stronger_digests_are_accepted(algorithm: str) -> None:
    assert reason(forged(algorithm=algorithm)) == "accepted"


@pytest.mark.parametrize("seconds", [-60, -30, 30, 60])
def test_clocks_may_differ_by_a_minute_either_way(seconds: int) -> None:
    """The provider's clock is ahead or behind: its instants move, our reading of them stands."""
    document = build(answer(at=NOW + timedelta(seconds=seconds)), signer())

    assert reason(document, to=asked(issued_at=NOW), now=NOW) == "accepted"


@pytest.mark.parametrize("seconds", [-62, 62])
def test_clocks_may_not_differ_by_more(seconds: int) -> None:
    document = build(answer(at=NOW + timedelta(seconds=seconds)), signer())

    assert reason(document, to=asked(issued_at=NOW), now=NOW) != "accepted"


def test_the_end_of_validity_is_excluded_and_widened_by_the_skew() -> None:
    document = build(answer(lifetime=timedelta(minutes=5)), signer())
    end = NOW + timedelta(minutes=5, seconds=60)

    assert reason(document, now=end - timedelta(seconds=1)) == "accepted"
    assert reason(document, now=end) == "spid-conferma-scaduta"


@pytest.mark.parametrize("fraction", [".1", ".123", ".123456", ".123456789"])
def test_fractions_of_a_second_are_accepted(fraction: str) -> None:
    instant = f"2026-11-21T20:31:07{fraction}Z"

    assert reason(forged(attribute(CONDITIONS, "NotBefore", instant))) == "accepted"


@pytest.mark.norma("SPID RT", "AuthnStatement", "SessionIndex solo al livello 1")
def test_a_session_index_may_be_there_or_not() -> None:
    assert verdict(build(answer(session_index="_s1"), signer())).session_index == "_s1"
    assert verdict(build(answer(session_index=""), signer())).session_index == ""


def test_a_higher_level_is_accepted_and_kept() -> None:
    assert verdict(build(answer(level=3), signer())).level == 3


def test_a_lower_level_is_refused_with_the_level_it_needs() -> None:
    assert reason(build(answer(level=1), signer())) == "spid-livello-insufficiente"


def test_a_provider_may_have_two_keys() -> None:
    """During a change of key, either may sign. Expired certificates count: metadata vouch."""
    both = asked(certificates=(signer("old").certificate, signer("new").certificate))

    assert reason(build(answer(), signer("old")), to=both) == "accepted"
    assert reason(build(answer(), signer("new")), to=both) == "accepted"
    assert reason(build(answer(), signer("third")), to=both) == "spid-firma-non-valida"


@pytest.mark.norma("CIE", "protocolli", "Issuer senza Format")
def test_cie_may_leave_the_format_of_the_issuer_out() -> None:
    document = forged(attribute("a:Assertion/a:Issuer", "Format", None))

    assert reason(document, to=asked(scheme=Scheme.CIE)) == "accepted"
    assert reason(document, to=asked(scheme=Scheme.SPID)) == "spid-asserzione-emittente-formato"


def test_an_indented_document_is_accepted() -> None:
    assert reason(forged(etree.indent)) == "accepted"


def test_blanks_around_a_value_are_not_part_of_it() -> None:
    assert verdict(forged(text(NAME, "\n   Elena  "))).attributes["name"] == "Elena"


def test_letters_beyond_ascii_survive() -> None:
    assert (
        verdict(forged(text(NAME, "Nicolò Œdipe 日本"))).attributes["name"] == "Nicolò Œdipe 日本"
    )


def test_a_failure_may_come_without_signature() -> None:
    """Some providers do not sign errors: the page is shown, and nothing else is believed."""
    assert reason(build_failure(answer(), None, number=25)) == "spid-nr25"


def test_a_failure_without_a_number_has_a_page_too() -> None:
    assert reason(build_failure(answer(), signer(), number=None)) == "spid-accesso-fallito"


def test_the_number_counts_more_than_the_second_level_code() -> None:
    document = build_failure(answer(), signer(), number=25, second="RequestUnsupported")

    assert reason(document) == "spid-nr25"


def test_a_foreign_prefix_list_in_the_canonical_form_is_accepted() -> None:
    """OpenSAML signs with InclusiveNamespaces for the prefixes used inside values."""
    root = tree(answer())
    assertion = root.find("{*}Assertion")
    assert assertion is not None
    signature = xmlsec.template.create(
        assertion, constants.TransformExclC14N, constants.TransformRsaSha256, ns="ds"
    )
    assertion.insert(1, signature)
    reference = xmlsec.template.add_reference(
        signature, constants.TransformSha256, uri="#_assertion"
    )
    xmlsec.template.add_transform(reference, constants.TransformEnveloped)
    exclusive = xmlsec.template.add_transform(reference, constants.TransformExclC14N)
    xmlsec.template.transform_add_c14n_inclusive_namespaces(exclusive, ["xs"])
    context = xmlsec.SignatureContext()
    context.key = signer().xmlsec
    context.register_id(assertion, "ID")
    context.sign(signature)

    assert reason(etree.tostring(root)) == "accepted"


@pytest.mark.norma("CIE", "codici di errore", "23: carta scaduta o revocata")
@pytest.mark.parametrize(
    ("number", "code"),
    [(19, "spid-accesso-fallito"), (21, "cie-nr21"), (23, "cie-nr23"), (25, "cie-nr25")],
)
def test_cie_gives_its_own_meaning_to_the_numbers(number: int, code: str) -> None:
    document = build_failure(answer(), signer(), number=number)

    assert reason(document, to=asked(scheme=Scheme.CIE)) == code
