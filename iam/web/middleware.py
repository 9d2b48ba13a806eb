# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Refusals become pages; our faults become a plain sentence with a reference."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from typing import Final

from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from iam.kernel.errors import Denied, DomainError, NotFound
from iam.web import step_up

log = logging.getLogger(__name__)

# Paths that machines call: they get RFC 9457 problem documents.
MACHINE_PATHS: Final = (
    "/api/",
    "/access/",
    "/scim/",
    "/.well-known/",
    "/healthz",
    "/readyz",
    "/oauth/token/",
    "/oauth/revoke/",
    "/oauth/introspect/",
)
TEMPLATES: Final = {
    403: "403",
    404: "404",
    409: "409",
    410: "404",
    429: "429",
    500: "500",
    503: "503",
}


class RefusalMiddleware:
    """Answers a refusal with its sentence, its code and its status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse:
        return answer(request, fault)


def answer(request: HttpRequest, fault: BaseException | None) -> HttpResponse:
    """Return the page, or the problem document, for what went wrong."""
    match fault:
        case Denied() if step_up.is_asked_by(fault) and not for_machines(request):
            return once_more(request, fault)
        case DomainError():
            return refusal(request, fault)
        case Http404():
            return refusal(request, NotFound())
        case PermissionDenied():
            return shown(request, 403, code="non-autorizzato", sentence=FORBIDDEN)
        case SessionInterrupted():
            return shown(request, 403, code="sessione-finita", sentence=ENDED)
        case SuspiciousOperation() | BadRequest():
            return shown(request, 400, code="richiesta-non-valida", sentence=UNREADABLE)
        case OperationalError() | InterfaceError():
            reference = reference_of(request)
            log.error("database unreachable", extra={"reference": reference}, exc_info=fault)
            return shown(request, 503, code="servizio-non-disponibile", reference=reference)
        case _:
            reference = reference_of(request)
            log.error("unexpected fault", extra={"reference": reference}, exc_info=fault)
            return shown(request, 500, code="errore-interno", reference=reference)


# Headlines of refusals whose status alone would say too little.
HEADLINES: Final = {
    "link-sconosciuto": "Questo link non vale",
    "link-scaduto": "Il link è scaduto",
    "persona-diversa": "Questo link è per un'altra persona",
    "pagina-scaduta": "La pagina è rimasta aperta troppo a lungo",
    "sessione-finita": "La sessione è finita",
}
ENDED: Final = (
    "Mentre preparavamo la pagina la sessione è stata chiusa, forse da un'altra finestra. "
    "Entra di nuovo e controlla se la tua ultima operazione risulta fatta."
)
FORBIDDEN: Final = (
    "Non puoi aprire questa pagina con il profilo in uso. Torna all'inizio e controlla il profilo."
)
UNREADABLE: Final = (
    "La richiesta non è arrivata in una forma che possiamo leggere. "
    "Torna alla pagina precedente e riprova."
)


def refusal(request: HttpRequest, fault: DomainError) -> HttpResponse:
    response = shown(request, fault.status, code=fault.code, sentence=fault.sentence)
    if fault.status == 429:
        response["Retry-After"] = str(fault.facts["seconds"])
    return response


def once_more(request: HttpRequest, fault: Denied) -> HttpResponse:
    """Refuse, and offer the log-in that would do."""
    told = step_up.asked(
        request,
        level=step_up.level_of(fault),
        back=step_up.where_she_was(request),
        sentence=fault.sentence,
        code=fault.reasons[0],
    )
    response = render(request, "web/entra_di_nuovo.html", {"quiet": True, **told}, status=403)
    response["Cache-Control"] = "no-store"
    return response


def reference_of(request: HttpRequest) -> str:
    """Return what the person reads to the assistance and the logs also carry."""
    return str(getattr(request, "request_id", "") or secrets.token_hex(6))


def shown(
    request: HttpRequest, status: int, *, code: str, sentence: str = "", reference: str = ""
) -> HttpResponse:
    """Render the error `status`; touches neither the session nor the database."""
    if for_machines(request):
        return problem(status, code=code, sentence=sentence, reference=reference)
    name = TEMPLATES.get(status, "409" if status < 500 else "500")
    body = render_to_string(
        f"errors/{name}.html",
        {
            "quiet": True,
            "headline": HEADLINES.get(code, ""),
            "code": code,
            "sentence": sentence,
            "reference": reference,
        },
        request=request,
    )
    response = HttpResponse(body, status=status)
    response["Cache-Control"] = "no-store"
    if status == 503:
        response["Retry-After"] = "60"
    return response


def for_machines(request: HttpRequest) -> bool:
    return request.path.startswith(MACHINE_PATHS) or (
        "json" in request.headers.get("Accept", "") and "html" not in request.headers["Accept"]
    )


def problem(status: int, *, code: str, sentence: str, reference: str) -> JsonResponse:
    told = {
        "type": f"urn:problem:{code}",
        "title": code,
        "status": status,
        "detail": sentence or "Errore del servizio. Riprova tra qualche minuto.",
        "code": code,
    }
    if reference:
        told["reference"] = reference
    response = JsonResponse(told, status=status, content_type="application/problem+json")
    response["Cache-Control"] = "no-store"
    return response
