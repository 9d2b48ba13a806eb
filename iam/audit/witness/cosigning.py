# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a witness decides: a log may only grow. Source: C2SP tlog-witness, add-checkpoint."""

import json
import re
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from iam.audit.ledger.keys import write_durably
from iam.audit.tree import checkpoints, notes, proofs
from iam.audit.tree.hashing import EMPTY_ROOT, HASH_BYTES
from iam.audit.tree.notes import NoteRejected, Signer, VerifierKey

OLD_SIZE = re.compile(r"old (0|[1-9][0-9]{0,18})")
MOST_PROOF_LINES = 63
SIZE_TYPE = "text/x.tlog.size"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    media_type: str = TEXT


class Witness:
    """The newest checkpoint of each log it knows, in a file that is replaced whole."""

    def __init__(self, signer: Signer, logs: tuple[VerifierKey, ...], state: Path) -> None:
        self._signer = signer
        self._logs = logs
        self._path = state
        self._one_at_a_time = Lock()
        self._notes: dict[str, str] = (
            json.loads(state.read_text(encoding="utf-8")) if state.exists() else {}
        )

    def checkpoint_of(self, origin: str) -> str | None:
        """Return the newest cosigned checkpoint, with its signatures."""
        return self._notes.get(origin)

    @property
    def origins(self) -> tuple[str, ...]:
        return tuple(self._notes)

    def add_checkpoint(self, body: str) -> Answer:
        """Answer a request. What is cosigned is on disk before it is answered."""
        try:
            old, proof, note = _parsed(body)
            text, _ = notes.split(note)
            origin = checkpoints.read(text).origin
        except NoteRejected as fault:
            return Answer(400, f"{fault}\n")
        keys = [key for key in self._logs if key.name == origin]
        if not keys:
            return Answer(404, "unknown log\n")
        try:
            checkpoint, signatures = checkpoints.opened(note, keys, origin=origin)
        except NoteRejected as fault:
            return Answer(403, f"{fault}\n")
        if old > checkpoint.size:
            return Answer(400, "the old size is larger than the checkpoint's\n")
        with self._one_at_a_time:
            return self._grown(old, proof, checkpoint, "".join(s.line for s in signatures))

    def _grown(
        self, old: int, proof: list[bytes], new: checkpoints.Checkpoint, signed: str
    ) -> Answer:
        seen = self._seen(new.origin)
        if old != seen.size:
            return Answer(409, f"{seen.size}\n", SIZE_TYPE)
        if old == new.size and seen.root != new.root:
            return Answer(409, f"{seen.size}\n", SIZE_TYPE)
        try:
            proofs.check_consistency(
                old=old, old_root=seen.root, size=new.size, root=new.root, proof=proof
            )
        except proofs.ProofRejected as fault:
            return Answer(422, f"{fault}\n")
        line = self._signer.cosign(new.text, timestamp=int(time.time()))
        self._notes[new.origin] = f"{new.text}\n{signed}{line}"
        write_durably(self._path, json.dumps(self._notes).encode())
        return Answer(200, line)

    def _seen(self, origin: str) -> checkpoints.Checkpoint:
        note = self._notes.get(origin)
        if note is None:
            return checkpoints.Checkpoint(origin, 0, EMPTY_ROOT)
        return checkpoints.read(notes.split(note)[0])


def _parsed(body: str) -> tuple[int, list[bytes], str]:
    head, blank, note = body.partition("\n\n")
    first, *lines = head.split("\n")
    old = OLD_SIZE.fullmatch(first)
    if not blank or old is None or len(lines) > MOST_PROOF_LINES:
        raise NoteRejected("malformed request")
    proof = [notes.decode64(line) for line in lines]
    if any(len(step) != HASH_BYTES for step in proof) or (old[1] == "0" and proof):
        raise NoteRejected("malformed proof")
    return int(old[1]), proof, note
