# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Instants in messages. Source: SAML 2.0 Core, 1.3.3; RT: always UTC."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from iam.saml.errors import ResponseRefused

SKEW = timedelta(seconds=60)
"""How far the clocks of others may be from ours, either way."""

UTC_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|\+00:00)")


def instant(
    text: str | None, *, absent: type[ResponseRefused], malformed: type[ResponseRefused]
) -> datetime:
    """Return the instant that `text` says, with or without fractions of a second.

    Raises `absent` if there is none or `malformed` if it cannot be read.
    """
    if text is None:
        raise absent()
    if not UTC_INSTANT.fullmatch(text):
        raise malformed()
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise malformed() from None
