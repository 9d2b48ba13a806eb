# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Logout messages of the simulated provider."""

from __future__ import annotations

from datetime import datetime

from lxml import etree

from demo.idp.keys import Signer
from demo.idp.responses import FORMAT_ENTITY, FORMAT_TRANSIENT, STATUS, A, P, new_id, sign, utc


def logout_request(
    signer: Signer,
    *,
    issuer: str,
    destination: str,
    name_id: str,
    session_index: str,
    at: datetime,
) -> bytes:
    """Return a signed request to send a person away."""
    root = P.LogoutRequest(
        A.Issuer(issuer, Format=FORMAT_ENTITY),
        A.NameID(name_id, Format=FORMAT_TRANSIENT, NameQualifier=issuer),
        ID=new_id(),
        Version="2.0",
        IssueInstant=utc(at),
        Destination=destination,
    )
    if session_index:
        root.append(P.SessionIndex(session_index))
    sign(root, signer)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def logout_response(
    signer: Signer, *, issuer: str, destination: str, in_response_to: str, at: datetime
) -> bytes:
    """Return a signed answer: done."""
    root = P.LogoutResponse(
        A.Issuer(issuer, Format=FORMAT_ENTITY),
        P.Status(P.StatusCode(Value=f"{STATUS}Success")),
        ID=new_id(),
        Version="2.0",
        IssueInstant=utc(at),
        Destination=destination,
        InResponseTo=in_response_to,
    )
    sign(root, signer)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
