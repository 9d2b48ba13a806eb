# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signed notes: a text and the lines that sign it. Source: C2SP signed-note, tlog-cosignature."""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

NOTE_ED25519 = 0x01
COSIGNATURE_ED25519 = 0x04
DASH = "\u2014"
KEY_NAME = re.compile(r"[^\s+]+")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
MOST_SIGNATURES = 32


class NoteRejected(ValueError):
    """A note is malformed, or no key that is trusted has signed it."""


class SignatureUnknown(NoteRejected):
    """Nobody who is trusted has signed the note."""


@dataclass(frozen=True)
class VerifierKey:
    """A public key with its name; its text form (`vkey`) is name+id+material."""

    name: str
    algorithm: int
    public: bytes

    @property
    def id(self) -> bytes:
        named = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public
        return sha256(named).digest()[:4]

    def __str__(self) -> str:
        material = base64.b64encode(bytes([self.algorithm]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{material}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read a vkey. Raises `NoteRejected` if it is malformed or of another algorithm."""
        name, _, rest = text.strip().partition("+")
        stated, _, encoded = rest.partition("+")
        material = decode64(encoded)
        if not KEY_NAME.fullmatch(name) or len(material) != 33:
            raise NoteRejected("malformed verifier key")
        key = cls(name, material[0], material[1:])
        if key.algorithm not in (NOTE_ED25519, COSIGNATURE_ED25519) or key.id.hex() != stated:
            raise NoteRejected("malformed verifier key")
        return key


@dataclass(frozen=True)
class Signer:
    """A private key with its name, for one algorithm."""

    name: str
    private: Ed25519PrivateKey
    algorithm: int = NOTE_ED25519

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, self.algorithm, self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """Return the signature line on `text`, newline included."""
        if self.algorithm != NOTE_ED25519:
            raise ValueError("a cosigner states when it signs")
        return self._line(self.private.sign(text.encode()))

    def cosign(self, text: str, *, timestamp: int) -> str:
        """Return the cosignature line on a checkpoint's `text`; `timestamp` is POSIX seconds."""
        if self.algorithm != COSIGNATURE_ED25519:
            raise ValueError("a log's signature has no time")
        signature = self.private.sign(_cosigned(text, timestamp))
        return self._line(timestamp.to_bytes(8) + signature)

    def _line(self, signature: bytes) -> str:
        encoded = base64.b64encode(self.verifier.id + signature).decode()
        return f"{DASH} {self.name} {encoded}\n"


@dataclass(frozen=True)
class Signature:
    """A signature that was verified; `timestamp` is None unless it is a cosignature."""

    key: VerifierKey
    line: str
    timestamp: int | None


def _cosigned(text: str, timestamp: int) -> bytes:
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def decode64(text: str) -> bytes:
    """Read standard base64, nothing else. Raises `NoteRejected`."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteRejected("malformed base64") from None


def split(note: str) -> tuple[str, list[str]]:
    """Return the text (with its last newline) and the signature lines. Raises `NoteRejected`."""
    text, blank, signatures = note.rpartition("\n\n")
    if CONTROL.search(note) or not blank or not text or not signatures.endswith("\n"):
        raise NoteRejected("malformed note")
    lines = signatures.splitlines(keepends=True)
    if len(lines) > MOST_SIGNATURES or not all(line.startswith(f"{DASH} ") for line in lines):
        raise NoteRejected("malformed signature lines")
    return text + "\n", lines


def opened(note: str, trusted: Iterable[VerifierKey]) -> tuple[str, tuple[Signature, ...]]:
    """Return the text and every signature by a trusted key.

    Raises `NoteRejected` if the note is malformed or a trusted key's signature is wrong, and
    `SignatureUnknown` if no trusted key has signed.
    """
    text, lines = split(note)
    known = {(key.name, key.id): key for key in trusted}
    verified = []
    for line in lines:
        signature = _verified(text, line, known)
        if signature is not None:
            verified.append(signature)
    if not verified:
        raise SignatureUnknown("nobody who is trusted has signed")
    return text, tuple(verified)


def _verified(
    text: str, line: str, known: dict[tuple[str, bytes], VerifierKey]
) -> Signature | None:
    try:
        _, name, encoded = line.removesuffix("\n").split(" ")
    except ValueError:
        raise NoteRejected("malformed signature line") from None
    blob = decode64(encoded)
    if len(blob) < 5 or not KEY_NAME.fullmatch(name):
        raise NoteRejected("malformed signature line")
    key = known.get((name, blob[:4]))
    if key is None:
        return None
    message, signature, timestamp = text.encode(), blob[4:], None
    if key.algorithm == COSIGNATURE_ED25519:
        timestamp, signature = int.from_bytes(signature[:8]), signature[8:]
        message = _cosigned(text, timestamp)
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except InvalidSignature:
        raise NoteRejected(f"the signature of {name} is wrong") from None
    return Signature(key, line, timestamp)
