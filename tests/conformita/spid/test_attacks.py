# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Responses made to fool a service provider, written as a real attacker would write them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import zlib
from collections.abc import Callable
from copy import deepcopy

import pytest
import xmlsec
from lxml import etree
from xmlsec import constants

from demo.idp.responses import ASSERTION, NAMES, PROTOCOL, SIGNATURE, Change, build, tree
from demo.personas import MARCO
from iam.saml.errors import MessageNotBase64, MessageTooLarge
from iam.saml.xml.reading import MAX_DOCUMENT_BYTES, decoded, inflated
from tests.saml.forging import NOW, answer, asked, at, forged, reason, signer, text, verdict

MISPLACED = "spid-asserzione-fuori-posto"
FISCAL_NUMBER = "a:AttributeStatement/a:Attribute[@Name='fiscalNumber']/a:AttributeValue"


def good() -> etree._Element:
    """Return a Response that is accepted, with both signatures."""
    return etree.fromstring(forged())


def evil_copy(assertion: etree._Element, *, identifier: str = "_evil") -> etree._Element:
    """Return the Assertion that the attacker would like to be believed: Marco's, not signed."""
    evil = deepcopy(assertion)
    evil.set("ID", identifier)
    signature = evil.find("ds:Signature", NAMES)
    assert signature is not None
    evil.remove(signature)
    value = evil.find(FISCAL_NUMBER, NAMES)
    assert value is not None
    value.text = f"TINIT-{MARCO.codice_fiscale}"
    evil.tail = None
    return evil


def element(name: str, *children: etree._Element, namespace: str = PROTOCOL) -> etree._Element:
    made = etree.Element(f"{{{namespace}}}{name}")
    made.extend(children)
    return made


def spell(root: etree._Element) -> bytes:
    return etree.tostring(root)


# --- the eight classic wrappings


def wrapped_response_in_its_signature() -> bytes:
    """An evil Response around the signature; the signed one hangs inside the signature."""
    signed = good()
    evil = deepcopy(signed)
    evil.set("ID", "_evil_response")
    text(f"a:Assertion/{FISCAL_NUMBER}", f"TINIT-{MARCO.codice_fiscale}")(evil)
    signature = at("ds:Signature")(evil)
    original = deepcopy(signed)
    original.remove(at("ds:Signature")(original))
    signature.append(original)
    return spell(evil)


def wrapped_response_before_its_signature() -> bytes:
    signed = good()
    evil = deepcopy(signed)
    evil.set("ID", "_evil_response")
    text(f"a:Assertion/{FISCAL_NUMBER}", f"TINIT-{MARCO.codice_fiscale}")(evil)
    original = deepcopy(signed)
    original.remove(at("ds:Signature")(original))
    signature = at("ds:Signature")(evil)
    signature.addprevious(original)
    return spell(evil)


def evil_assertion_before_the_signed_one() -> bytes:
    root = etree.fromstring(forged(sign_response=False))
    signed = at("a:Assertion")(root)
    signed.addprevious(evil_copy(signed))
    return spell(root)


def signed_assertion_inside_an_evil_one() -> bytes:
    root = etree.fromstring(forged(sign_response=False))
    signed = at("a:Assertion")(root)
    evil = evil_copy(signed)
    root.replace(signed, evil)
    evil.append(signed)
    return spell(root)


def evil_assertion_keeps_the_signature() -> bytes:
    """The signature moves to the evil Assertion, the original goes to the end without it."""
    root = etree.fromstring(forged(sign_response=False))
    signed = at("a:Assertion")(root)
    signature = at("a:Assertion/ds:Signature")(root)
    evil = evil_copy(signed)
    evil.insert(1, deepcopy(signature))
    signed.remove(signature)
    signed.addprevious(evil)
    return spell(root)


def original_inside_the_signature_of_an_evil_one() -> bytes:
    root = etree.fromstring(forged(sign_response=False))
    signed = at("a:Assertion")(root)
    signature = deepcopy(at("a:Assertion/ds:Signature")(root))
    evil = evil_copy(signed)
    original = deepcopy(signed)
    original.remove(at("ds:Signature")(original))
    signature.append(original)
    evil.insert(1, signature)
    root.replace(signed, evil)
    return spell(root)


def evil_assertion_in_extensions() -> bytes:
    root = etree.fromstring(forged(sign_response=False))
    signed = at("a:Assertion")(root)
    issuer = at("a:Issuer")(root)
    issuer.addnext(element("Extensions", evil_copy(signed, identifier="_assertion")))
    return spell(root)


