# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether the Response is for us and for this request."""

from __future__ import annotations

from lxml import etree

from iam.saml.errors import (
    DestinationMissing,
    DestinationWrong,
    InResponseToMissing,
    InResponseToWrong,
)
from iam.saml.types import Asked


def check_destination(response: etree._Element, asked: Asked) -> None:
    """Return if the Response was sent to our address, as the answer to our request.

    Source: RT, Response; tests 16 to 21.
    """
    in_response_to = response.get("InResponseTo")
    if not in_response_to:
        raise InResponseToMissing()
    if in_response_to != asked.request_id:
        raise InResponseToWrong()
    destination = response.get("Destination")
    if not destination:
        raise DestinationMissing()
    if destination != asked.address:
        raise DestinationWrong()
