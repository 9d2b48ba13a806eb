# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Building Responses: the good ones of the demo, and every bad one that a test can think of.

`build` makes the tree from an `Answer`, lets `mend` change it, signs the Assertion, then the
Response, and lets `tamper` change what is already signed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import xmlsec
from lxml import etree
from lxml.builder import ElementMaker
from xmlsec import constants

from demo.idp.keys import Signer

PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XS = "http://www.w3.org/2001/XMLSchema"
FORMAT_ENTITY = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
FORMAT_TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
FORMAT_BASIC = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
LEVEL = "https://www.spid.gov.it/SpidL"
NSMAP = {"samlp": PROTOCOL, "saml": ASSERTION}
NAMES = {"p": PROTOCOL, "a": ASSERTION, "ds": SIGNATURE}

P: Any = ElementMaker(namespace=PROTOCOL, nsmap=NSMAP)
A: Any = ElementMaker(namespace=ASSERTION, nsmap=NSMAP)

Change = Callable[[etree._Element], None]

ALGORITHMS: dict[str, tuple[Any, Any]] = {
    "rsa-sha256": (constants.TransformRsaSha256, constants.TransformSha256),
    "rsa-sha384": (constants.TransformRsaSha384, constants.TransformSha384),
    "rsa-sha512": (constants.TransformRsaSha512, constants.TransformSha512),
    "rsa-sha1": (constants.TransformRsaSha1, constants.TransformSha1),
    "rsa-sha256-digest-sha1": (constants.TransformRsaSha256, constants.TransformSha1),
}


def new_id() -> str:
    return f"_{secrets.token_hex(16)}"


def utc(at: datetime) -> str:
    """Spell an instant as SPID asks: UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the Response says. `at` is the instant of the log-in, UTC."""

    request_id: str
    destination: str
    service_provider: str
    identity_provider: str
    at: datetime
    level: int = 2
    attributes: Mapping[str, str] = field(default_factory=dict)
    session_index: str = ""
    lifetime: timedelta = timedelta(minutes=5)
    response_id: str = field(default_factory=new_id)
    assertion_id: str = field(default_factory=new_id)
    name_id: str = field(default_factory=new_id)


def build(
    answer: Answer,
    signer: Signer,
    *,
    sign_response: bool = True,
    sign_assertion: bool = True,
    algorithm: str = "rsa-sha256",
    assertion_signer: Signer | None = None,
    mend: Change | None = None,
    tamper: Change | None = None,
) -> bytes:
    """Return the document of a successful Response, signed as asked."""
    root = tree(answer)
    if mend is not None:
        mend(root)
    assertion = root.find(f"{{{ASSERTION}}}Assertion")
    if sign_assertion and assertion is not None:
        sign(assertion, assertion_signer or signer, algorithm)
    if sign_response:
        sign(root, signer, algorithm)
    if tamper is not None:
        # Read anew: searches by name do not see the nodes that xmlsec has made.
        root = etree.fromstring(etree.tostring(root))
        tamper(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def build_failure(
    answer: Answer,
    signer: Signer | None,
    *,
    number: int | None,
    top: str = "Responder",
    second: str = "AuthnFailed",
) -> bytes:
    """Return the Response of a log-in that failed with SPID's error `number`.

    It is not signed if there is no signer.
    """
    status = P.Status(P.StatusCode(P.StatusCode(Value=STATUS + second), Value=STATUS + top))
    if number is not None:
        status.append(P.StatusMessage(f"ErrorCode nr{number:02d}"))
    root = _response(answer, status)
    if signer is not None:
        sign(root, signer)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def tree(answer: Answer) -> etree._Element:
    """Return the unsigned Response of a successful log-in."""
    root = _response(answer, P.Status(P.StatusCode(Value=STATUS + "Success")))
    root.append(_assertion(answer))
    return root


def _response(answer: Answer, status: etree._Element) -> etree._Element:
    made: etree._Element = P.Response(
        A.Issuer(answer.identity_provider, Format=FORMAT_ENTITY),
        status,
        ID=answer.response_id,
        Version="2.0",
        IssueInstant=utc(answer.at),
        InResponseTo=answer.request_id,
        Destination=answer.destination,
    )
    return made


def _assertion(answer: Answer) -> etree._Element:
    end = utc(answer.at + answer.lifetime)
    statement = A.AuthnStatement(
        A.AuthnContext(A.AuthnContextClassRef(f"{LEVEL}{answer.level}")),
        AuthnInstant=utc(answer.at),
    )
    if answer.session_index:
        statement.set("SessionIndex", answer.session_index)
    made: etree._Element = A.Assertion(
        A.Issuer(answer.identity_provider, Format=FORMAT_ENTITY),
        A.Subject(
            A.NameID(
                answer.name_id, Format=FORMAT_TRANSIENT, NameQualifier=answer.identity_provider
            ),
            A.SubjectConfirmation(
                A.SubjectConfirmationData(
                    Recipient=answer.destination,
                    InResponseTo=answer.request_id,
                    NotOnOrAfter=end,
                ),
                Method="urn:oasis:names:tc:SAML:2.0:cm:bearer",
            ),
        ),
        A.Conditions(
            A.AudienceRestriction(A.Audience(answer.service_provider)),
            NotBefore=utc(answer.at),
            NotOnOrAfter=end,
        ),
        statement,
        A.AttributeStatement(
            *[_attribute(name, value) for name, value in answer.attributes.items()]
        ),
        ID=answer.assertion_id,
        Version="2.0",
        IssueInstant=utc(answer.at),
    )
    return made


def _attribute(name: str, value: str) -> etree._Element:
    kind = "xs:date" if name in {"dateOfBirth", "expirationDate"} else "xs:string"
    content = etree.Element(
        f"{{{ASSERTION}}}AttributeValue", nsmap={"saml": ASSERTION, "xs": XS, "xsi": XSI}
    )
    content.set(f"{{{XSI}}}type", kind)
    content.text = value
    made: etree._Element = A.Attribute(content, Name=name, NameFormat=FORMAT_BASIC)
    return made


def sign(node: etree._Element, signer: Signer, algorithm: str = "rsa-sha256") -> None:
    """Sign `node` in place, after its Issuer."""
    method, digest = ALGORITHMS[algorithm]
    signature = xmlsec.template.create(node, constants.TransformExclC14N, method, ns="ds")
    issuer = node.find(f"{{{ASSERTION}}}Issuer")
    node.insert(0 if issuer is None else node.index(issuer) + 1, signature)
    identifier = node.get("ID")
    reference = xmlsec.template.add_reference(
        signature, digest, uri=f"#{identifier}" if identifier else ""
    )
    xmlsec.template.add_transform(reference, constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, constants.TransformExclC14N)
    data = xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
    etree.SubElement(data, f"{{{SIGNATURE}}}X509Certificate").text = signer.certificate_text
    context = xmlsec.SignatureContext()
    context.key = signer.xmlsec
    if identifier:
        context.register_id(node, "ID")
    context.sign(signature)
