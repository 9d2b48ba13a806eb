# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""What the pages ask of the settings; `config/settings/base.py` takes these names as they are.

Nothing here reads the environment: the settings may override any of them.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from iam.web.csp import CONTENT_SECURITY_POLICY

__all__ = [
    "CONTENT_SECURITY_POLICY",
    "CONTEXT_PROCESSORS",
    "FORM_RENDERER",
    "INSTALLED_APPS",
    "LOGIN_URL",
    "MIDDLEWARE",
    "SERVICE",
    "STATICFILES_DIRS",
    "STATICFILES_FINDERS",
    "STATICFILES_STORAGE",
]

# In this order, django.forms last so that our form templates win over Django's.
INSTALLED_APPS: Final = [
    "iam.web",
    "django_htmx",
    "django_tables2",
    "django_filters",
    "csp",
    "django.forms",
]

# To be placed: CSPMiddleware right after SecurityMiddleware and whitenoise; HtmxMiddleware
# after the sessions; RefusalMiddleware after ActorMiddleware,
# near the views, and LimitsMiddleware last, whose refusals it turns into pages.
MIDDLEWARE: Final = [
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "iam.web.middleware.RefusalMiddleware",
    "iam.web.limits.LimitsMiddleware",
]

CONTEXT_PROCESSORS: Final = [
    "django.template.context_processors.request",
    "django.contrib.messages.context_processors.messages",
    "csp.context_processors.nonce",
    "iam.web.context.service",
]

FORM_RENDERER: Final = "iam.web.forms.rendering.PageRenderer"


def _design_system() -> Path:
    """Return the static files of the design system inside the locked wheel."""
    found = find_spec("bootstrap_italia_template")
    if found is None or found.origin is None:
        raise RuntimeError("design-django-theme is not installed: run make sync")
    return Path(found.origin).parent / "static"


# The prefix keeps the wheel's names apart from ours; its templates and tags are never used.
STATICFILES_DIRS: Final = [("bootstrap-italia", _design_system())]

STATICFILES_FINDERS: Final = [
    "iam.web.storage.DesignSystemFinder",
    "iam.web.storage.UsedAppFilesFinder",
]

# For production and `make run`, after collectstatic. Tests may use the plain
# django.contrib.staticfiles.storage.StaticFilesStorage, which needs no manifest.
STATICFILES_STORAGE: Final = "iam.web.storage.PageStaticFilesStorage"

LOGIN_URL: Final = "/accesso/"

# What the frame of every page says; an installation overrides single keys.
SERVICE: Final[dict[str, str]] = {
    "name": "Accessi alla piattaforma",
    "tagline": "Chi può operare, per quale Comune, con quale atto",
    "owner": "Ministero del Lavoro e delle Politiche Sociali",
    "owner_short": "Ministero del Lavoro",
    "owner_url": "https://www.lavoro.gov.it/",
    "contact_email": "assistenza@example.org",
    "contact_pec": "accessi@pec.example.org",
    "security_email": "sicurezza@example.org",
    "privacy_email": "rpd@example.org",
    "accessibility_declaration_url": "",
    "source_url": "https://github.com/italia/accessi-piattaforma",
    "version": "",
}
