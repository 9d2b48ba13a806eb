# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where each edge is mounted."""

from __future__ import annotations

from importlib.util import find_spec  # TEMPORARY while the rooms are being built

from django.urls import include, path

urlpatterns = [
    path("", include(edge))
    for edge in ("iam.saml.urls", "iam.oauth.urls", "iam.web.urls")
    if find_spec(edge)
]

handler403 = "iam.web.pages.errors.forbidden"
handler404 = "iam.web.pages.errors.not_found"
handler500 = "iam.web.pages.errors.broken"
