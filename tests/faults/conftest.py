# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fixtures of the tests that kill, cut and fill: servers of their own, with fsync as in reality."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.postgres import Cluster

MakeCluster = Callable[[], Cluster]


@pytest.fixture
def make_cluster(tmp_path: Path) -> Iterator[MakeCluster]:
    """Return a maker of servers on one data folder, as each start of the service makes one."""
    made: list[Cluster] = []

    def make() -> Cluster:
        cluster = Cluster(
            data=tmp_path / "home" / "postgres",
            password="a password's own",
            log=tmp_path / "home" / "postgres.log",
        )
        made.append(cluster)
        return cluster

    yield make
    for cluster in made:
        cluster.stop(seconds=2)