def original_in_an_object_of_the_signature() -> bytes:
    root = etree.fromstring(forged(sign_response=False))
    signed = at("a:Assertion")(root)
    signature = deepcopy(at("a:Assertion/ds:Signature")(root))
    evil = evil_copy(signed)
    original = deepcopy(signed)
    original.remove(at("ds:Signature")(original))
    signature.append(element("Object", original, namespace=SIGNATURE))
    evil.insert(1, signature)
    root.replace(signed, evil)
    return spell(root)


WRAPPINGS: list[tuple[Callable[[], bytes], set[str]]] = [
    (wrapped_response_in_its_signature, {"spid-id-ripetuto"}),
    (wrapped_response_before_its_signature, {"spid-id-ripetuto"}),
    (evil_assertion_before_the_signed_one, {"spid-asserzione-ripetuta"}),
    (signed_assertion_inside_an_evil_one, {"spid-asserzione-ripetuta"}),
    (evil_assertion_keeps_the_signature, {"spid-asserzione-ripetuta"}),
    (original_inside_the_signature_of_an_evil_one, {"spid-asserzione-ripetuta"}),
    (evil_assertion_in_extensions, {"spid-id-ripetuto"}),
    (original_in_an_object_of_the_signature, {"spid-firma-oggetto"}),
]


@pytest.mark.norma("SAML 2.0 Core", "5.4", "la firma copre ciò che si legge")
@pytest.mark.parametrize(
    ("attack", "expected"), WRAPPINGS, ids=[attack.__name__ for attack, _ in WRAPPINGS]
)
def test_a_wrapped_signature_is_refused(attack: Callable[[], bytes], expected: set[str]) -> None:
    assert reason(attack()) in expected


def test_a_wrapping_that_renames_every_identifier_is_refused_too() -> None:
    """With identifiers made unique, what is left of each attack still finds a wall."""
    for attack, _ in WRAPPINGS:
        root = etree.fromstring(attack())
        for number, node in enumerate(root.iter(f"{{{ASSERTION}}}Assertion")):
            node.set("ID", f"_unique{number}")
        assert reason(spell(root)) != "accepted", attack.__name__


# --- decoys: CVE-2025-24894, CVE-2025-24895; numbers 112 and 113 of AgID's validator


def decoy(root: etree._Element) -> etree._Element:
    """Return signed metadata of the same provider: a true signature, of something else."""
    descriptor = etree.fromstring(
        '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" '
        'entityID="https://idp.example" ID="_metadata"/>'
    )
    signature = xmlsec.template.create(
        descriptor, constants.TransformExclC14N, constants.TransformRsaSha256, ns="ds"
    )
    descriptor.append(signature)
    reference = xmlsec.template.add_reference(
        signature, constants.TransformSha256, uri="#_metadata"
    )
    xmlsec.template.add_transform(reference, constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, constants.TransformExclC14N)
    context = xmlsec.SignatureContext()
    context.key = signer().xmlsec
    context.register_id(descriptor, "ID")
    context.sign(signature)
    return descriptor


@pytest.mark.norma(
    "CVE-2025-24894", "112", "firma valida di altro accanto a un'asserzione non firmata"
)
def test_112_a_signed_decoy_before_an_unsigned_assertion_is_refused() -> None:
    root = tree(answer())
    at("a:Issuer")(root).addnext(element("Extensions", decoy(root)))

    assert reason(spell(root)) == "spid-firma-fuori-posto"


@pytest.mark.norma(
    "CVE-2025-24895", "113", "firma valida di altro accanto a un'asserzione alterata"
)
def test_113_a_signed_decoy_before_an_altered_assertion_is_refused() -> None:
    root = etree.fromstring(forged(sign_response=False))
    text(f"a:Assertion/{FISCAL_NUMBER}", f"TINIT-{MARCO.codice_fiscale}")(root)
    at("a:Issuer")(root).addnext(element("Extensions", decoy(root)))

    assert reason(spell(root)) == "spid-firma-fuori-posto"


def test_a_decoy_as_first_child_of_the_assertion_is_refused() -> None:
    root = tree(answer())
    at("a:Assertion")(root).insert(0, at("ds:Signature")(decoy(root)))

    assert reason(spell(root)) == "spid-firma-riferimento"


# --- what may be signed with, and how


@pytest.mark.parametrize("algorithm", ["rsa-sha1", "rsa-sha256-digest-sha1"])
def test_sha_1_is_refused(algorithm: str) -> None:
    assert reason(forged(algorithm=algorithm)) == "spid-firma-algoritmo"


