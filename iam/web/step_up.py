# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""An operation that asks for more than the log-in gave: a fresh one, or a higher level.

The person logs in again at her own provider, and comes back to the page where she was. What was
refused stays refused: she repeats it, and the law is asked again.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from iam.accounts.sessions.opening import session_facts
from iam.kernel.demands import HIGHEST_LEVEL
from iam.kernel.errors import Denied, DomainError
from iam.kernel.law import LOG_IN_AGAIN

LEVEL: Final = 2
HIGHER: Final = "livello-richiesto"


def is_asked_by(fault: DomainError) -> bool:
    """Return whether a new log-in of the same person is all that is missing."""
    return (
        isinstance(fault, Denied) and bool(fault.reasons) and LOG_IN_AGAIN.issuperset(fault.reasons)
    )


def asked(
    request: HttpRequest, *, level: int = LEVEL, back: str, sentence: str = "", code: str = ""
) -> dict[str, Any]:
    """Return what the page needs: where the log-in starts, at which provider, and the way back."""
    facts = session_facts(request)
    return {
        "start": f"/{facts.scheme}/login/" if facts else "",
        "idp": facts.idp if facts else "",
        "level": level,
        "next": back,
        "sentence": sentence,
        "code": code,
    }


def level_of(fault: Denied) -> int:
    return HIGHEST_LEVEL if HIGHER in fault.reasons else LEVEL


def where_she_was(request: HttpRequest) -> str:
    """Return the page that showed the form, or this one if it was only being read."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    came_from = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()})
    parts = urlsplit(came_from)
    if not ours or not parts.netloc or not parts.path.startswith("/"):
        return "/"
    back = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "/"
