# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever a superuser does to the log behind its triggers, both verifiers see it."""

import random
import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from threading import Thread

import psycopg
import pytest
from psycopg import sql

from iam.audit.ledger import keys
from iam.audit.sequencer.witnessing import Verdict
from iam.audit.sequencer.witnessing import Witness as Asked
from iam.audit.tree.checkpoints import Checkpoint
from iam.audit.tree.notes import COSIGNATURE_ED25519
from iam.audit.tree.tiles import Edge
from iam.audit.verifier import verifying
from iam.audit.verifier.events import check_span
from iam.audit.verifier.faults import Fault, Place
from iam.audit.verifier.verifying import Trust, _spans, verify
from iam.audit.witness.cosigning import Witness
from iam.audit.witness.serving import Server
from tests import cluster
from tests.audit import second_verifier
from tests.audit.conftest import ORIGIN, Log, body_of

SIZES = (5, 300, 1, 220, 3)
TOTAL = sum(SIZES)


def row_of(leaf: int) -> str:
    """The event at `leaf`: in these logs ids and leaves go together."""
    return f"id = {leaf + 1}"


def second_opinion(log: Log, trust: Trust) -> None:
    """Raise `Bad` where the second verifier finds a fault."""
    witness = str(trust.witnesses[0]) if trust.witnesses else ""
    second_verifier.verify(log.conninfo("auditor"), str(trust.log), witness, trust.remembered)


def assert_found(log: Log, trust: Trust | None = None) -> Place:
    """Both verifiers refuse the log; return what the first one says."""
    with pytest.raises(second_verifier.Bad):
        second_opinion(log, trust or log.trust)
    with pytest.raises(Fault) as found:
        log.verify(trust)
    return found.value.place


EDITS: dict[str, Callable[[int], tuple[str, ...]]] = {
    "evento-alterato": lambda leaf: (
        "UPDATE audit_event SET body = body || ' '::bytea,"
        f" leaf = sha256('\\x00'::bytea || body || ' '::bytea) WHERE {row_of(leaf)}",
    ),
    "evento-cancellato": lambda leaf: (f"DELETE FROM audit_event WHERE {row_of(leaf)}",),
    "impronta-alterata": lambda leaf: (
        f"UPDATE audit_event SET leaf = sha256('x') WHERE {row_of(leaf)}",
    ),
    "colonne-alterate": lambda leaf: (
        f"UPDATE audit_event SET comune = 'H501' WHERE {row_of(leaf)}",
    ),
    "eventi-scambiati": lambda leaf: (
        "UPDATE audit_event AS e SET (body, leaf, practice, request_id) = (SELECT o.body, o.leaf,"
        " o.practice, o.request_id FROM audit_event o WHERE o.id IN (e.id - 1, e.id + 1)"
        f" AND o.id IN ({leaf + 1}, {leaf + 2})) WHERE e.id IN ({leaf + 1}, {leaf + 2})",
    ),
    "evento-inserito": lambda leaf: (
        "INSERT INTO audit_event (id, log_epoch, xid, at, kind, outcome, actor_kind, role, ambito,"
        " comune, ente, client, purpose, practice, request_id, address, body, leaf)"
        " OVERRIDING SYSTEM VALUE SELECT id - 100000, log_epoch, xid, at, kind, outcome,"
        " actor_kind, role, ambito, comune, ente, client, purpose, practice, request_id, address,"
        f" body || ' '::bytea, sha256('\\x00'::bytea || body || ' '::bytea) FROM audit_event"
        f" WHERE xid = (SELECT xid FROM audit_event WHERE {row_of(leaf)}) ORDER BY id LIMIT 1",
    ),
}


@pytest.fixture(scope="session")
def model(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    """A good log in five batches, with two events that wait; each test gets a copy."""
    home = tmp_path_factory.mktemp("model")
    keys.create(home / keys.LOG_KEY, name=ORIGIN)
    with cluster.home.fresh_database() as name:
        log = Log(name, home)
        log.write_and_sequence(*SIZES)
        log.write(2)
        report = log.verify()
        assert (report.events, report.batches, report.checkpoints) == (TOTAL, 5, 5)
        assert report.waiting == 2
        second_opinion(log, log.trust)
        yield log


@pytest.fixture
def good(model: Log, tmp_path: Path) -> Iterator[Log]:
    shutil.copytree(model.home, tmp_path, dirs_exist_ok=True)
    name = f"{model.database}_copy"
    with psycopg.connect(cluster.home.cluster.conninfo(), autocommit=True) as superuser:
        superuser.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(model.database)
            )
        )
        try:
            yield Log(name, tmp_path)
        finally:
            superuser.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.mark.norma("GDPR", "5(2), 32", "Ogni alterazione del registro è scoperta e localizzata")
