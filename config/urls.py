# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where each edge is mounted."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("iam.saml.urls")),
    path("", include("iam.oauth.urls")),
    path("", include("iam.web.urls")),
]

handler400 = "iam.web.pages.errors.bad_request"
handler403 = "iam.web.pages.errors.forbidden"
handler404 = "iam.web.pages.errors.not_found"
handler500 = "iam.web.pages.errors.broken"
