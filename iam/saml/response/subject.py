# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who the Assertion is about, and that its bearer may show it to us."""

from __future__ import annotations

from datetime import datetime

from lxml import etree

from iam.saml.errors import (
    ConfirmationDataMissing,
    ConfirmationEndMalformed,
    ConfirmationEndMissing,
    ConfirmationExpired,
    ConfirmationMethodWrong,
    ConfirmationMissing,
    ConfirmationRequestMissing,
    ConfirmationRequestWrong,
    NameIdFormatWrong,
    NameIdMissing,
    NameQualifierMissing,
    RecipientMissing,
    RecipientWrong,
    SubjectMissing,
)
from iam.saml.response.instants import SKEW, instant
from iam.saml.types import Asked
from iam.saml.xml.names import BEARER, FORMAT_TRANSIENT, saml
from iam.saml.xml.reading import value_of


def check_subject(assertion: etree._Element, asked: Asked, *, now: datetime) -> tuple[str, str]:
    """Return the transient name of the subject and who gave it.

    Source: RT, Subject; SAML 2.0 Profiles, 4.1.4.2; tests 41 to 66.
    """
    subject = assertion.find(saml("Subject"))
    if subject is None or not len(subject):
        raise SubjectMissing()
    name, qualifier = _name_of(subject)
    confirmations = subject.findall(saml("SubjectConfirmation"))
    if not confirmations:
        raise ConfirmationMissing()
    for confirmation in confirmations:
        _check_confirmation(confirmation, asked, now=now)
    return name, qualifier


def _name_of(subject: etree._Element) -> tuple[str, str]:
    name_id = subject.find(saml("NameID"))
    if name_id is None or not value_of(name_id):
        raise NameIdMissing()
    if name_id.get("Format") != FORMAT_TRANSIENT:
        raise NameIdFormatWrong()
    qualifier = name_id.get("NameQualifier")
    if not qualifier:
        raise NameQualifierMissing()
    return value_of(name_id), qualifier


def _check_confirmation(confirmation: etree._Element, asked: Asked, *, now: datetime) -> None:
    """SAML accepts one good confirmation among several; SPID sends one, so all must be good."""
    if not (confirmation.attrib or len(confirmation)):
        raise ConfirmationMissing()
    if confirmation.get("Method") != BEARER:
        raise ConfirmationMethodWrong()
    data = confirmation.find(saml("SubjectConfirmationData"))
    if data is None:
        raise ConfirmationDataMissing()
    if not data.get("Recipient"):
        raise RecipientMissing()
    if data.get("Recipient") != asked.address:
        raise RecipientWrong()
    if not data.get("InResponseTo"):
        raise ConfirmationRequestMissing()
    if data.get("InResponseTo") != asked.request_id:
        raise ConfirmationRequestWrong()
    end = instant(
        data.get("NotOnOrAfter"), absent=ConfirmationEndMissing, malformed=ConfirmationEndMalformed
    )
    if now >= end + SKEW:
        raise ConfirmationExpired()
