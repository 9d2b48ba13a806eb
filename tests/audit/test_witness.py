# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A witness signs only what continues what it signed. Source: C2SP tlog-witness."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from iam.audit.tree import checkpoints, proofs, tiles
from iam.audit.tree.checkpoints import Checkpoint
from iam.audit.tree.hashing import leaf_hash
from iam.audit.tree.notes import COSIGNATURE_ED25519, Signer
from iam.audit.witness.cosigning import SIZE_TYPE, Witness
from iam.audit.witness.serving import Server

LOG = Signer("registro.example/log", Ed25519PrivateKey.generate())
STRANGER = Signer("altro.example/log", Ed25519PrivateKey.generate())
COSIGNER = Signer("testimone.example/w1", Ed25519PrivateKey.generate(), COSIGNATURE_ED25519)
SMALL, LARGE = 7, 300


class Tree:
    def __init__(self, salt: bytes = b"") -> None:
        self._edge = tiles.Edge()
        self._stored = self._edge.append(leaf_hash(salt + bytes([i % 256])) for i in range(LARGE))
        self.nodes = tiles.nodes_of(lambda level, index: self._stored.get((level, index), b""))

    def note(self, size: int, signer: Signer = LOG) -> str:
        return Checkpoint(signer.name, size, proofs.root(size, self.nodes)).signed(signer)

    def request(self, old: int, size: int, signer: Signer = LOG) -> str:
        proof = proofs.consistency_proof(old, size, self.nodes)
        lines = [f"old {old}", *(base64.b64encode(step).decode() for step in proof)]
        return "\n".join([*lines, "", self.note(size, signer)])


TREE, OTHER = Tree(), Tree(b"other")


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness(COSIGNER, (LOG.verifier,), tmp_path / "state.json")


def test_a_log_that_grows_is_cosigned_and_remembered(witness: Witness, tmp_path: Path) -> None:
    for old, size in ((0, SMALL), (SMALL, SMALL), (SMALL, LARGE)):
        answer = witness.add_checkpoint(TREE.request(old, size))
        assert answer.status == 200
        checkpoint, signatures = checkpoints.opened(
            TREE.note(size) + answer.body, (LOG.verifier, COSIGNER.verifier), origin=LOG.name
        )
        assert checkpoint.size == size
        assert {signature.key for signature in signatures} == {LOG.verifier, COSIGNER.verifier}
        again = Witness(COSIGNER, (LOG.verifier,), tmp_path / "state.json")
        assert again.checkpoint_of(LOG.name) == witness.checkpoint_of(LOG.name)


def test_another_history_is_unprocessable(witness: Witness) -> None:
    witness.add_checkpoint(TREE.request(0, SMALL))
    assert witness.add_checkpoint(OTHER.request(SMALL, LARGE)).status == 422
    assert witness.add_checkpoint(TREE.request(SMALL, LARGE)).status == 200


def test_a_wrong_old_size_is_told_the_right_one(witness: Witness) -> None:
    witness.add_checkpoint(TREE.request(0, SMALL))
    for request in (TREE.request(0, LARGE), TREE.request(SMALL + 1, LARGE), TREE.request(0, 3)):
        answer = witness.add_checkpoint(request)
        assert (answer.status, answer.body, answer.media_type) == (409, f"{SMALL}\n", SIZE_TYPE)


def test_another_root_for_the_same_size_is_a_conflict(witness: Witness) -> None:
    witness.add_checkpoint(TREE.request(0, SMALL))
    assert witness.add_checkpoint(OTHER.request(SMALL, SMALL)).status == 409


def test_an_unknown_log_is_not_found_and_a_forged_signature_is_forbidden(witness: Witness) -> None:
    assert witness.add_checkpoint(TREE.request(0, SMALL, STRANGER)).status == 404
    forged = Signer(LOG.name, STRANGER.private)
    assert witness.add_checkpoint(TREE.request(0, SMALL, forged)).status == 403


@pytest.mark.parametrize(
    "request_body",
    [
        "",
        "old\n\n" + TREE.note(SMALL),
        "old 01\n\n" + TREE.note(SMALL),
        "old -1\n\n" + TREE.note(SMALL),
        TREE.request(0, SMALL).replace("old 0", f"old {LARGE}"),
        "old 0\n" + base64.b64encode(bytes(32)).decode() + "\n\n" + TREE.note(SMALL),
        "old 5\nAAAA\n\n" + TREE.note(SMALL),
        "old 5\n" + (base64.b64encode(bytes(32)).decode() + "\n") * 64 + "\n" + TREE.note(SMALL),
        "old 0\n\nnot a note",
    ],
)
def test_a_malformed_request_is_bad(witness: Witness, request_body: str) -> None:
    assert witness.add_checkpoint(request_body).status == 400


def test_of_requests_at_once_one_at_most_moves_the_log_on(witness: Witness) -> None:
    witness.add_checkpoint(TREE.request(0, SMALL))
    requests = [TREE.request(SMALL, size) for size in range(SMALL + 1, SMALL + 17)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(witness.add_checkpoint, requests))
    assert sorted(answer.status for answer in answers) == [200] + [409] * 15


def test_over_http_it_answers_as_the_protocol_says(witness: Witness) -> None:
    server = Server(("127.0.0.1", 0), witness)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    connection = HTTPConnection(server.url.removeprefix("http://"), timeout=5)
    origin = sha256(LOG.name.encode()).hexdigest()
    try:
        for method, path, body, status in (
            ("POST", "/add-checkpoint", TREE.request(0, SMALL), 200),
            ("POST", "/add-checkpoint", TREE.request(0, LARGE), 409),
            ("GET", f"/{origin}/checkpoint", None, 200),
            ("GET", "/", None, 404),
            ("POST", "/add-checkpoint", b"\xff", 400),
            ("POST", "/other", "x", 404),
            ("POST", "/add-checkpoint", "x" * 70_000, 413),
        ):
            connection.request(method, path, body.encode() if isinstance(body, str) else body)
            answer = connection.getresponse()
            text = answer.read().decode()
            assert answer.status == status, (method, path)
            if status == 409:
                assert (answer.headers["Content-Type"], text) == (SIZE_TYPE, f"{SMALL}\n")
            if method == "GET" and status == 200:
                assert text == witness.checkpoint_of(LOG.name)
    finally:
        connection.close()
        server.shutdown()
        server.server_close()


def test_the_state_on_disk_is_signed_by_the_witness(witness: Witness, tmp_path: Path) -> None:
    witness.add_checkpoint(TREE.request(0, SMALL))
    state = json.loads((tmp_path / "state.json").read_text(encoding="utf-8"))
    checkpoint, _ = checkpoints.opened(state[LOG.name], [COSIGNER.verifier], origin=LOG.name)
    assert checkpoint.size == SMALL
