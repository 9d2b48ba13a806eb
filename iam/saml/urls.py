# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The addresses of the federation. They are in the metadata: they never change."""

from __future__ import annotations

from django.urls import path

from iam.saml.endpoints import acs, login, logout, metadata
from iam.saml.types import Scheme

FACES = tuple(Scheme)
"""Each is an entity of its own, with the same four addresses below its own folder."""

urlpatterns = [
    pattern
    for scheme in FACES
    for pattern in (
        path(f"{scheme}/metadata/", metadata.show, {"scheme": scheme}, name=f"{scheme}-metadata"),
        path(f"{scheme}/login/", login.start, {"scheme": scheme}, name=f"{scheme}-login"),
        path(f"{scheme}/acs/", acs.receive, {"scheme": scheme}, name=f"{scheme}-acs"),
        path(f"{scheme}/slo/", logout.answer, {"scheme": scheme}, name=f"{scheme}-slo"),
    )
]
