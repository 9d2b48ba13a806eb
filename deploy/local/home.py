# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The home: the one folder below which all state lives, and the secrets made at the first start.

Each password is a file of its own with mode 0600, so that each process can be given only its
own. What exists is never written again.
"""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from deploy.local.roles import ROLES
from iam.kernel import keyring

SUPERUSER = "superuser"
_FOLDERS = ("keys", "secrets", "logs", "run", "tmp", "demo", "witness")


def create_home(home: Path) -> dict[str, str]:
    """Make the folders, the keys and the secrets that are missing; return the passwords.

    They are named by database role, and `superuser` for the embedded server's own.
    """
    _private_folder(home)
    for name in _FOLDERS:
        _private_folder(home / name)
    keyring.create(home / "keys" / "keyring.json")
    _secret(home / "secrets" / "django_secret_key", length=64)
    return dict(_passwords(home / "secrets"))


def _passwords(folder: Path) -> Iterator[tuple[str, str]]:
    for name in (SUPERUSER, *ROLES):
        yield name, _secret(folder / f"database_{name}_password", length=32)


def _private_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def _secret(path: Path, *, length: int) -> str:
    """Return the secret in `path`, written whole at the first call."""
    if not path.exists():
        draft = path.with_name(path.name + ".new")
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(length) + "\n")
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    return path.read_text(encoding="utf-8").strip()
