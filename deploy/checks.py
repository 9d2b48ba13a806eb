# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The part of `make check` that asks Django: python -m deploy.checks

Every model has its migration, and nothing is to be said against the production settings, with
the secrets and the addresses that an installation behind TLS would have.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from deploy.local.home import create_home

_COMMANDS = (
    ("makemigrations", "--check", "--dry-run"),
    ("check", "--deploy", "--fail-level", "WARNING"),
)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="iam-check-") as home:
        create_home(Path(home))
        variables = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("IAM_", "DATABASE_"))},
            "DJANGO_SETTINGS_MODULE": "config.settings.production",
            "IAM_HOME": home,
            "IAM_BASE_URL": "https://accessi.example",
            "IAM_PEC_SMTP_URL": "smtps://invio.pec.example:465",
            "IAM_PEC_IMAP_URL": "imaps://caselle.pec.example:993",
            "IAM_PEC_ADDRESS": "accessi@pec.example",
            "IAM_PEC_PASSWORD": "a-password-of-the-mailbox",
            # makemigrations would like to ask a database for its history; there is none here.
            "PYTHONWARNINGS": "ignore::RuntimeWarning",
        }
        for command in _COMMANDS:
            done = subprocess.run([sys.executable, "manage.py", *command], env=variables)
            if done.returncode != 0:
                return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
