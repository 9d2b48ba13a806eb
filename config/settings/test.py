# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tests: as in development, with plain static files; the cluster gives the database."""

from __future__ import annotations

from config.settings.base import STORAGES
from config.settings.development import *  # noqa: F403  # the point of a settings file

SECRET_KEY = "only-for-tests-" + "0123456789" * 5
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
# Static files come straight from their folders: no test collects them.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
