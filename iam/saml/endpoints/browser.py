# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The browser that a request belongs to, recognised when the answer comes back.

The answer is a POST from the provider's site, and on such a POST a browser sends only
cookies marked SameSite=None, which must be Secure. So the session cookie stays Lax and is
never needed here, and this one, which opens nothing, travels: it says only "the same browser
that asked". On plain http (development, loopback) no cookie may be None: there all parties are
ports of the same host, hence the same site, and Lax is enough.

One value for each browser, kept while it is used, so that two tabs do not undo each other.
"""

from __future__ import annotations

import re
import secrets
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "iam_spid"
PATH = "/"
LIFETIME_SECONDS = 60 * 60
VALUE = re.compile(r"[0-9a-f]{64}")


def browser_of(request: HttpRequest) -> bytes:
    """Return the SHA-256 of this browser's cookie; without one, what matches no request."""
    value = request.COOKIES.get(COOKIE, "")
    return sha256(value.encode()).digest() if VALUE.fullmatch(value) else b""


def known_or_new(request: HttpRequest) -> str:
    """Return the value of this browser's cookie, a new one if it has none."""
    value = request.COOKIES.get(COOKIE, "")
    return value if VALUE.fullmatch(value) else secrets.token_hex(32)


def remember(response: HttpResponse, value: str) -> None:
    """Set the cookie, as the scheme of our own address allows."""
    secure = settings.BASE_URL.startswith("https:")
    response.set_cookie(
        COOKIE,
        value,
        max_age=LIFETIME_SECONDS,
        path=PATH,
        secure=secure,
        httponly=True,
        samesite="None" if secure else "Lax",
    )
