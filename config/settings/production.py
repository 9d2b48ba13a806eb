# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Behind TLS. Nothing simulated is ever trusted here."""

from __future__ import annotations

from config.environment import environment
from config.settings.base import *  # noqa: F403  # the point of a settings file

IAM_DEMO = environment.demo  # a system check refuses to start with it

# How many proxies of ours wrote at the end of X-Forwarded-For: the register keeps addresses.
TRUSTED_PROXIES = environment.number("IAM_TRUSTED_PROXIES", 1)

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
