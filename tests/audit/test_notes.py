# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Notes, checkpoints, cosignatures and proof files, byte for byte."""

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from iam.audit.tree import checkpoints, notes, proof_files, proofs, tiles
from iam.audit.tree.__main__ import main as check_files
from iam.audit.tree.hashing import leaf_hash

PUBLISHED_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PUBLISHED_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdng"
    "otpRZb6KE6RyyBwJnAM=\n"
)
"""The example note of Go's sumdb/note, the first implementation of the format."""

LOG = notes.Signer("registro.example/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))
WITNESS = notes.Signer(
    "testimone.example/w1",
    Ed25519PrivateKey.from_private_bytes(b"w" * 32),
    notes.COSIGNATURE_ED25519,
)
TRUSTED = (LOG.verifier, WITNESS.verifier)


def test_a_published_note_opens() -> None:
    key = notes.VerifierKey.parse(PUBLISHED_KEY)
    text, (signature,) = notes.opened(PUBLISHED_NOTE, [key])
    assert text.endswith("your problem is.\n")
    assert signature.key == key
    assert str(key) == PUBLISHED_KEY


def test_an_altered_note_is_rejected_and_so_is_one_by_a_stranger() -> None:
    key = notes.VerifierKey.parse(PUBLISHED_KEY)
    with pytest.raises(notes.NoteRejected):
        notes.opened(PUBLISHED_NOTE.replace("answer", "ANSWER"), [key])
    with pytest.raises(notes.SignatureUnknown):
        notes.opened(PUBLISHED_NOTE, [LOG.verifier])


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\n\u2014 name AAAA",
        "text\n\nname AAAAAAAA\n",
        "te\txt\n\n\u2014 name AAAAAAAA\n",
        "text\n\n\u2014 name\n",
        "text\n\n\u2014 name A===\n",
        "text\n\n" + "\u2014 name AAAAAAAA\n" * 40,
    ],
)
def test_a_malformed_note_is_rejected(note: str) -> None:
    with pytest.raises(notes.NoteRejected):
        notes.opened(note, TRUSTED)


@pytest.mark.parametrize(
    "text",
    [
        "log\n1\n",
        "log\n01\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "log\n-1\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "log\n1\n" + base64.b64encode(bytes(31)).decode() + "\n",
        "log\n1\nnot base64\n",
        "log\n1\n" + base64.b64encode(bytes(32)).decode() + "\n\nafter a hole\n",
    ],
)
def test_a_malformed_checkpoint_is_rejected(text: str) -> None:
    with pytest.raises(notes.NoteRejected):
        checkpoints.read(text)


def test_a_checkpoint_is_three_lines_and_its_signatures() -> None:
    checkpoint = checkpoints.Checkpoint(LOG.name, 20852163, bytes(range(32)))
    note = checkpoint.signed(LOG)
    assert note.splitlines()[:4] == [
        "registro.example/log",
        "20852163",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "",
    ]
    assert checkpoints.opened(note, TRUSTED, origin=LOG.name)[0] == checkpoint
    with pytest.raises(notes.NoteRejected):
        checkpoints.opened(note, TRUSTED, origin="another.example/log")


def test_a_cosignature_carries_its_time_and_is_bound_to_it() -> None:
    checkpoint = checkpoints.Checkpoint(LOG.name, 1, bytes(32))
    line = WITNESS.cosign(checkpoint.text, timestamp=1679315147)
    blob = base64.b64decode(line.split(" ")[2])
    assert len(blob) == 4 + 8 + 64
    assert int.from_bytes(blob[4:12]) == 1679315147
    message = f"cosignature/v1\ntime 1679315147\n{checkpoint.text}".encode()
    WITNESS.private.public_key().verify(blob[12:], message)

    note = checkpoint.signed(LOG) + line
    _, signatures = checkpoints.opened(note, TRUSTED, origin=LOG.name)
    assert [signature.timestamp for signature in signatures] == [None, 1679315147]

    moved = blob[:4] + (1679315148).to_bytes(8) + blob[12:]
    forged = f"\u2014 {WITNESS.name} {base64.b64encode(moved).decode()}\n"
    with pytest.raises(notes.NoteRejected):
        checkpoints.opened(checkpoint.signed(LOG) + forged, TRUSTED, origin=LOG.name)


def proof_of(index: int, size: int) -> proof_files.ProofFile:
    edge = tiles.Edge()
    stored = edge.append(leaf_hash(number.to_bytes(2)) for number in range(size))
    nodes = tiles.nodes_of(lambda level, tile: stored[level, tile])
    checkpoint = checkpoints.Checkpoint(LOG.name, size, edge.root())
    note = checkpoint.signed(LOG) + WITNESS.cosign(checkpoint.text, timestamp=7)
    return proof_files.ProofFile(
        index, proofs.inclusion_proof(index, size, nodes), note, extra=b"evento 7"
    )


def test_a_proof_file_proves_its_entry_and_no_other() -> None:
    proof = proof_files.parse(str(proof_of(299, 700)))
    assert str(proof).startswith("c2sp.org/tlog-proof@v1\nextra ZXZlbnRvIDc=\nindex 299\n")
    proof_files.check(
        proof, (299).to_bytes(2), log=LOG.verifier, witnesses=[WITNESS.verifier], quorum=1
    )
    with pytest.raises(proofs.ProofRejected):
        proof_files.check(proof, (298).to_bytes(2), log=LOG.verifier)


def test_a_proof_file_without_the_witness_is_rejected_where_one_is_asked() -> None:
    proof = proof_of(0, 1)
    alone = proof_files.ProofFile(
        proof.index, proof.path, "\n".join(proof.checkpoint.split("\n")[:5]) + "\n"
    )
    proof_files.check(alone, (0).to_bytes(2), log=LOG.verifier)
    with pytest.raises(notes.NoteRejected):
        proof_files.check(
            alone, (0).to_bytes(2), log=LOG.verifier, witnesses=[WITNESS.verifier], quorum=1
        )


@pytest.mark.parametrize(
    "text",
    ["", "c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v1\n\nnote", "other\nindex 0\n\nnote\n"],
)
def test_a_malformed_proof_file_is_rejected(text: str) -> None:
    with pytest.raises(notes.NoteRejected):
        proof_files.parse(text)


def test_a_proof_is_checked_from_files_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    event, proof = tmp_path / "event", tmp_path / "event.tlog-proof"
    log, witness = tmp_path / "log.vkey", tmp_path / "witness.vkey"
    event.write_bytes((5).to_bytes(2))
    proof.write_text(str(proof_of(5, 9)), encoding="utf-8")
    log.write_text(f"{LOG.verifier}\n", encoding="utf-8")
    witness.write_text(f"{WITNESS.verifier}\n", encoding="utf-8")
    arguments = [str(path) for path in (proof, event, log, witness)]
    assert check_files(arguments) == 0
    assert "Provato" in capsys.readouterr().out
    event.write_bytes((6).to_bytes(2))
    assert check_files(arguments) == 1
    assert "NON provato" in capsys.readouterr().err
    assert check_files([]) == 2