@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_found_and_its_place_named(good: Log, edit: str) -> None:
    seed = random.randrange(10**6)
    leaf = random.Random(seed).randrange(6, 300)
    good.tamper(*EDITS[edit](leaf))
    fault = assert_found(good)
    assert fault.code == edit, (seed, fault.sentence)
    if edit == "evento-inserito":
        leaf = 5
    assert fault.leaf == leaf, (seed, fault.sentence)
    assert str(leaf) in fault.sentence


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("DELETE FROM audit_event WHERE id > 500", "eventi-mancanti"),
        ("DELETE FROM audit_batch WHERE first_leaf = 305", "checkpoint-senza-blocco"),
        ("UPDATE audit_batch SET root = sha256('x') WHERE first_leaf = 5", "radice-del-blocco"),
        ("DELETE FROM audit_checkpoint WHERE size = 305", "firma-mancante"),
        ("UPDATE audit_checkpoint SET note = replace(note, '305', '304')", "firma-non-valida"),
        ("UPDATE audit_checkpoint SET root = sha256('x') WHERE size = 5", "firma-di-altro-albero"),
        ("DELETE FROM audit_tile WHERE level = 1", "tessera-alterata"),
        (
            "UPDATE audit_tile SET hashes = hashes || sha256('x') WHERE level = 0 AND index = 2",
            "tessere-in-piu-o-in-meno",
        ),
        ("INSERT INTO audit_tile VALUES (5, 0, sha256('x'))", "tessere-in-piu-o-in-meno"),
        (
            "INSERT INTO audit_event (log_epoch, xid, at, kind, outcome, actor_kind, role, ambito,"
            " comune, ente, client, purpose, practice, request_id, address, body, leaf)"
            " SELECT log_epoch, xid, at, kind, outcome, actor_kind, role, ambito, comune, ente,"
            " client, purpose, practice, request_id, address, body, leaf FROM audit_event"
            " WHERE id = 529",
            "evento-fuori-albero",
        ),
    ],
)
def test_a_change_of_the_tree_is_found(good: Log, change: str, code: str) -> None:
    good.tamper(sql.SQL(change))
    assert assert_found(good).code == code


def test_a_long_log_is_compared_by_several_processes(
    good: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "WORTH_A_PROCESS", 200)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    with good.connect("auditor") as auditor:
        report = verify(auditor, good.trust, conninfo=good.conninfo("auditor"))
    assert (report.events, report.waiting, report.batches) == (TOTAL, 2, 5)


def test_each_span_of_a_long_log_answers_for_its_own_leaves(good: Log) -> None:
    good.tamper(*EDITS["evento-alterato"](400))
    with good.connect("auditor") as auditor, auditor.transaction():
        spans = _spans(auditor, TOTAL, 2)
        assert [(span.first, span.end) for span in spans] == [(0, 306), (306, TOTAL)]
        first, second = (check_span(auditor, span) for span in spans)
    assert (first.events, first.fault) == (306, None)
    assert second.fault is not None
    assert second.fault.leaf == 400


@pytest.fixture
def witnessed(good: Log) -> Log:
    """The log and a witness that has cosigned it; its state is in the log's home."""
    keys.create(good.home / keys.WITNESS_KEY, name="testimone.example/w1")
    assert ask(good).state == "ok"
    return good


def witness_at(log: Log) -> Witness:
    signer = keys.load(log.home / keys.WITNESS_KEY)
    assert signer.algorithm == COSIGNATURE_ED25519
    return Witness(signer, (log.trust.log,), log.home / "witness" / "state.json")


def ask(log: Log) -> Verdict:
    """Submit the newest checkpoint to the witness over HTTP."""
    server = Server(("127.0.0.1", 0), witness_at(log))
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        with log.connect("sequencer") as connection:
            asked = Asked(server.url, keys.public(log.home / keys.WITNESS_KEY))
            return asked.ask(connection, log.trust.log)
    finally:
        server.shutdown()
        server.server_close()


def trust_with_witness(log: Log) -> Trust:
    return Trust(
        log.trust.log,
        (keys.public(log.home / keys.WITNESS_KEY),),
        witness_at(log).checkpoint_of(log.trust.log.name) or "",
    )


