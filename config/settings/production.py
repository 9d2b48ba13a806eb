# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Behind TLS. Nothing simulated is ever trusted here."""

from __future__ import annotations

from config.environment import environment
from config.settings.base import *  # noqa: F403  # the point of a settings file
from config.settings.base import SAML

IAM_DEMO = environment.demo  # a system check refuses to start with it

# How many proxies of ours wrote at the end of X-Forwarded-For: the register keeps addresses.
TRUSTED_PROXIES = environment.number("IAM_TRUSTED_PROXIES", 1)

# Where AgID and the Ministry of the Interior publish the identity providers; the certificates
# that sign them are pinned by IAM_SPID_REGISTRY_SIGNERS and IAM_CIE_REGISTRY_SIGNERS.
SAML = SAML | {
    "REGISTRIES": {
        "spid": {
            "URL": environment.text(
                "IAM_SPID_REGISTRY_URL", "https://registry.spid.gov.it/entities-idp"
            ),
            "SIGNERS": environment.text("IAM_SPID_REGISTRY_SIGNERS").split(),
        },
        "cie": {
            "URL": environment.text(
                "IAM_CIE_REGISTRY_URL",
                "https://idserver.servizicie.interno.gov.it/idp/shibboleth?Metadata",
            ),
            "SIGNERS": environment.text("IAM_CIE_REGISTRY_SIGNERS").split(),
        },
    },
}

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
