# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the tree of a Response to a verified identity, in one fixed order."""

from __future__ import annotations

from datetime import datetime

from lxml import etree

from iam.saml.errors import AssertionMissing
from iam.saml.response.attributes import check_attributes
from iam.saml.response.authn_context import check_authn_context
from iam.saml.response.conditions import check_conditions
from iam.saml.response.destination import check_destination
from iam.saml.response.envelope import ASSERTION, RESPONSE, check_envelope
from iam.saml.response.signature import check_signatures
from iam.saml.response.status import check_status
from iam.saml.response.subject import check_subject
from iam.saml.types import Answered, Asked
from iam.saml.xml.schema import check_schema


def verify(root: etree._Element, asked: Asked, *, now: datetime) -> Answered:
    """Return what the Response says, all of it covered by the provider's signature.

    `root` is as received; `now` is UTC. Raises a `ResponseRefused`: the first check that
    fails. The schema comes last, so that each defect meets its own reason first.
    """
    response, assertion = check_signatures(root, asked)
    check_destination(response, asked)
    check_envelope(response, asked, now=now, refusals=RESPONSE)
    check_status(response, asked)
    if assertion is None:
        raise AssertionMissing()
    check_envelope(assertion, asked, now=now, refusals=ASSERTION)
    name_id, name_qualifier = check_subject(assertion, asked, now=now)
    check_conditions(assertion, asked, now=now)
    level, session_index = check_authn_context(assertion, asked)
    attributes = check_attributes(assertion, asked)
    check_schema(root, kind="protocol")
    return Answered(
        response_id=response.get("ID") or "",
        assertion_id=assertion.get("ID") or "",
        level=level,
        name_id=name_id,
        name_qualifier=name_qualifier,
        session_index=session_index,
        attributes=attributes,
    )