def rewrite(log: Log, *, upto: int, changing: int | None) -> None:
    """What an intruder with the log's stolen key does: another tree, signed anew."""
    signer = keys.load(log.home / keys.LOG_KEY)
    with log.connect(None) as intruder, intruder.transaction():
        for table in ("event", "tile", "batch", "checkpoint", "cosignature"):
            intruder.execute(
                sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(
                    sql.Identifier(f"audit_{table}")
                )
            )
        for table in ("tile", "checkpoint", "cosignature"):
            intruder.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(f"audit_{table}")))
        intruder.execute("DELETE FROM audit_batch WHERE first_leaf >= %s", (upto,))
        intruder.execute("DELETE FROM audit_event WHERE id > %s", (upto,))
        if changing is not None:
            body = body_of(changing).replace(b"B102", b"H501")
            intruder.execute(
                "UPDATE audit_event SET comune = 'H501', body = %s, leaf = %s,"
                " practice = %s, request_id = %s WHERE id = %s",
                (
                    body,
                    sha256(b"\x00" + body).digest(),
                    f"P-{changing}",
                    f"r{changing}",
                    changing + 1,
                ),
            )
        edge = Edge()
        leaves = intruder.execute("SELECT leaf FROM audit_event ORDER BY id").fetchall()
        batches = intruder.execute(
            "SELECT first_leaf, n FROM audit_batch ORDER BY first_leaf"
        ).fetchall()
        for first, n in batches:
            tiles = edge.append(bytes(leaf) for (leaf,) in leaves[first : first + n])
            for (level, index), hashes in tiles.items():
                intruder.execute(
                    "INSERT INTO audit_tile VALUES (%s, %s, %s)"
                    " ON CONFLICT (level, index) DO UPDATE SET hashes = EXCLUDED.hashes",
                    (level, index, hashes),
                )
            note = Checkpoint(signer.name, edge.size, edge.root()).signed(signer)
            intruder.execute(
                "UPDATE audit_batch SET root = %s WHERE first_leaf = %s", (edge.root(), first)
            )
            intruder.execute(
                "INSERT INTO audit_checkpoint (size, root, note) VALUES (%s, %s, %s)",
                (edge.size, edge.root(), note),
            )


def test_a_log_with_its_witness_is_good(witnessed: Log) -> None:
    trust = trust_with_witness(witnessed)
    report = witnessed.verify(trust)
    assert (report.cosignatures, report.cosigned_size, report.witness_size) == (1, TOTAL, TOTAL)
    second_opinion(witnessed, trust)


def test_a_log_rewritten_with_its_stolen_key_deceives_all_but_the_witness(witnessed: Log) -> None:
    rewrite(witnessed, upto=TOTAL, changing=42)
    witnessed.verify()
    assert assert_found(witnessed, trust_with_witness(witnessed)).code == "registro-riscritto"

    witnessed.write_and_sequence(4)
    verdict = ask(witnessed)
    assert (verdict.state, verdict.detail[:3]) == ("refused", "422")


def test_a_log_shortened_with_its_stolen_key_deceives_all_but_the_witness(witnessed: Log) -> None:
    rewrite(witnessed, upto=306, changing=None)
    witnessed.verify()
    assert assert_found(witnessed, trust_with_witness(witnessed)).code == "albero-accorciato"
    verdict = ask(witnessed)
    assert (verdict.state, verdict.detail[:3]) == ("refused", "409")


def test_a_cosignature_that_outlives_its_checkpoint_betrays_the_intruder(witnessed: Log) -> None:
    with witnessed.connect("auditor") as auditor:
        kept = auditor.execute("SELECT size, witness, line FROM audit_cosignature").fetchall()
    rewrite(witnessed, upto=306, changing=None)
    with witnessed.connect("sequencer") as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO audit_cosignature (size, witness, line) VALUES (%s, %s, %s)", kept
        )
    trust = Trust(witnessed.trust.log, trust_with_witness(witnessed).witnesses)
    assert assert_found(witnessed, trust).code == "albero-accorciato"


def test_the_witnesss_own_state_is_believed_only_with_its_signature(witnessed: Log) -> None:
    trust = trust_with_witness(witnessed)
    forged = trust.remembered.replace(f"\n{TOTAL}\n", "\n1\n")
    assert (
        assert_found(witnessed, Trust(trust.log, trust.witnesses, forged)).code
        == "testimone-alterato"
    )
