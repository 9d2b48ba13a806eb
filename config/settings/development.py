# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One machine, loopback only. With IAM_DEMO=1 it trusts the simulated world of demo/."""

from __future__ import annotations

from config.environment import environment
from config.settings.base import *  # noqa: F403  # the point of a settings file
from config.settings.base import (
    BASE_URL,
    INSTALLED_APPS,
    OAUTH2_PROVIDER,
    PEC,
    SAML,
    SIGNATURES,
)
from iam.oauth.configuration import oauth2_provider

ALLOWED_HOSTS = ["localhost", "127.0.0.1", environment.base_host]
OAUTH2_PROVIDER = OAUTH2_PROVIDER | oauth2_provider(BASE_URL, redirect_schemes=["http", "https"])

# Here a person may also come in through providers that are not in the SPID registry.
SAML = SAML | {"FURTHER_PROVIDERS": True}

# Every browser and module of one machine comes from there.
IAM_LIMIT_LOOPBACK = False

IAM_DEMO = environment.demo
if IAM_DEMO:
    INSTALLED_APPS = [*INSTALLED_APPS, "demo.seed"]
    PUBLIC = environment.home / "demo" / "trust" / "public"
    SIGNATURES = SIGNATURES | {
        "TRUST_LIST_URL": environment.demo_url(2) + "/trust-list.xml",
        "TRUST_LIST_SIGNERS": [str(PUBLIC / "tlso.pem")],
        "PEC_CA": [str(PUBLIC / "pec-ca.pem")],
        "FETCH_HOSTS": [f"localhost:{environment.port + 2}"],
    }
    PEC = PEC | {
        "SMTP_URL": f"smtp://localhost:{environment.port + 4}",
        "IMAP_URL": f"imap://localhost:{environment.port + 5}",
        "ADDRESS": "accreditamento@pec.simulata.example",
        "PASSWORD": "simulata",
        "POLL_SECONDS": 2,
    }
    SAML = SAML | {"IDP_METADATA_DIR": str(environment.home / "demo" / "idp" / "metadata")}
    DEMO_ADDRESSES = {
        "idp": environment.demo_url(1),
        "trust": environment.demo_url(2),
        "pec": environment.demo_url(3),
        "patti": environment.demo_url(6),
    }
