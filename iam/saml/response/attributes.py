# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the provider says of the person."""

from __future__ import annotations

import re

from lxml import etree
from stdnum.it import codicefiscale

from iam.saml.errors import (
    AttributeRepeated,
    AttributesIncomplete,
    AttributesMissing,
    FiscalNumberMalformed,
    ForeignIdentifierMalformed,
)
from iam.saml.types import Asked, Scheme
from iam.saml.xml.names import saml
from iam.saml.xml.reading import value_of

FISCAL_NUMBER = "fiscalNumber"
PREFIX = "TINIT-"
SPID_CODE = "spidCode"
IDENTIFIER = re.compile(r"[!-~]{1,256}")


def check_attributes(assertion: etree._Element, asked: Asked) -> dict[str, str]:
    """Return the attributes that have a value, by name; NameFormat and type do not matter.

    Of the eIDAS node only what was asked is believed: a codice fiscale that came with it would
    be nobody's word, as no State vouches for another's.
    Source: RT, attributes; tests 98, 99, 103, 109.
    """
    values: dict[str, str] = {}
    for attribute in assertion.iterfind(f"{saml('AttributeStatement')}/{saml('Attribute')}"):
        name = attribute.get("Name") or ""
        if name in values:
            raise AttributeRepeated()
        value = value_of(attribute.find(saml("AttributeValue")))
        if value:
            values[name] = value
    if not values:
        raise AttributesMissing()
    missing = asked.required_attributes - values.keys()
    if missing:
        raise AttributesIncomplete(missing=", ".join(sorted(missing)))
    if asked.scheme is Scheme.EIDAS:
        _check_identifier(values[SPID_CODE])
        return {name: value for name, value in values.items() if name in asked.required_attributes}
    _check_fiscal_number(values.get(FISCAL_NUMBER))
    return values


def _check_identifier(value: str) -> None:
    """The identifier of another State is any printable text, of a length that a row can hold.

    Source: eIDAS SAML attribute profile, 2.2.3.
    """
    if not IDENTIFIER.fullmatch(value):
        raise ForeignIdentifierMalformed()


def _check_fiscal_number(value: str | None) -> None:
    if value is None:
        return
    code = value.upper()
    if not code.startswith(PREFIX) or not codicefiscale.is_valid(code.removeprefix(PREFIX)):
        raise FiscalNumberMalformed()
