# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keys for pseudonyms and for encryption at rest, with their epochs.

The file (JSON, mode 0600) lives outside the database: who steals a dump has
neither the pseudonyms' key nor the data. Turning the epoch adds a key at the
front; older ones stay, to search and to decrypt what they wrote.

    {"epochs": [{"id": 1, "pseudonym": "<hex 32 bytes>", "encryption": "<hex 32 bytes>"}]}

The plausible codici fiscali are about 10^8: an unkeyed digest would be
reversed in a minute, hence HMAC.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
EPOCH_BYTES = 2
KEY_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class Epoch:
    id: int
    pseudonym: bytes
    encryption: bytes


class Keyring:
    """The epochs, newest first."""

    def __init__(self, epochs: Sequence[Epoch]) -> None:
        if not epochs:
            raise ValueError("a keyring needs at least one epoch")
        self._epochs = tuple(sorted(epochs, key=lambda epoch: epoch.id, reverse=True))
        self._by_id = {epoch.id: epoch for epoch in self._epochs}

    def pseudonym(self, text: str) -> bytes:
        """Return the 32-byte pseudonym of `text` (case and blanks ignored) in the current epoch."""
        return _hmac(self._epochs[0], text)

    def pseudonyms(self, text: str) -> tuple[bytes, ...]:
        """Return the pseudonym of `text` in every epoch, newest first: what a search must try."""
        return tuple(_hmac(epoch, text) for epoch in self._epochs)

    def encrypt(self, content: bytes, *, about: bytes = b"") -> bytes:
        """Encrypt with AES-256-GCM. `about` is bound to the result and must be given to decrypt."""
        epoch, nonce = self._epochs[0], os.urandom(NONCE_BYTES)
        sealed = AESGCM(epoch.encryption).encrypt(nonce, content, about)
        return epoch.id.to_bytes(EPOCH_BYTES) + nonce + sealed

    def decrypt(self, sealed: bytes, *, about: bytes = b"") -> bytes:
        """Undo `encrypt`. Raises `InvalidTag` if altered, `KeyError` if its epoch is not here."""
        epoch = self._by_id[int.from_bytes(sealed[:EPOCH_BYTES])]
        nonce = sealed[EPOCH_BYTES : EPOCH_BYTES + NONCE_BYTES]
        return AESGCM(epoch.encryption).decrypt(nonce, sealed[EPOCH_BYTES + NONCE_BYTES :], about)


def _hmac(epoch: Epoch, text: str) -> bytes:
    return hmac.digest(epoch.pseudonym, "".join(text.upper().split()).encode(), sha256)


def new_epoch(id: int) -> dict[str, object]:
    return {
        "id": id,
        "pseudonym": secrets.token_hex(KEY_BYTES),
        "encryption": secrets.token_hex(KEY_BYTES),
    }


def create(path: Path) -> None:
    """Write a keyring with one epoch at `path`, readable by its owner only, unless it exists."""
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"epochs": [new_epoch(1)]}, file)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def load(path: Path) -> Keyring:
    """Read the keyring. Raises `FileNotFoundError` rather than ever inventing a key."""
    stored = json.loads(path.read_text())
    return Keyring(
        [
            Epoch(e["id"], bytes.fromhex(e["pseudonym"]), bytes.fromhex(e["encryption"]))
            for e in stored["epochs"]
        ]
    )


_path: Path | None = None


def configure(path: Path) -> None:
    """Say where the keyring is; the settings call it once."""
    global _path
    _path = path
    keyring.cache_clear()


@lru_cache(maxsize=1)
def keyring() -> Keyring:
    if _path is None:
        raise RuntimeError("keyring.configure() was not called")
    return load(_path)
