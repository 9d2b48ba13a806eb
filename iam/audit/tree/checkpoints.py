# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checkpoints: what a log says of its tree, in three lines. Source: C2SP tlog-checkpoint."""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from iam.audit.tree import notes
from iam.audit.tree.hashing import HASH_BYTES
from iam.audit.tree.notes import NoteRejected, Signature, VerifierKey

SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def signed(self, signer: notes.Signer) -> str:
        """Return the note, with the log's own signature."""
        return f"{self.text}\n{signer.sign(self.text)}"


def read(text: str) -> Checkpoint:
    """Read a checkpoint's text; extension lines are allowed and not kept. Raises `NoteRejected`."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines) or not SIZE.fullmatch(lines[1]):
        raise NoteRejected("malformed checkpoint")
    root = notes.decode64(lines[2])
    if len(root) != HASH_BYTES:
        raise NoteRejected("malformed checkpoint")
    return Checkpoint(lines[0], int(lines[1]), root)


def opened(
    note: str, trusted: Iterable[VerifierKey], *, origin: str
) -> tuple[Checkpoint, tuple[Signature, ...]]:
    """Return a checkpoint of the log `origin` and its trusted signatures. Raises `NoteRejected`."""
    text, signatures = notes.opened(note, trusted)
    checkpoint = read(text)
    if checkpoint.origin != origin:
        raise NoteRejected("the checkpoint is of another log")
    return checkpoint, signatures
