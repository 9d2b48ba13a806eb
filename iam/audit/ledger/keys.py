# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing keys on disk: the private part in a 0600 PEM file, the public one in a vkey beside it."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from iam.audit.tree.notes import COSIGNATURE_ED25519, NOTE_ED25519, Signer, VerifierKey

LOG_KEY = Path("keys", "checkpoint.pem")
WITNESS_KEY = Path("witness", "cosigner.pem")
EXPORT_KEY = Path("keys", "export.pem")
TRUSTED_WITNESSES = Path("keys", "witnesses.vkey")


class KeyMissing(RuntimeError):
    """A key that has already signed is not where it should be; a new one would not do."""


def create(path: Path, *, name: str) -> None:
    """Make a key called `name` at `path` (`.pem`, and `.vkey` for the public part).

    The vkey is written last: where it is, both are.
    """
    algorithm = COSIGNATURE_ED25519 if path.name == WITNESS_KEY.name else NOTE_ED25519
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_durably(path, pem)
    verifier = Signer(name, private, algorithm).verifier
    write_durably(path.with_suffix(".vkey"), f"{verifier}\n".encode(), mode=0o644)


def exists(path: Path) -> bool:
    return path.with_suffix(".vkey").exists()


def public(path: Path) -> VerifierKey:
    """Read the public part. Raises `KeyMissing`."""
    try:
        return VerifierKey.parse(path.with_suffix(".vkey").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise KeyMissing(str(path)) from None


def load(path: Path) -> Signer:
    """Read the whole key. Raises `KeyMissing`."""
    verifier = public(path)
    try:
        private = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        raise KeyMissing(str(path)) from None
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyMissing(str(path))
    signer = Signer(verifier.name, private, verifier.algorithm)
    if signer.verifier != verifier:
        raise KeyMissing(str(path))
    return signer


def witnesses(home: Path) -> tuple[VerifierKey, ...]:
    """Return the witnesses to trust: those in keys/witnesses.vkey, one a line, else our own."""
    listed, own = home / TRUSTED_WITNESSES, home / WITNESS_KEY
    if listed.exists():
        lines = listed.read_text(encoding="utf-8").splitlines()
        return tuple(VerifierKey.parse(line) for line in lines if line.strip())
    return (public(own),) if exists(own) else ()


def write_durably(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Replace `path` whole: after a crash it holds the old content or the new, never a part."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
