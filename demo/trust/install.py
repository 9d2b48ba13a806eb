# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the installer asks of the simulated trust service before anything else starts.

    python -m demo.trust.install

It makes the keys and certificates below IAM_HOME/demo/trust, and gives the platform a
simulated qualified seal (IAM_HOME/keys/seal.key and seal.pem) unless it has one.
"""

from __future__ import annotations

from demo.trust.app import current_trust_list
from demo.trust.signing import install_seal, pki_of_environment


def main() -> None:
    pki = pki_of_environment()
    current_trust_list(pki)
    keys = pki.folder.parents[1] / "keys"
    install_seal(pki, key=keys / "seal.key", certificate=keys / "seal.pem")


if __name__ == "__main__":
    main()
