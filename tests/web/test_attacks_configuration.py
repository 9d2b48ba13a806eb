# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""A careless or dishonest installer: production never serves the simulated world."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import production

CHECKOUT = Path(__file__).resolve().parents[2]


def started(home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Load the web process as granian does, with production settings."""
    usual = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", "import config.wsgi; print('servito')"],
        cwd=CHECKOUT,
        env={
            **usual,
            "DJANGO_SETTINGS_MODULE": "config.settings.production",
            "IAM_HOME": str(home),
            "IAM_SECRET_KEY": "only-for-tests-" + "0123456789" * 5,
            "IAM_BASE_URL": "https://iam.example",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_web_process_serves_with_honest_settings(tmp_path: Path) -> None:
    assert started(tmp_path).stdout.endswith("servito\n")


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("IAM_DEMO", "1", "saml.E002"),
        ("IAM_TRUST_LIST_URL", "http://localhost:8002/trust-list.xml", "signatures.E002"),
    ],
)
def test_the_web_process_refuses_to_serve_the_simulated_world(
    tmp_path: Path, name: str, value: str, code: str
) -> None:
    told = started(tmp_path, **{name: value})

    assert told.returncode != 0
    assert "servito" not in told.stdout
    assert code in told.stderr


def test_behind_our_proxy_the_register_keeps_the_address_of_who_asked() -> None:
    """Without a number of proxies every event of production would name the proxy."""
    assert production.TRUSTED_PROXIES == 1
