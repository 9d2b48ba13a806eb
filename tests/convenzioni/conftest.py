# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small Italy whose service trusts the trust service of the tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings

from iam.audit import clock
from iam.kernel.actor import Actor
from iam.kernel.permissions import Permission
from iam.signatures.actions import load_trust_list
from tests import world
from tests.signatures.trial import Trial, trial


@pytest.fixture
def fiducia(db: None) -> Iterator[Trial]:
    """Build the small Italy and load the trust list of the tests."""
    tried = trial()
    with override_settings(SIGNATURES=tried.settings):
        world.build()
        load_trust_list(
            Actor.system("tests", may={Permission.TRUST_LIST_LOAD}, at=clock.now()),
            content=tried.trust_list,
        )
        yield tried
