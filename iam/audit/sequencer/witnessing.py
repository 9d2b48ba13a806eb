# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking a witness to cosign the newest checkpoint. Source: C2SP tlog-witness, add-checkpoint."""

import base64
import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg

from iam.audit.ledger import stored
from iam.audit.tree import checkpoints, notes, proofs
from iam.audit.tree.notes import VerifierKey

TIMEOUT_SECONDS = 3
MOST_ANSWER_BYTES = 16_384
SIZE_TYPE = "text/x.tlog.size"

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True)
class Verdict:
    """What came of asking: `ok`, `nothing-new`, or why there is no cosignature."""

    state: str
    size: int
    detail: str = ""


@dataclass(frozen=True)
class Witness:
    """Where the witness answers, and the key that is known to be its own."""

    url: str
    key: VerifierKey

    def ask(self, connection: Connection, log: VerifierKey) -> Verdict:
        """Submit the newest checkpoint and store the cosignature.

        `refused` means that the witness has seen another history: the log was rewritten,
        or has lost its end.
        """
        cursor = connection.cursor()
        cursor.execute("SELECT size, note FROM audit_checkpoint ORDER BY size DESC LIMIT 1")
        newest = cursor.fetchone()
        if newest is None:
            return Verdict("nothing-new", 0)
        size, note = int(str(newest[0])), str(newest[1])
        cursor.execute(
            "SELECT coalesce(max(size), 0) FROM audit_cosignature WHERE witness = %s",
            (self.key.name,),
        )
        row = cursor.fetchone()
        old = int(str(row[0])) if row else 0
        if old >= size:
            return Verdict("nothing-new", size)
        try:
            status, kind, answer = self._submit(cursor, old, size, note)
            if status == 409 and kind == SIZE_TYPE and int(answer) <= size:
                status, kind, answer = self._submit(cursor, int(answer), size, note)
            if status != 200:
                return Verdict("refused", size, f"{status} {answer.strip()[:200]}")
            line = self._line_of(note, answer, log)
        except (OSError, http.client.HTTPException) as fault:
            return Verdict("silent", size, type(fault).__name__)
        except (LookupError, ValueError) as fault:
            return Verdict("refused", size, str(fault))
        cursor.execute(
            "INSERT INTO audit_cosignature (size, witness, line) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            (size, self.key.name, line),
        )
        return Verdict("ok", size)

    def _submit(
        self, cursor: stored.Cursor, old: int, size: int, note: str
    ) -> tuple[int, str, str]:
        proof = proofs.consistency_proof(old, size, stored.nodes(cursor))
        lines = [f"old {old}", *(base64.b64encode(step).decode() for step in proof), "", note]
        return post(self.url, "\n".join(lines))

    def _line_of(self, note: str, answer: str, log: VerifierKey) -> str:
        """Return the witness's line, verified. Raises `NoteRejected`."""
        _, signatures = checkpoints.opened(note + answer, (log, self.key), origin=log.name)
        for signature in signatures:
            if signature.key == self.key:
                return signature.line
        raise notes.NoteRejected("the witness answered without its cosignature")


def post(url: str, body: str) -> tuple[int, str, str]:
    """Return the status, the media type and the text of the answer to add-checkpoint."""
    place = urlsplit(url)
    plain = place.scheme == "http"
    kind = http.client.HTTPConnection if plain else http.client.HTTPSConnection
    connection = kind(place.netloc, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("POST", f"{place.path.rstrip('/')}/add-checkpoint", body.encode())
        answer = connection.getresponse()
        text = answer.read(MOST_ANSWER_BYTES).decode("utf-8", "replace")
        return answer.status, answer.headers.get_content_type(), text
    finally:
        connection.close()
