# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""With which level the person authenticated."""

from __future__ import annotations

import re

from lxml import etree

from iam.saml.errors import (
    AuthnContextMissing,
    AuthnStatementMissing,
    ClassMissing,
    ClassUnknown,
    LevelTooLow,
)
from iam.saml.types import Asked
from iam.saml.xml.names import SPID_LEVEL, saml
from iam.saml.xml.reading import value_of

LEVEL = re.compile(re.escape(SPID_LEVEL) + "([123])")


def check_authn_context(assertion: etree._Element, asked: Asked) -> tuple[int, str]:
    """Return the level (1 to 3) and the session index, empty where there is none.

    A level above the one asked is always good; one below never is, whatever the comparison
    in the request: it was chosen for the person, not for the protection of the data.
    Only level 1 has a session at the provider. Source: RT, AuthnStatement; tests 88 to 97.
    """
    statement = assertion.find(saml("AuthnStatement"))
    if statement is None or not (statement.attrib or len(statement)):
        raise AuthnStatementMissing()
    context = statement.find(saml("AuthnContext"))
    if context is None or not len(context):
        raise AuthnContextMissing()
    named = value_of(context.find(saml("AuthnContextClassRef")))
    if not named:
        raise ClassMissing()
    match = LEVEL.fullmatch(named)
    if match is None:
        raise ClassUnknown()
    level = int(match[1])
    if level < asked.level:
        raise LevelTooLow(level=level, needed=asked.level)
    return level, statement.get("SessionIndex") or ""
