# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""When and for whom the Assertion is valid."""

from __future__ import annotations

from datetime import datetime, timedelta

from lxml import etree

from iam.saml.errors import (
    AssertionExpired,
    AssertionNotYetValid,
    AudienceMissing,
    AudienceRestrictionMissing,
    AudienceWrong,
    ConditionsMissing,
    NotBeforeMalformed,
    NotBeforeMissing,
    NotOnOrAfterMalformed,
    NotOnOrAfterMissing,
)
from iam.saml.response.instants import SKEW, instant
from iam.saml.types import Asked
from iam.saml.xml.names import saml
from iam.saml.xml.reading import value_of


def check_conditions(assertion: etree._Element, asked: Asked, *, now: datetime) -> None:
    """Return if the Assertion is valid at `now` and its audience is us.

    Source: SAML 2.0 Core, 2.5; RT, Conditions; tests 73 to 87.
    """
    conditions = assertion.find(saml("Conditions"))
    if conditions is None or not (conditions.attrib or len(conditions)):
        raise ConditionsMissing()
    not_before = instant(
        conditions.get("NotBefore"), absent=NotBeforeMissing, malformed=NotBeforeMalformed
    )
    not_on_or_after = instant(
        conditions.get("NotOnOrAfter"), absent=NotOnOrAfterMissing, malformed=NotOnOrAfterMalformed
    )
    check_window(not_before, not_on_or_after, now=now, skew=SKEW)
    _check_audience(conditions, asked)


def check_window(
    not_before: datetime, not_on_or_after: datetime, *, now: datetime, skew: timedelta
) -> None:
    """Return if an Assertion may be used at `now`. All instants are aware, in UTC.

    The first instant is included and the last is not; `skew` widens both ends, because the
    clocks of identity providers drift. Source: SAML 2.0 Core, 2.5.1.2.
    """
    if now < not_before - skew:
        raise AssertionNotYetValid()
    if now >= not_on_or_after + skew:
        raise AssertionExpired()


def _check_audience(conditions: etree._Element, asked: Asked) -> None:
    """Every restriction must name us. Source: SAML 2.0 Core, 2.5.1.4."""
    restrictions = conditions.findall(saml("AudienceRestriction"))
    if not restrictions:
        raise AudienceRestrictionMissing()
    for restriction in restrictions:
        audiences = [value_of(audience) for audience in restriction.findall(saml("Audience"))]
        if not any(audiences):
            raise AudienceMissing()
        if asked.service_provider not in audiences:
            raise AudienceWrong()
