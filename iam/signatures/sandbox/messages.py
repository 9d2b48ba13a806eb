# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words the two sides exchange: a JSON header and the bytes it announces."""

from __future__ import annotations

import json
import socket
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from iam.signatures.types import Evidence, SmimeVerdict, TrustStore, Verdict

LARGEST_REPLY = 96 * 1024 * 1024
STARTED = b"S"
ANSWER_SECONDS = 25
"""Of the clock on the wall: three times what a file may take of the processor."""
TRUST, JOB = b"T", b"J"


def pack(header: Mapping[str, Any], blobs: Sequence[bytes]) -> bytes:
    announced = dict(header) | {"blobs": [len(blob) for blob in blobs]}
    head = json.dumps(announced).encode()
    return b"".join((len(head).to_bytes(4), head, *blobs))


def receive(channel: socket.socket, *, at_most: int = LARGEST_REPLY) -> tuple[Any, list[bytes]]:
    """Read one message. Raises `EOFError` if the other side is gone, `ValueError` if too long."""
    length = int.from_bytes(_exactly(channel, 4))
    if length > at_most:
        raise ValueError("message too long")
    header = json.loads(_exactly(channel, length))
    sizes = [int(size) for size in header["blobs"]]
    if min(sizes, default=0) < 0 or sum(sizes) > at_most:
        raise ValueError("message too long")
    return header, [_exactly(channel, size) for size in sizes]


def _exactly(channel: socket.socket, size: int) -> bytes:
    read = bytearray()
    while len(read) < size:
        piece = channel.recv(min(size - len(read), 1 << 20))
        if not piece:
            raise EOFError
        read += piece
    return bytes(read)


def trust_as_blobs(store: TrustStore) -> tuple[dict[str, Any], list[bytes]]:
    header = {
        "signers": len(store.trust_list_signers),
        "seals": len(store.seals),
        "pec": len(store.pec_authorities),
        "hosts": list(store.fetch_hosts),
    }
    blobs = [store.trust_list, *store.trust_list_signers, *store.seals, *store.pec_authorities]
    return header, blobs


def trust_from_blobs(header: Mapping[str, Any], blobs: Sequence[bytes]) -> TrustStore:
    rest = list(blobs[1:])
    groups = []
    for name in ("signers", "seals", "pec"):
        groups.append(tuple(rest[: header[name]]))
        rest = rest[header[name] :]
    return TrustStore(
        trust_list=blobs[0],
        trust_list_signers=groups[0],
        seals=groups[1],
        pec_authorities=groups[2],
        fetch_hosts=tuple(header["hosts"]),
    )


def verdict_as_json(verdict: Verdict) -> dict[str, Any]:
    evidence = [
        {"kind": piece.kind, "content": b64encode(piece.content).decode()}
        for piece in verdict.evidence
    ]
    return {"report": verdict.report(), "evidence": evidence}


def verdict_from_json(value: Mapping[str, Any]) -> Verdict:
    evidence = [
        Evidence(kind=piece["kind"], content=b64decode(piece["content"]))
        for piece in value["evidence"]
    ]
    return Verdict.from_report(value["report"], evidence=evidence)


def smime_as_json(verdict: SmimeVerdict) -> dict[str, Any]:
    return {
        "attendance": verdict.attendance.value,
        "sentence": verdict.sentence,
        "signer_address": verdict.signer_address,
        "signer_name": verdict.signer_name,
        "authority": verdict.authority,
        "signed_at": verdict.signed_at.isoformat() if verdict.signed_at else None,
        "content_sha256": verdict.content_sha256,
        "content": b64encode(verdict.content).decode(),
    }
