# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The process that reads hostile files: everything imported, one fork per file.

    python -m iam.signatures.sandbox.worker FD

FD is a socket of packets: `T` brings what to trust, `J` a channel for one job. It ends
when the service closes the socket, or after a minute with nothing to do. It imports no
Django, has no database, no keys and no environment.
"""

from __future__ import annotations

import gc
import logging
import os
import resource
import select
import signal
import socket
import sys
from datetime import UTC, datetime
from typing import Any

from iam.signatures.sandbox.messages import (
    ANSWER_SECONDS,
    JOB,
    STARTED,
    TRUST,
    pack,
    receive,
    smime_as_json,
    trust_from_blobs,
    verdict_as_json,
)
from iam.signatures.smime.receipts import judge_receipt
from iam.signatures.trust.lists import TrustListUnusable, read
from iam.signatures.trust.prepared import PreparedTrust
from iam.signatures.types import Binding, ExpectedSigner, TrustStore
from iam.signatures.verdict.judging import judge

IDLE_SECONDS = 60
MEMORY_BYTES = 1 << 30
CPU_SECONDS = 8
"""More is a file made to keep us busy."""
NOTHING = PreparedTrust(TrustStore(), None)


def serve(control: socket.socket) -> None:
    """Answer jobs, each in a child, until there is nobody to answer."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    trust = NOTHING
    while True:
        ready, _, _ = select.select([control], [], [], IDLE_SECONDS)
        if not ready:
            return
        kind, descriptors, _, _ = socket.recv_fds(control, 16, 1)
        if not kind or not descriptors:
            return
        with socket.socket(fileno=descriptors[0]) as channel:
            if kind == TRUST:
                trust = _prepared(channel)
            elif kind == JOB and os.fork() == 0:
                control.close()
                _child(channel, trust)


def _prepared(channel: socket.socket) -> PreparedTrust:
    try:
        header, blobs = receive(channel)
        store = trust_from_blobs(header, blobs)
        return PreparedTrust.of(store, at=datetime.fromisoformat(header["at"]))
    except Exception:
        return NOTHING


def _child(channel: socket.socket, trust: PreparedTrust) -> None:
    status = 1
    try:
        _limit()
        channel.sendall(STARTED)
        header, blobs = receive(channel)
        channel.sendall(pack(_answer(header, blobs, trust), []))
        status = 0
    except BaseException:
        status = 1
    finally:
        os._exit(status)


def _limit() -> None:
    """Bound memory, processor and time of this child, and let it write no file.

    The processor time judges the file; the other only says that the machine had none to give.
    """
    gc.freeze()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_REAL, ANSWER_SECONDS + 1)


def _answer(header: dict[str, Any], blobs: list[bytes], trust: PreparedTrust) -> dict[str, Any]:
    at = datetime.fromisoformat(header["at"])
    match header["kind"]:
        case "verify":
            binding = Binding(blobs[1]) if header["bound"] else None
            signers = [ExpectedSigner(**signer) for signer in header["signers"]]
            verdict = judge(blobs[0], binding=binding, signers=signers, trust=trust, at=at)
            return verdict_as_json(verdict)
        case "receipt":
            return smime_as_json(judge_receipt(blobs[0], trust=trust, at=at))
        case "trust-list":
            return _summary(trust_from_blobs(header, blobs), at)
    raise ValueError(header["kind"])


def _summary(store: TrustStore, at: datetime) -> dict[str, Any]:
    try:
        found = read(store.trust_list, signers=store.trust_list_signers, at=at)
    except TrustListUnusable as fault:
        return {"refusal": str(fault)}
    return {
        "refusal": "",
        "territory": found.territory,
        "sequence": found.sequence,
        "issued_at": found.issued_at.astimezone(UTC).isoformat(),
        "next_update": found.next_update.astimezone(UTC).isoformat(),
        "authorities": len(found.authorities),
        "timestamp_authorities": len(found.timestamp_authorities),
        "excluded": list(found.excluded),
    }


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    with socket.socket(fileno=int(sys.argv[1])) as inherited:
        serve(inherited)
