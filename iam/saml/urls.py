# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The addresses of the federation. They are in the metadata: they never change."""

from __future__ import annotations

from django.urls import path

from iam.saml.endpoints import acs, login, logout, metadata
from iam.saml.types import Scheme

urlpatterns = [
    path("spid/metadata/", metadata.show, {"scheme": Scheme.SPID}, name="spid-metadata"),
    path("spid/login/", login.start, {"scheme": Scheme.SPID}, name="spid-login"),
    path("spid/acs/", acs.receive, {"scheme": Scheme.SPID}, name="spid-acs"),
    path("spid/slo/", logout.answer, {"scheme": Scheme.SPID}, name="spid-slo"),
]
