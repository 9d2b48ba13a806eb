# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A trust service, and the key with which the PEC provider of the tests signs."""

from pathlib import Path

import pytest
from django.conf import settings as configured

from demo.pec import servers
from demo.pec.certify import ProviderKey
from iam.audit import clock
from iam.kernel.actor import Actor
from iam.kernel.permissions import Permission
from iam.signatures.actions import load_trust_list
from tests.signatures.trial import Trial, trial


@pytest.fixture(scope="session")
def provider_key() -> ProviderKey:
    return servers.key_of_trust_service(Path(configured.IAM_HOME), url="http://localhost:1")


@pytest.fixture
def trust(db: None, settings: pytest.FixtureRequest) -> Trial:
    """Trust the tests' own service for signatures, and the provider for PEC."""
    service = trial()
    settings.SIGNATURES = service.settings | {  # type: ignore[attr-defined]
        "PEC_CA": configured.SIGNATURES["PEC_CA"]
    }
    loader = Actor.system("tests", may={Permission.TRUST_LIST_LOAD}, at=clock.now())
    load_trust_list(loader, content=service.trust_list)
    return service
