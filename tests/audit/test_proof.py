# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a reader can take away: a proof that an event is in the signed log."""

from pathlib import Path

import pytest
from pytest_django import Settings

from iam.audit import selectors
from iam.audit.ledger import keys
from iam.audit.tree import proof_files
from tests.audit.conftest import ORIGIN, Log
from tests.audit.readers import amministratrice, case_manager, opened, rpd, shown


@pytest.fixture
def sealed(committed_db: str, tmp_path: Path, settings: Settings) -> Log:
    """The service's own log: what it writes, the sequencer of the test seals."""
    settings.IAM_HOME = tmp_path
    keys.create(tmp_path / keys.LOG_KEY, name=ORIGIN)
    return Log(committed_db, tmp_path)


def test_the_proof_of_an_event_stands_alone(sealed: Log) -> None:
    numbers = [shown(case_manager()) for _ in range(3)]
    assert selectors.event_proof(rpd(), event=numbers[1]).waiting
    sealed.sequence()
    proof = selectors.event_proof(rpd(), event=numbers[1])
    assert (proof.valid, proof.index, proof.waiting) == (True, 1, False)
    assert proof.file_name == f"evento-{numbers[1]}.tlog-proof"
    log = keys.public(sealed.home / keys.LOG_KEY)
    checkpoint, _ = proof_files.check(proof_files.parse(proof.file), proof.entry, log=log)
    assert checkpoint.size == proof.size
    assert selectors.log_health().size == proof.size
    sealed.verify()


def test_the_proof_of_an_altered_event_says_so(sealed: Log) -> None:
    number = shown(case_manager())
    sealed.sequence()
    sealed.tamper("UPDATE audit_event SET body = body || ' '")
    proof = selectors.event_proof(rpd(), event=number)
    assert not proof.valid
    assert "Avvisa" in proof.sentence


def test_who_sees_an_event_in_part_gets_its_proof_without_its_content(sealed: Log) -> None:
    number = opened()
    sealed.sequence()
    proof = selectors.event_proof(amministratrice(), event=number)
    assert proof.valid
    assert proof.entry == b""
