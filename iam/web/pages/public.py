# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Pages for anyone: help, state, rules, and what machines ask of a running service."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from iam.audit.clock import now
from iam.saml.register.selectors import recent_service_faults
from iam.saml.registry.selectors import registry_warnings
from iam.web.access import public

LOOPBACK = frozenset({"127.0.0.1", "::1"})
REQUESTS_REFUSED = Gauge(
    "iam_saml_requests_refused_24h",
    "Requests of ours that an identity provider refused (nr8 to nr18): raise an alarm above 0",
    ["provider"],
)


@public("Chi non riesce a entrare deve poter chiedere aiuto.")
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "web/aiuto.html")


@public("Dice se il servizio funziona anche a chi non riesce a entrare.")
@require_safe
def state(request: HttpRequest) -> HttpResponse:
    return render(request, "web/stato.html", {"at": now()})


@public("L'accessibilità si dichiara a tutti. Fonte: L. 4/2004.")
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "web/accessibilita.html")


@public("L'informativa si dà prima di raccogliere i dati. Fonte: GDPR, art. 13.")
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "web/privacy.html")


@public("Le condizioni d'uso e la licenza valgono per tutti.")
@require_safe
def legal_notes(request: HttpRequest) -> HttpResponse:
    return render(request, "web/note_legali.html")


@public("Chi trova una falla deve sapere a chi dirlo. Fonte: RFC 9116.")
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    service: dict[str, Any] = settings.SERVICE
    expires = (now() + timedelta(days=180)).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        f"Contact: mailto:{service['security_email']}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: it, en",
        f"Canonical: {request.build_absolute_uri('/.well-known/security.txt')}",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@public("La sonda del gestore: il processo risponde. Non mostra dati.")
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@public("La sonda del gestore: il servizio può ricevere richieste. Non mostra dati.")
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers and has every migration; 503 comes from the frame.

    `warnings` are codes for who watches the service: the service still works.
    """
    executor = MigrationExecutor(connection)
    behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    warnings = [] if behind else registry_warnings(at=now())
    told = {
        "status": "behind" if behind else "ready",
        "migrations_missing": len(behind),
        "warnings": list(warnings),
    }
    return JsonResponse(told, status=503 if behind else 200)


@public("Solo numeri, e solo a chi chiama da questa macchina senza intermediari.")
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if request.META.get("REMOTE_ADDR") not in LOOPBACK or "X-Forwarded-For" in request.headers:
        raise Http404
    REQUESTS_REFUSED.clear()
    for fault in recent_service_faults(at=now()):
        REQUESTS_REFUSED.labels(provider=fault.provider).set(fault.count)
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
