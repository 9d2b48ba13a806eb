# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Iterator

import pytest

from iam.signatures.sandbox import pool
from tests.signatures.trial import Trial, trial


@pytest.fixture(scope="session")
def firma() -> Iterator[Trial]:
    """The trust service of the tests, its document, and a way to judge a file."""
    yield trial()
    pool._worker.close()
