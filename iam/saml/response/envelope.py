# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What Response and Assertion have in common: ID, Version, IssueInstant, Issuer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from iam.saml import errors
from iam.saml.errors import ResponseRefused
from iam.saml.response.instants import SKEW, instant
from iam.saml.types import Asked, Scheme
from iam.saml.xml.names import FORMAT_ENTITY, saml
from iam.saml.xml.reading import value_of


@dataclass(frozen=True)
class Refusals:
    """The refusals of one of the two envelopes."""

    id_missing: type[ResponseRefused]
    version_wrong: type[ResponseRefused]
    instant_missing: type[ResponseRefused]
    instant_malformed: type[ResponseRefused]
    before_request: type[ResponseRefused]
    from_future: type[ResponseRefused]
    issuer_missing: type[ResponseRefused]
    issuer_wrong: type[ResponseRefused]
    issuer_format_wrong: type[ResponseRefused]


RESPONSE = Refusals(
    errors.ResponseIdMissing,
    errors.ResponseVersionWrong,
    errors.ResponseInstantMissing,
    errors.ResponseInstantMalformed,
    errors.ResponseBeforeRequest,
    errors.ResponseFromFuture,
    errors.ResponseIssuerMissing,
    errors.ResponseIssuerWrong,
    errors.ResponseIssuerFormatWrong,
)
ASSERTION = Refusals(
    errors.AssertionIdMissing,
    errors.AssertionVersionWrong,
    errors.AssertionInstantMissing,
    errors.AssertionInstantMalformed,
    errors.AssertionBeforeRequest,
    errors.AssertionFromFuture,
    errors.AssertionIssuerMissing,
    errors.AssertionIssuerWrong,
    errors.AssertionIssuerFormatWrong,
)


def check_envelope(
    node: etree._Element, asked: Asked, *, now: datetime, refusals: Refusals
) -> None:
    """Return if `node` is a 2.0 message of the provider asked, made after the request.

    Its instant may be off by the clock skew either way. Source: RT, Response and Assertion;
    tests 8 to 15, 27 to 31, 33 to 40, 67 to 72.
    """
    if not node.get("ID"):
        raise refusals.id_missing()
    if node.get("Version") != "2.0":
        raise refusals.version_wrong()
    issued_at = instant(
        node.get("IssueInstant"),
        absent=refusals.instant_missing,
        malformed=refusals.instant_malformed,
    )
    if issued_at < asked.issued_at - SKEW:
        raise refusals.before_request()
    if issued_at > now + SKEW:
        raise refusals.from_future()
    _check_issuer(node, asked, refusals)


def _check_issuer(node: etree._Element, asked: Asked, refusals: Refusals) -> None:
    issuer = node.find(saml("Issuer"))
    if issuer is None or not value_of(issuer):
        raise refusals.issuer_missing()
    if value_of(issuer) != asked.identity_provider:
        raise refusals.issuer_wrong()
    if issuer.get("Format") not in _formats(asked, refusals):
        raise refusals.issuer_format_wrong()


def _formats(asked: Asked, refusals: Refusals) -> tuple[str | None, ...]:
    """The Format may be left out of a Response always, and of an Assertion by CIE only."""
    if refusals is RESPONSE or asked.scheme is Scheme.CIE:
        return (FORMAT_ENTITY, None)
    return (FORMAT_ENTITY,)
