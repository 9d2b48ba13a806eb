# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the operator types."""

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connections
from pytest_django import Settings

from iam.audit.ledger import keys
from tests import cluster
from tests.audit.conftest import ORIGIN, Log
from tests.audit.readers import case_manager, shown


@pytest.fixture
def sealed(committed_db: str, tmp_path: Path, settings: Settings) -> Log:
    """The service's own log with three sealed events and a fourth that waits."""
    settings.IAM_HOME = tmp_path
    keys.create(tmp_path / keys.LOG_KEY, name=ORIGIN)
    log = Log(committed_db, tmp_path)
    for _ in range(3):
        shown(case_manager())
    log.sequence()
    shown(case_manager())
    return log


@pytest.fixture
def as_owner(sealed: Log) -> Iterator[None]:
    """Let Django speak as the owner of the tables."""
    default = connections.databases["default"]
    usual = {name: default[name] for name in ("USER", "PASSWORD")}
    connections.close_all()
    default.update(USER="iam_owner", PASSWORD=cluster.home.passwords["owner"])
    try:
        yield
    finally:
        connections.close_all()
        default.update(usual)


def verified(*options: str) -> tuple[int, str, str]:
    """Exit code, output and error of manage.py audit_verify."""
    out, error = StringIO(), StringIO()
    try:
        call_command("audit_verify", *options, stdout=out, stderr=error)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), error.getvalue()
    return 0, out.getvalue(), error.getvalue()


def test_a_good_log_is_praised_with_its_numbers(sealed: Log) -> None:
    code, out, _ = verified()
    assert code == 0
    assert "3 eventi, 1 blocchi, 1 firme" in out
    assert "1 eventi in attesa" in out
    assert "nessun testimone" in out
    code, out, _ = verified("--json")
    assert (code, json.loads(out)["ok"], json.loads(out)["events"]) == (0, True, 3)


def test_a_bad_log_fails_and_the_place_is_named(sealed: Log) -> None:
    sealed.tamper("UPDATE audit_event SET comune = 'H501' WHERE id = 2")
    code, _, error = verified()
    assert code == 1
    assert "Il registro NON è integro" in error
    assert "evento 2 (foglia 1)" in error
    assert "comune" in error
    code, out, _ = verified("--json")
    assert code == 1
    assert json.loads(out) | {"sentence": ""} == {
        "ok": False,
        "code": "colonne-alterate",
        "sentence": "",
        "leaf": 1,
        "event": 2,
        "batch": 0,
    }


def test_without_the_public_key_nothing_is_called_good(sealed: Log) -> None:
    (sealed.home / keys.LOG_KEY).with_suffix(".vkey").unlink()
    code, _, error = verified()
    assert code == 1
    assert "chiave-assente" in error


@pytest.mark.django_db
@pytest.mark.parametrize("options", [(), ("--yes",), ("--truncate", "--yes")])
def test_the_history_of_records_is_never_flushed(options: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="storia-non-cancellabile"):
        call_command("auditlogflush", *options)


def test_an_epoch_is_opened_by_the_owner_alone(sealed: Log) -> None:
    with pytest.raises(ProgrammingError):
        call_command("audit_open_epoch")


def test_after_a_move_to_another_server_the_owner_opens_an_epoch_and_the_log_goes_on(
    sealed: Log, as_owner: None
) -> None:
    with pytest.raises(CommandError, match="epoca-gia-aperta"):
        call_command("audit_open_epoch")
    sealed.tamper(
        "ALTER TABLE audit_epoch DISABLE TRIGGER USER", "UPDATE audit_epoch SET cluster = '1'"
    )
    out = StringIO()
    call_command("audit_open_epoch", stdout=out)
    assert "epoca 2" in out.getvalue()
    shown(case_manager())
    assert sealed.sequence(times=3) == 5
    assert sealed.verify().events == 5
