# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each process of an installation can reach, and who else may read the home."""

import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config.environment import CHECKOUT, Environment
from deploy.local import sandbox
from deploy.local.errors import InstallationError
from deploy.local.home import create_home
from deploy.local.programs import service_programs
from deploy.local.supervisor import alone_in, check_ports

_TRY_TO_READ = """
import json, sys
answers = {}
for name in sys.argv[1:]:
    try:
        open(name).close()
        answers[name] = True
    except PermissionError:
        answers[name] = False
print(json.dumps(answers))
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    create_home(folder)
    (folder / "static").mkdir()
    (folder / "postgres").mkdir()
    (folder / "postgres" / "heap").write_text("rows")
    for name in ("keys/checkpoint", "witness/cosigner"):
        (folder / f"{name}.pem").write_text("private")
        (folder / f"{name}.vkey").write_text("public")
    return folder


def _readable_by(program: str, home: Path, *names: str) -> list[str]:
    """Return which of `names` the process `program` can read, asked from inside of it."""
    environment = Environment({"IAM_HOME": str(home)})
    found = next(one for one in service_programs(environment) if one.name == program)
    given = [f"r:{path}" for path in found.readable] + [f"w:{path}" for path in found.writable]
    paths = [str(home / name) for name in names]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "deploy.local.sandbox", str(home), *given),
            *("--", sys.executable, "-c", _TRY_TO_READ, *paths),
        ],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    answers = json.loads(done.stdout)
    return [name for name, path in zip(names, paths, strict=True) if answers[path]]


needs_landlock = pytest.mark.skipif(
    not sandbox.is_available(), reason="this kernel has no Landlock"
)

SECRETS = tuple(
    f"secrets/database_{name}_password"
    for name in ("superuser", "owner", "auditor", "sequencer", "app")
)


@needs_landlock
@pytest.mark.parametrize(
    ("program", "allowed"),
    [
        ("web", ["secrets/database_app_password"]),
        ("worker", ["secrets/database_sequencer_password", "secrets/database_app_password"]),
    ],
)
def test_a_process_reads_only_its_own_passwords(
    home: Path, program: str, allowed: list[str]
) -> None:
    assert _readable_by(program, home, *SECRETS) == allowed


@needs_landlock
def test_the_web_process_can_sign_neither_checkpoints_nor_cosignatures(home: Path) -> None:
    pairs = [
        f"{name}.{kind}"
        for name in ("keys/checkpoint", "witness/cosigner")
        for kind in ("pem", "vkey")
    ]

    assert _readable_by("web", home, *pairs) == ["keys/checkpoint.vkey", "witness/cosigner.vkey"]


@needs_landlock
@pytest.mark.parametrize("program", ["web", "worker"])
def test_the_files_of_the_database_are_closed_to_the_service(home: Path, program: str) -> None:
    assert _readable_by(program, home, "postgres/heap") == []


@needs_landlock
def test_a_confined_process_changes_nothing_that_was_not_given(home: Path, tmp_path: Path) -> None:
    attempts = "; ".join(
        f"(echo x > {path}) 2>/dev/null && echo {name}"
        for name, path in (
            ("secrets", home / "secrets" / "database_app_password"),
            ("checkout", CHECKOUT / "written-by-a-test"),
            ("given", home / "tmp" / "file"),
        )
    )
    done = subprocess.run(
        [
            *(sys.executable, "-m", "deploy.local.sandbox", str(home), f"w:{home / 'tmp'}"),
            *(f"r:{home / 'secrets'}", "--", "sh", "-c", f"{attempts}; true"),
        ],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == ["given"]


def test_a_process_has_no_capability_but_as_root_the_one_to_open_its_files(home: Path) -> None:
    kinds, expected = ("Prm|Eff", 0) if os.geteuid() else ("Prm|Eff|Bnd", 2)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "deploy.local.sandbox", str(home), "--"),
            *("grep", "-E", f"^Cap({kinds})", "/proc/self/status"),
        ],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert {line.split()[1] for line in done.stdout.splitlines()} == {f"{expected:016x}"}


def test_every_secret_is_closed_to_others_and_never_made_twice(tmp_path: Path) -> None:
    first = create_home(tmp_path / "home")
    second = create_home(tmp_path / "home")

    assert first == second
    assert len(set(first.values())) == len(SECRETS)
    for path in (tmp_path / "home").rglob("*"):
        expected = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == expected, path


def test_a_busy_port_is_named_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(InstallationError, match=f"La porta {port} è già occupata") as refusal:
            check_ports(port, 1)

    assert f"make run PORT={port + 100}" in str(refusal.value)


def test_one_home_serves_one_installation(tmp_path: Path) -> None:
    with (
        alone_in(tmp_path),
        pytest.raises(InstallationError, match=f"processo {os.getpid()}"),
        alone_in(tmp_path),
    ):
        pytest.fail("the home was given twice")
