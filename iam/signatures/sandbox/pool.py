# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The side of the service: it hands a file over and waits for the verdict, whatever happens.

No parser is imported here. One process is started when first needed and leaves after a
minute of rest; it forks for each file, at most three at a time.
"""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog

from iam.signatures.sandbox.messages import (
    ANSWER_SECONDS,
    JOB,
    STARTED,
    TRUST,
    pack,
    receive,
    trust_as_blobs,
    verdict_from_json,
)
from iam.signatures.types import (
    MAX_BYTES,
    Attendance,
    Binding,
    ExpectedSigner,
    Integrity,
    Outcome,
    Reason,
    SmimeVerdict,
    TrustStore,
    Verdict,
)
from iam.signatures.verdict.sentences import SENTENCES

logger = structlog.get_logger(__name__)

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 45
AT_ONCE = 3


class _Died(Exception):
    """The child ended without an answer: the file is not one to insist on."""


class _NotStarted(Exception):
    """The process was leaving, or is gone: another one may be asked."""


@dataclass(frozen=True)
class TrustListSummary:
    """What is in a trust list, or why it was refused (`refusal`)."""

    refusal: str
    territory: str = ""
    sequence: int = 0
    issued_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    next_update: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    authorities: int = 0
    timestamp_authorities: int = 0
    excluded: tuple[str, ...] = ()


def verify(
    content: bytes,
    *,
    binding: Binding | None,
    signers: Sequence[ExpectedSigner],
    trust: TrustStore,
    at: datetime,
) -> Verdict:
    """Return the verdict on `content` at the instant `at`, whatever `content` is.

    With `binding` it must be that document; `signers` must all have signed, in order,
    and nobody else (empty: whoever signed). It may take ten seconds, more on a busy
    machine, and asks the certificates' issuers over the network: never call it inside an action.
    A file that uses up its processor time is refused; one that found none is judged later.
    """
    if len(content) > MAX_BYTES:
        return _refusal(Reason.TOO_LARGE, Integrity.UNKNOWN, content, trust, at)
    header = {
        "kind": "verify",
        "at": at.isoformat(),
        "bound": binding is not None,
        "signers": [asdict(signer) for signer in signers],
    }
    blobs = [content] if binding is None else [content, binding.document]
    try:
        return verdict_from_json(_worker.ask(header, blobs, trust=trust, at=at))
    except _Died:
        return _refusal(Reason.UNREADABLE, Integrity.MALFORMED, content, trust, at)
    except (_NotStarted, TimeoutError):
        logger.error("signatures.sandbox.unavailable")
        return _refusal(Reason.CANNOT_CHECK, Integrity.UNKNOWN, content, trust, at)


def verify_receipt(message_bytes: bytes, *, trust: TrustStore, at: datetime) -> SmimeVerdict:
    """Return what the PEC provider's signature on a message is worth at `at`."""
    header = {"kind": "receipt", "at": at.isoformat()}
    try:
        found = _worker.ask(header, [message_bytes], trust=trust, at=at)
    except _Died:
        return SmimeVerdict(
            attendance=Attendance.UNREADABLE, sentence="Il messaggio non è leggibile."
        )
    except (_NotStarted, TimeoutError):
        logger.error("signatures.sandbox.unavailable")
        return SmimeVerdict(
            attendance=Attendance.UNCHECKED, sentence="Il messaggio non si può controllare ora."
        )
    return _smime(found)


def read_trust_list(store: TrustStore, *, at: datetime) -> TrustListSummary:
    """Verify and count the list in `store`, without taking it into use."""
    header, blobs = trust_as_blobs(store)
    header |= {"kind": "trust-list", "at": at.isoformat()}
    try:
        found = _worker.ask(header, blobs, trust=None, at=at)
    except (_Died, _NotStarted, TimeoutError):
        return TrustListSummary(refusal="non si riesce a leggerlo.")
    if found["refusal"]:
        return TrustListSummary(refusal=str(found["refusal"]))
    return TrustListSummary(
        refusal="",
        territory=str(found["territory"])[:2],
        sequence=int(found["sequence"]),
        issued_at=datetime.fromisoformat(found["issued_at"]),
        next_update=datetime.fromisoformat(found["next_update"]),
        authorities=int(found["authorities"]),
        timestamp_authorities=int(found["timestamp_authorities"]),
        excluded=tuple(str(line) for line in found["excluded"]),
    )


