# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A proof that stands alone in a file, checked without the log. Source: C2SP tlog-proof."""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from iam.audit.tree import checkpoints, notes, proofs
from iam.audit.tree.hashing import HASH_BYTES, leaf_hash
from iam.audit.tree.notes import NoteRejected, Signature, VerifierKey

FIRST_LINE = "c2sp.org/tlog-proof@v1"
EXTENSION = ".tlog-proof"
INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")
MOST_HASHES = 63


@dataclass(frozen=True)
class ProofFile:
    """Leaf `index`, its path in the tree, and the signed checkpoint of that tree."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""

    def __str__(self) -> str:
        lines = [FIRST_LINE]
        if self.extra:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(step).decode() for step in self.path]
        return "\n".join([*lines, "", self.checkpoint])


def parse(text: str) -> ProofFile:
    """Read a proof file. Raises `NoteRejected`."""
    head, blank, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or lines.pop(0) != FIRST_LINE or not lines:
        raise NoteRejected("not a proof file")
    extra = b""
    if lines[0].startswith("extra "):
        extra = notes.decode64(lines.pop(0).removeprefix("extra "))
    index = INDEX.fullmatch(lines.pop(0)) if lines else None
    path = tuple(notes.decode64(line) for line in lines)
    if index is None or len(path) > MOST_HASHES or any(len(step) != HASH_BYTES for step in path):
        raise NoteRejected("malformed proof file")
    return ProofFile(int(index[1]), path, checkpoint, extra)


def check(
    proof: ProofFile,
    entry: bytes,
    *,
    log: VerifierKey,
    witnesses: Iterable[VerifierKey] = (),
    quorum: int = 0,
) -> tuple[checkpoints.Checkpoint, tuple[Signature, ...]]:
    """Return the checkpoint and its signatures if they prove that `entry` is in the log.

    Raises `NoteRejected` for a signature that is wrong or missing (the log's own and at least
    `quorum` of the witnesses' are needed), `ProofRejected` for a path that does not lead there.
    """
    checkpoint, signatures = checkpoints.opened(
        proof.checkpoint, (log, *witnesses), origin=log.name
    )
    signers = {signature.key for signature in signatures}
    if log not in signers or len(signers) - 1 < quorum:
        raise NoteRejected("a signature that is needed is missing")
    proofs.check_inclusion(
        leaf_hash(entry),
        index=proof.index,
        size=checkpoint.size,
        proof=proof.path,
        root=checkpoint.root,
    )
    return checkpoint, signatures
