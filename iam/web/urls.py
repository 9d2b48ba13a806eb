# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""The addresses of the pages."""

from __future__ import annotations

from django.urls import path

from iam.web.pages import public

urlpatterns = [
    path("aiuto/", public.help_page, name="aiuto"),
    path("stato/", public.state, name="stato"),
    path("accessibilita/", public.accessibility, name="accessibilita"),
    path("privacy/", public.privacy, name="privacy"),
    path("note-legali/", public.legal_notes, name="note-legali"),
    path(".well-known/security.txt", public.security_txt, name="security-txt"),
    path("healthz", public.healthz, name="healthz"),
    path("readyz", public.readyz, name="readyz"),
    path("metrics", public.metrics, name="metrics"),
]
