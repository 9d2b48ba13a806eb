# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Our metadata, as AgID and the providers fetch them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from iam.saml.federation.service import service_provider
from iam.saml.metadata.service_provider import signed_metadata
from iam.saml.types import Scheme


@require_GET
def show(request: HttpRequest, scheme: Scheme) -> HttpResponse:
    return HttpResponse(
        signed_metadata(service_provider(scheme)), content_type="application/samlmetadata+xml"
    )
