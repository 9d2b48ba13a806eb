# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One running service for all the journeys of a process: starting it is the slow part."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.installation import Installation, installed


@pytest.fixture(scope="session")
def service() -> Iterator[Installation]:
    with installed() as running:
        yield running
