# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The web process: what granian serves. It does not start with simulated trust in production."""

from __future__ import annotations

import os

from django.core.checks import Tags
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
os.environ.setdefault("IAM_DATABASE_POOL", "1")
application = get_wsgi_application()
# Only manage.py runs the checks by itself: without this line production could serve the demo.
call_command("check", tags=[Tags.security])
