# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Handlers for faults outside the views; `config/urls.py` and CSRF_FAILURE_VIEW name them."""

from __future__ import annotations

import logging
import sys
from typing import Final

from django.http import HttpRequest, HttpResponse

from iam.web.middleware import answer, shown

log = logging.getLogger(__name__)

STALE_FORM: Final = (
    "La pagina era aperta da troppo tempo, oppure il browser non accetta i cookie. "
    "Non è cambiato nulla: torna indietro, ricarica la pagina e riprova."
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, exception)


def broken(request: HttpRequest) -> HttpResponse:
    return answer(request, sys.exception())


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose cross-site token does not match."""
    log.warning("cross-site check failed: %s", reason)
    return shown(request, 403, code="pagina-scaduta", sentence=STALE_FORM)