class _Worker:
    """The process on the other side, started when needed and replaced when gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(AT_ONCE)
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._trusts = ""
        self._owner = 0

    def ask(
        self,
        header: dict[str, Any],
        blobs: Sequence[bytes],
        *,
        trust: TrustStore | None,
        at: datetime,
    ) -> Any:
        """Return the answer to one job. Raises `_Died`, `_NotStarted` or `TimeoutError`."""
        if not self._slots.acquire(timeout=START_SECONDS):
            raise TimeoutError
        try:
            for _ in range(2):
                try:
                    return self._once(header, blobs, trust, at)
                except _NotStarted:
                    continue
            raise _NotStarted
        finally:
            self._slots.release()

    def _once(
        self,
        header: dict[str, Any],
        blobs: Sequence[bytes],
        trust: TrustStore | None,
        at: datetime,
    ) -> Any:
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                self._hand_over(theirs, trust, at)
            ours.settimeout(START_SECONDS)
            try:
                started = ours.recv(1)
            except ConnectionError:
                started = b""
            if started != STARTED:
                self._forget()
                raise _NotStarted
            ours.settimeout(ANSWER_SECONDS)
            try:
                ours.sendall(pack(header, blobs))
                answer, _ = receive(ours)
            except (EOFError, ConnectionError, ValueError):
                raise _Died from None
            return answer

    def _hand_over(self, channel: socket.socket, trust: TrustStore | None, at: datetime) -> None:
        with self._lock:
            control = self._running()
            try:
                if trust is not None and trust.fingerprint != self._trusts:
                    self._send_trust(control, trust, at)
                socket.send_fds(control, [JOB], [channel.fileno()])
            except OSError:
                self._stop()
                raise _NotStarted from None

    def _send_trust(self, control: socket.socket, trust: TrustStore, at: datetime) -> None:
        header, blobs = trust_as_blobs(trust)
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                socket.send_fds(control, [TRUST], [theirs.fileno()])
            ours.settimeout(START_SECONDS)
            ours.sendall(pack(header | {"at": at.isoformat()}, blobs))
        self._trusts = trust.fingerprint

    def _running(self) -> socket.socket:
        gone = self._process is None or self._process.poll() is not None
        if gone or self._owner != os.getpid() or self._control is None:
            self._stop()
            self._start()
        assert self._control is not None
        return self._control

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "iam.signatures.sandbox.worker", str(theirs.fileno())],
                cwd=ROOT,
                env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONHASHSEED": "0"},
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        ours.settimeout(START_SECONDS)
        self._control, self._owner, self._trusts = ours, os.getpid(), ""

    def _forget(self) -> None:
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        """Close the way to the process, which then ends by itself; it is ours to wait for."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None and self._owner == os.getpid():
            try:
                self._process.wait(timeout=1)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None

    close = _forget


_worker = _Worker()
atexit.register(_worker.close)


def _refusal(
    reason: Reason, integrity: Integrity, content: bytes, trust: TrustStore, at: datetime
) -> Verdict:
    outcome = Outcome.INDETERMINATE if reason is Reason.CANNOT_CHECK else Outcome.REJECT
    return Verdict(
        outcome=outcome,
        integrity=integrity,
        reason=reason,
        title=SENTENCES[reason].title,
        sentence=SENTENCES[reason].text,
        at=at,
        content_sha256=sha256(content).hexdigest(),
        trust_list_sha256=trust.trust_list_sha256,
    )


def _smime(found: dict[str, Any]) -> SmimeVerdict:
    from base64 import b64decode

    signed_at = found["signed_at"]
    return SmimeVerdict(
        attendance=Attendance(found["attendance"]),
        sentence=str(found["sentence"]),
        signer_address=str(found["signer_address"]),
        signer_name=str(found["signer_name"]),
        authority=str(found["authority"]),
        signed_at=datetime.fromisoformat(signed_at) if signed_at else None,
        content_sha256=str(found["content_sha256"]),
        content=b64decode(found["content"]),
    )
