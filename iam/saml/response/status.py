# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the log-in ended, in the provider's words.

The number in StatusMessage is read, not the second-level code: some providers send
RequestUnsupported with a cancellation.
"""

from __future__ import annotations

import re

from lxml import etree

from iam.saml.errors import (
    Cancelled,
    CardUnusable,
    CieCancelled,
    CieConsentDenied,
    CieTimeRanOut,
    ConsentDenied,
    IdentityBlocked,
    LevelNotHeld,
    LoginFailed,
    OurFault,
    StatusCodeMissing,
    StatusMissing,
    TimeRanOut,
    TooManyAttempts,
    WrongIdentityType,
)
from iam.saml.types import Asked, Scheme
from iam.saml.xml.names import SUCCESS, samlp
from iam.saml.xml.reading import value_of

NUMBER = re.compile(r"ErrorCode\s*nr\s*0*(\d{1,2})", re.IGNORECASE)

OUTCOMES: dict[int, type[LoginFailed]] = {
    19: TooManyAttempts,
    20: LevelNotHeld,
    21: TimeRanOut,
    22: ConsentDenied,
    23: IdentityBlocked,
    25: Cancelled,
    30: WrongIdentityType,
}
OUTCOMES_CIE: dict[int, type[LoginFailed]] = {
    21: CieTimeRanOut,
    22: CieConsentDenied,
    23: CardUnusable,
    25: CieCancelled,
}
"""CIE keeps 19, 20 and 24 for itself, and 23 speaks of the card. Source: CIE, error codes."""

OUTCOMES_EIDAS: dict[int, type[LoginFailed]] = {
    21: TimeRanOut,
    22: ConsentDenied,
    25: Cancelled,
}
"""The rest of SPID's speaks of a SPID provider, which a person from abroad does not have."""

OUTCOMES_OF = {Scheme.SPID: OUTCOMES, Scheme.CIE: OUTCOMES_CIE, Scheme.EIDAS: OUTCOMES_EIDAS}

OUR_FAULTS = range(8, 19)
"""From "message not conformant" to "attribute set unknown": the request was wrong."""


def check_status(response: etree._Element, asked: Asked) -> None:
    """Return if the log-in succeeded. Raises the refusal of its outcome.

    Source: RT, Response and table of error codes; tests 22 to 26, 104 to 108, 111.
    """
    status = response.find(samlp("Status"))
    if status is None or not len(status):
        raise StatusMissing()
    code = status.find(samlp("StatusCode"))
    if code is None or not code.get("Value"):
        raise StatusCodeMissing()
    if code.get("Value") == SUCCESS:
        return
    found = NUMBER.search(value_of(status.find(samlp("StatusMessage"))))
    number = int(found[1]) if found else 0
    if number in OUR_FAULTS:
        raise OurFault(number=number)
    raise OUTCOMES_OF[asked.scheme].get(number, LoginFailed)()