def test_an_hmac_keyed_with_the_public_certificate_is_refused() -> None:
    root = etree.fromstring(forged(sign_response=False))
    at("a:Assertion/ds:Signature/ds:SignedInfo/ds:SignatureMethod")(root).set(
        "Algorithm", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"
    )
    info = at("a:Assertion/ds:Signature/ds:SignedInfo")(root)
    octets = etree.tostring(info, method="c14n", exclusive=True)
    value = hmac.digest(signer().certificate, octets, hashlib.sha256)
    text("a:Assertion/ds:Signature/ds:SignatureValue", base64.b64encode(value).decode())(root)

    assert reason(spell(root)) == "spid-firma-algoritmo"


def transforms(*algorithms: str) -> Change:
    def change(root: etree._Element) -> None:
        parent = at("a:Assertion/ds:Signature/ds:SignedInfo/ds:Reference/ds:Transforms")(root)
        for child in list(parent):
            parent.remove(child)
        for algorithm in algorithms:
            child = etree.SubElement(parent, f"{{{SIGNATURE}}}Transform")
            child.set("Algorithm", algorithm)

    return change


ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"


@pytest.mark.parametrize(
    "algorithms",
    [
        (ENVELOPED,),
        (EXCLUSIVE, ENVELOPED),
        (ENVELOPED, EXCLUSIVE, EXCLUSIVE),
        (ENVELOPED, "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"),
        (ENVELOPED, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        (ENVELOPED, "http://www.w3.org/TR/1999/REC-xslt-19991116"),
        (ENVELOPED, "http://www.w3.org/TR/1999/REC-xpath-19991116"),
        (ENVELOPED, "http://www.w3.org/2000/09/xmldsig#base64"),
    ],
)
def test_other_transforms_are_refused(algorithms: tuple[str, ...]) -> None:
    document = forged(sign_response=False, tamper=transforms(*algorithms))

    assert reason(document) == "spid-firma-trasformazione"


@pytest.mark.parametrize("uri", ["", "#_response", "#xpointer(/)", "https://idp.example/x"])
def test_a_reference_to_anything_but_its_parent_is_refused(uri: str) -> None:
    def change(root: etree._Element) -> None:
        at("a:Assertion/ds:Signature/ds:SignedInfo/ds:Reference")(root).set("URI", uri)

    assert reason(forged(sign_response=False, tamper=change)) == "spid-firma-riferimento"


def test_two_references_are_refused() -> None:
    def change(root: etree._Element) -> None:
        reference = at("a:Assertion/ds:Signature/ds:SignedInfo/ds:Reference")(root)
        reference.addnext(deepcopy(reference))

    assert reason(forged(sign_response=False, tamper=change)) == "spid-firma-malformata"


def test_two_signatures_of_the_assertion_are_refused() -> None:
    def change(root: etree._Element) -> None:
        signature = at("a:Assertion/ds:Signature")(root)
        signature.addnext(deepcopy(signature))

    assert reason(forged(sign_response=False, tamper=change)) == "spid-firma-ripetuta"


def test_a_comment_beside_the_digest_is_refused() -> None:
    """CVE-2025-29775: two readers of DigestValue, two digests."""

    def change(root: etree._Element) -> None:
        digest = at("a:Assertion/ds:Signature/ds:SignedInfo/ds:Reference/ds:DigestValue")(root)
        digest.insert(0, etree.Comment("AAAA"))

    assert reason(forged(sign_response=False, tamper=change)) == "spid-commento-nel-valore"


def test_an_element_inside_the_digest_is_refused() -> None:
    def change(root: etree._Element) -> None:
        digest = at("a:Assertion/ds:Signature/ds:SignedInfo/ds:Reference/ds:DigestValue")(root)
        digest.append(element("DigestValue", namespace=SIGNATURE))

    assert reason(forged(sign_response=False, tamper=change)) == "spid-firma-malformata"


def test_an_altered_value_is_refused_whichever_part_is_signed() -> None:
    change = text(f"a:Assertion/{FISCAL_NUMBER}", f"TINIT-{MARCO.codice_fiscale}")

    assert reason(forged(tamper=change)) == "spid-firma-non-valida"
    assert reason(forged(sign_response=False, tamper=change)) == "spid-firma-non-valida"


# --- two identities, two identifiers


def test_two_signed_assertions_are_refused() -> None:
    def change(root: etree._Element) -> None:
        other = deepcopy(at("a:Assertion")(root))
        other.set("ID", "_second")
        root.append(other)

    assert reason(forged(change, sign_response=False)) == "spid-asserzione-ripetuta"


@pytest.mark.parametrize("spelling", ["ID", "Id", "id", "{http://www.w3.org/XML/1998/namespace}id"])
def test_an_identifier_used_twice_is_refused_however_it_is_spelled(spelling: str) -> None:
    def change(root: etree._Element) -> None:
        at("p:Status")(root).set(spelling, "_assertion")

    assert reason(forged(sign_response=False, tamper=change)) == "spid-id-ripetuto"


def test_an_assertion_that_is_not_a_child_of_the_response_is_refused() -> None:
    root = etree.fromstring(forged(sign_response=False))
    assertion = at("a:Assertion")(root)
    root.append(element("Extensions", assertion))

    assert reason(spell(root)) == MISPLACED


def test_an_encrypted_assertion_is_refused() -> None:
    def change(root: etree._Element) -> None:
        root.append(element("EncryptedAssertion", namespace=ASSERTION))

    assert reason(forged(sign_response=False, tamper=change)) == "spid-cifrato"


def test_an_attribute_sent_twice_is_refused() -> None:
    def change(root: etree._Element) -> None:
        statement = at("a:Assertion/a:AttributeStatement")(root)
        statement.append(deepcopy(statement[0]))

    assert reason(forged(change)) == "spid-attributo-ripetuto"


# --- the document itself


@pytest.mark.parametrize(
    "prologue",
    [
        b"<!DOCTYPE Response>",
        b'<!DOCTYPE Response [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        b'<!DOCTYPE r SYSTEM "http://169.254.169.254/x.dtd">',
    ],
)
def test_any_document_type_is_refused(prologue: bytes) -> None:
    declaration, _, rest = forged().partition(b"?>")

    assert reason(declaration + b"?>" + prologue + rest) == "spid-doctype"


def test_a_document_type_in_another_encoding_is_refused() -> None:
    content = forged().decode().partition("?>")[2]
    document = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE r>' + content

    assert reason(document.encode("utf-16")) == "spid-messaggio-non-xml"


@pytest.mark.parametrize("node", [etree.Comment("x"), etree.ProcessingInstruction("x", "y")])
@pytest.mark.norma("CVE-2018-0489", "", "commenti dentro i valori")
def test_a_value_split_by_a_comment_is_refused(node: etree._Element) -> None:
    """The canonical form drops the comment, so the signature still holds: the value must not."""

    def change(root: etree._Element) -> None:
        value = at(f"a:Assertion/{FISCAL_NUMBER}")(root)
        whole = value.text or ""
        value.text = whole[:10]
        value.append(deepcopy(node))
        value[0].tail = whole[10:]

    assert reason(forged(change)) == "spid-commento-nel-valore"


def test_a_comment_between_elements_is_harmless() -> None:
    def change(root: etree._Element) -> None:
        at("a:Assertion")(root).insert(1, etree.Comment("nota"))

    assert reason(forged(change)) == "accepted"


@pytest.mark.parametrize(
    "document",
    [b"", b"non XML", b"<a>", b"\xff\xfe", b"<Response/>", b"<a xmlns:b='c'><b:d/></a>"],
)
def test_what_is_not_a_response_is_refused(document: bytes) -> None:
    assert reason(document) in {"spid-messaggio-non-xml", "spid-non-risposta"}


def test_a_tree_too_deep_is_refused() -> None:
    assert reason(b"<a>" * 5000 + b"</a>" * 5000) == "spid-messaggio-non-xml"


def test_a_message_over_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(MessageTooLarge):
        decoded("A" * (256 * 1024 + 1))
    with pytest.raises(MessageTooLarge):
        decoded(base64.b64encode(b"x" * (MAX_DOCUMENT_BYTES + 1)).decode())
    with pytest.raises(MessageNotBase64):
        decoded("non è base64!")


def test_a_compressed_message_is_refused_when_it_grows_over_the_limit() -> None:
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    bomb = deflate.compress(b"<a/>" * 5_000_000) + deflate.flush()

    assert len(bomb) < 30_000
    with pytest.raises(MessageTooLarge):
        inflated(bomb)


# --- the provider that was asked, and no other


def test_another_provider_of_the_federation_cannot_answer_in_its_place() -> None:
    """CVE-2026-49283: its signature is true, but the request went elsewhere."""
    document = build(answer(identity_provider="https://altro-idp.example"), signer("altro-idp"))

    assert reason(document) == "spid-firma-non-valida"


def test_another_provider_that_calls_itself_the_right_one_is_refused() -> None:
    assert reason(build(answer(), signer("altro-idp"))) == "spid-firma-non-valida"


def test_what_key_info_says_is_never_used() -> None:
    """The right key with a stranger's certificate inside is accepted; the reverse is not."""

    def strange(root: etree._Element) -> None:
        for node in root.iter(f"{{{SIGNATURE}}}X509Certificate"):
            node.text = signer("stranger").certificate_text

    assert reason(forged(tamper=strange, sign_response=False)) == "accepted"


def test_the_identity_is_read_from_the_signed_octets_only() -> None:
    answered = verdict(forged(sign_response=False), to=asked(), now=NOW)

    assert answered.codice_fiscale == "FRRLNE75D52H501C"
