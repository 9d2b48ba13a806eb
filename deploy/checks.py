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
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

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
            "IAM_SPID_REGISTRY_SIGNERS": str(_registry_signer(Path(home))),
            # makemigrations would like to ask a database for its history; there is none here.
            "PYTHONWARNINGS": "ignore::RuntimeWarning",
        }
        for command in _COMMANDS:
            done = subprocess.run([sys.executable, "manage.py", *command], env=variables)
            if done.returncode != 0:
                return done.returncode
    return 0


def _registry_signer(folder: Path) -> Path:
    """Return a certificate for whoever signs the registry: its content does not matter here."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "registro")])
    now = datetime.now(UTC)
    certificate = x509.CertificateBuilder(
        name, name, key.public_key(), 1, now, now + timedelta(days=1)
    ).sign(key, SHA256())
    path = folder / "registro.pem"
    path.write_bytes(certificate.public_bytes(Encoding.PEM))
    return path


if __name__ == "__main__":
    sys.exit(main())
