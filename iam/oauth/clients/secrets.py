# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Secrets of clients. They are long and random, so a fast digest is enough.

A slow hash defends a password that a person chose; here it would only cost 300 ms a token.
"""

from __future__ import annotations

from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from django.contrib.auth.hashers import BasePasswordHasher
from django.utils.crypto import constant_time_compare

SECRET_BYTES = 64


def new_secret() -> str:
    """Return a secret of 512 random bits, to be shown once."""
    return token_urlsafe(SECRET_BYTES)


class RandomSecretHasher(BasePasswordHasher):
    """SHA-256 with a salt. Never for a secret that a person chose."""

    algorithm = "random-secret-sha256"

    def encode(self, password: str, salt: str) -> str:
        digest = sha256(f"{salt}{password}".encode()).hexdigest()
        return f"{self.algorithm}${salt}${digest}"

    def decode(self, encoded: str) -> dict[str, Any]:
        algorithm, salt, digest = encoded.split("$", 2)
        return {"algorithm": algorithm, "salt": salt, "hash": digest}

    def verify(self, password: str, encoded: str) -> bool:
        return constant_time_compare(encoded, self.encode(password, self.decode(encoded)["salt"]))

    def safe_summary(self, encoded: str) -> dict[Any, Any]:
        return {"algoritmo": self.algorithm}

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Nothing: the digest takes the same time for all."""
