# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One running service for all the journeys of a process: starting it is the slow part."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.installation import Installation, as_first_started, installed


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    home = as_first_started(tmp_path_factory.mktemp("service") / "home")
    with installed(home) as running:
        yield running
