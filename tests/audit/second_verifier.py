# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A second verifier, written from the specifications alone: it shares no code with the first.

    python tests/audit/second_verifier.py CONNINFO LOG.vkey [WITNESS.vkey STATE.json]

Prints `ok N` or `bad: reason`. The tree is computed over all leaves, as RFC 6962 defines it.
"""

import base64
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import psycopg
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

COLUMNS = (  # noqa: SIM905  # shorter than a list
    "kind outcome at actor actor_kind role acting_grant ambito comune ente person subject client"
    " purpose practice request_id address"
).split()
SAID_AS = {"actor": "id", "actor_kind": "kind", "acting_grant": "grant", "request_id": "request"}


class Bad(Exception):
    pass


def tree_head(hashes: list[bytes], memory: dict[tuple[int, int], bytes]) -> bytes:
    """MTH over leaf hashes; `memory` keeps the heads of complete subtrees between calls."""

    def head(start: int, end: int) -> bytes:
        if end - start == 1:
            return hashes[start]
        if (start, end) in memory:
            return memory[start, end]
        k = 1
        while 2 * k < end - start:
            k *= 2
        joined = b"\x01" + head(start, start + k) + head(start + k, end)
        result = hashlib.sha256(joined).digest()
        if end - start == 2 * k:
            memory[start, end] = result
        return result

    return head(0, len(hashes)) if hashes else hashlib.sha256(b"").digest()


def verified(note: str, vkey: str) -> list[str]:
    """The lines of the text, if the key of `vkey` signed it."""
    name, key_id, material = vkey.strip().split("+", 2)
    kind, public = base64.b64decode(material)[0], base64.b64decode(material)[1:]
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    for line in signatures.splitlines():
        _, signer, blob = line.split(" ")
        raw = base64.b64decode(blob)
        if signer != name or raw[:4].hex() != key_id:
            continue
        message, signature = text.encode(), raw[4:]
        if kind == 4:
            stamp = int.from_bytes(signature[:8], "big")
            message, signature = f"cosignature/v1\ntime {stamp}\n{text}".encode(), signature[8:]
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        except InvalidSignature:
            raise Bad(f"signature of {name}") from None
        return text.splitlines()
    raise Bad(f"no signature of {name}")


def compare_columns(row: dict[str, Any]) -> None:
    event = json.loads(row["body"])
    by, facts = event["by"], event["facts"]
    for name in COLUMNS:
        value = row[name]
        if name in ("kind", "outcome"):
            wanted = event[name]
        elif name == "at":
            value, wanted = value.isoformat(), event["at"]
        elif name in ("actor", "actor_kind", "role", "acting_grant", "request_id", "address"):
            value, wanted = str(value or ""), by.get(SAID_AS.get(name, name), "")
        else:
            value = value.hex() if isinstance(value, bytes) else str(value or "")
            other = by.get(name, "") if name in ("ambito", "comune", "client") else ""
            wanted = facts.get(name, other)
        if value != wanted:
            raise Bad(f"event {row['id']}: column {name}")


def verify(conninfo: str, log_vkey: str, witness_vkey: str = "", remembered: str = "") -> int:
    with psycopg.connect(conninfo, row_factory=psycopg.rows.dict_row) as db:
        db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        db.execute("SET TIME ZONE 'UTC'")
        rows = db.execute("SELECT * FROM audit_event ORDER BY log_epoch, xid, id").fetchall()
        batches = db.execute("SELECT * FROM audit_batch ORDER BY first_leaf").fetchall()
        notes = db.execute("SELECT size, root, note FROM audit_checkpoint ORDER BY size").fetchall()
        tiles = db.execute("SELECT * FROM audit_tile").fetchall()
        lines = db.execute("SELECT size, line FROM audit_cosignature").fetchall()
    memory: dict[tuple[int, int], bytes] = {}
    heads: dict[int, bytes] = {}
    size, leaves = 0, [hashlib.sha256(b"\x00" + row["body"]).digest() for row in rows]
    for row, leaf in zip(rows, leaves, strict=True):
        if row["leaf"] != leaf:
            raise Bad(f"event {row['id']}: leaf")
        compare_columns(row)
    for batch in batches:
        key = batch["log_epoch"], batch["xid_from"], batch["xid_to"]
        n = sum(key[0] == row["log_epoch"] and key[1] <= row["xid"] <= key[2] for row in rows)
        if batch["first_leaf"] != size or n != batch["n"]:
            raise Bad(f"batch at leaf {size}")
        size += batch["n"]
        heads[size] = tree_head(leaves[:size], memory)
        if heads[size] != batch["root"]:
            raise Bad(f"root at {size}")
    if [note["size"] for note in notes] != sorted(heads):
        raise Bad("checkpoints")
    for note in notes:
        origin, told, root = verified(note["note"], log_vkey)[:3]
        true = (log_vkey.split("+")[0], str(note["size"]), heads[note["size"]], note["root"])
        if (origin, told, base64.b64decode(root), heads[note["size"]]) != true:
            raise Bad(f"checkpoint {note['size']}")
    level, hashes = 0, leaves[:size]
    stored = {(tile["level"], tile["index"]): tile["hashes"] for tile in tiles}
    while hashes:
        for start in range(0, len(hashes), 256):
            if stored.pop((level, start // 256), b"") != b"".join(hashes[start : start + 256]):
                raise Bad(f"tile {level}/{start // 256}")
        full = range(0, len(hashes) // 256 * 256, 256)
        hashes, level = [tree_head(hashes[i : i + 256], {}) for i in full], level + 1
    if stored:
        raise Bad("tiles that nothing needs")
    by_size = {note["size"]: note["note"] for note in notes}
    for line in lines:
        verified(by_size.get(line["size"], "\n\n") + line["line"], witness_vkey)
    if remembered:
        _, seen, root = verified(remembered, witness_vkey)[:3]
        if int(seen) > size or tree_head(leaves[: int(seen)], memory) != base64.b64decode(root):
            raise Bad("the witness has seen another log")
    return size


if __name__ == "__main__":
    conninfo, log, *rest = sys.argv[1:]
    vkey, witness, state = (Path(path).read_text() for path in (log, *rest, *[os.devnull] * 2)[:3])
    seen = json.loads(state or "{}").get(vkey.split("+")[0], "")
    try:
        print("ok", verify(conninfo, vkey, witness, seen))
    except Bad as fault:
        sys.exit(f"bad: {fault}")
