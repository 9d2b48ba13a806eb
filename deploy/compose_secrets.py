# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""python3 deploy/compose_secrets.py FOLDER: make what compose.yaml names as secrets, once.

Files that exist are left as they are. Only the standard library is needed.
"""

import os
import secrets
import sys
from pathlib import Path

ROLES = ("superuser", "owner", "app", "sequencer", "auditor")


def main(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write(folder / "django_secret_key", secrets.token_urlsafe(64))
    for role in ROLES:
        password = write(folder / f"database_{role}_password", secrets.token_urlsafe(32))
        if role != "superuser":
            url = f"postgresql://iam_{role}:{password}@database/iam"
            write(folder / f"database_{role}_url", url)


def write(path: Path, text: str) -> str:
    """Write `text` unless the file is there; return what the file holds."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444), "w") as file:
            file.write(text)
    return path.read_text(encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
