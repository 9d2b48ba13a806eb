# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An identity provider in a test's hands: good Responses, and ways to spoil them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from lxml import etree

from demo.idp.keys import Signer, new_signer
from demo.idp.responses import NAMES, Answer, Change, build
from demo.personas import ELENA
from iam.saml.errors import ResponseRefused
from iam.saml.response.verification import verify
from iam.saml.types import Answered, Asked, Comparison, Scheme
from iam.saml.xml.reading import parsed

NOW = datetime(2026, 11, 21, 20, 31, 7, tzinfo=UTC)
REQUEST = "_0123456789abcdef0123456789abcdef"
ACS = "https://accessi.example/spid/acs/"
US = "https://accessi.example/spid/metadata/"
IDP = "https://idp.example"

ATTRIBUTES = {
    "spidCode": ELENA.spid_code,
    "name": ELENA.given_name,
    "familyName": ELENA.family_name,
    "fiscalNumber": f"TINIT-{ELENA.codice_fiscale}",
    "email": ELENA.email,
}


def signer(name: str = "idp") -> Signer:
    """Return a key by name, made once a run; 2048 bits, to be quick."""
    return _made(name)


@cache
def _made(name: str) -> Signer:
    return new_signer(bits=2048, name=name)


def answer(**changes: object) -> Answer:
    """Return Elena's good answer to the test's request, with `changes`."""
    good = Answer(
        request_id=REQUEST,
        destination=ACS,
        service_provider=US,
        identity_provider=IDP,
        at=NOW,
        attributes=ATTRIBUTES,
        response_id="_response",
        assertion_id="_assertion",
    )
    return replace(good, **changes)  # type: ignore[arg-type]  # the names are those of Answer


def asked(**changes: object) -> Asked:
    """Return what the test's request asked, two seconds before the answer."""
    good = Asked(
        scheme=Scheme.SPID,
        request_id=REQUEST,
        issued_at=NOW - timedelta(seconds=2),
        address=ACS,
        service_provider=US,
        identity_provider=IDP,
        certificates=(signer().certificate,),
        level=2,
        comparison=Comparison.MINIMUM,
        required_attributes=frozenset({"name", "familyName", "fiscalNumber"}),
    )
    return replace(good, **changes)  # type: ignore[arg-type]  # the names are those of Asked


def verdict(
    document: bytes, *, to: Asked | None = None, now: datetime = NOW + timedelta(seconds=3)
) -> Answered:
    """Verify `document` as the service does, from its bytes."""
    return verify(parsed(document), to or asked(), now=now)


def reason(document: bytes, **how: object) -> str:
    """Return the reason code of the refusal, or `accepted`."""
    try:
        verdict(document, **how)  # type: ignore[arg-type]  # passed on as they are
    except ResponseRefused as refusal:
        return refusal.code
    return "accepted"


def forged(mend: Change | None = None, **how: object) -> bytes:
    """Return Elena's Response, changed before it is signed: the provider itself is wrong."""
    return build(answer(), signer(), mend=mend, **how)  # type: ignore[arg-type]  # as they are


# --- changes, in the words of the tests


def at(path: str) -> Callable[[etree._Element], etree._Element]:
    """Return a function that finds the one element at `path` (prefixes p, a, ds)."""

    def find(root: etree._Element) -> etree._Element:
        found = root if path == "." else root.find(path, NAMES)
        assert found is not None, path
        return found

    return find


def attribute(path: str, name: str, value: str | None) -> Change:
    """Set an XML attribute, or remove it."""

    def change(root: etree._Element) -> None:
        node = at(path)(root)
        if value is None:
            node.attrib.pop(name, "")
        else:
            node.set(name, value)

    return change


def text(path: str, value: str) -> Change:
    def change(root: etree._Element) -> None:
        at(path)(root).text = value

    return change


def removed(path: str) -> Change:
    def change(root: etree._Element) -> None:
        node = at(path)(root)
        parent = node.getparent()
        assert parent is not None
        parent.remove(node)

    return change


def emptied(path: str) -> Change:
    """Leave the element, without attributes, children or text."""

    def change(root: etree._Element) -> None:
        at(path)(root).clear()

    return change
