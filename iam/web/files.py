# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Files that leave through a page."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def attachment(content: bytes, *, name: str, media_type: str) -> HttpResponse:
    """Return a file to save, never to be opened as a page of ours."""
    response = HttpResponse(content, content_type=media_type)
    disposition = content_disposition_header(as_attachment=True, filename=name)
    response["Content-Disposition"] = disposition or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
