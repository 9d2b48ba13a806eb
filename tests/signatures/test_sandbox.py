# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hostile files end in the sandbox, in time, and nobody else notices."""

import ast
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from iam.signatures.sandbox import pool
from iam.signatures.types import MAX_BYTES, Attendance, Binding, Outcome, Reason
from tests.signatures.bombs import BOMBS
from tests.signatures.trial import SINDACO, Trial, now

REFUSAL_SECONDS = 20.0
"""Eight of the processor, on a machine that may have other work."""
IDLE_BYTES = 100 * 1024 * 1024


def test_the_verdict_of_the_sandbox_is_that_of_the_engine(firma: Trial) -> None:
    for content in (firma.signed(), firma.signed("pietro"), b"niente"):
        outside = pool.verify(
            content, binding=Binding(firma.sealed), signers=[SINDACO], trust=firma.store, at=now()
        )
        inside = firma.verdict(content)
        assert (outside.outcome, outside.reason) == (inside.outcome, inside.reason)
        assert outside.sentence == inside.sentence


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.__name__)
def test_an_explosive_file_is_refused_in_time(firma: Trial, bomb: Callable[[], bytes]) -> None:
    content = bomb()
    began = time.monotonic()

    verdict = pool.verify(
        content, binding=Binding(firma.sealed), signers=[SINDACO], trust=firma.store, at=now()
    )

    assert time.monotonic() - began < REFUSAL_SECONDS
    assert verdict.outcome is Outcome.REJECT
    assert verdict.reason in (Reason.UNREADABLE, Reason.FORGED, Reason.NOT_SIGNED, Reason.FORMAT)


def test_a_file_for_which_a_busy_machine_had_no_time_is_not_refused_but_judged_later(
    firma: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert firma.verdict(firma.signed()).accepted
    monkeypatch.setattr(pool, "ANSWER_SECONDS", 0.001)

    verdict = pool.verify(
        firma.signed(),
        binding=Binding(firma.sealed),
        signers=[SINDACO],
        trust=firma.store,
        at=now(),
    )
    long = b"From: a@b\r\n\r\n" + b"ciao\r\n" * 500_000
    receipt = pool.verify_receipt(long, trust=firma.store, at=now())

    assert (verdict.outcome, verdict.reason) == (Outcome.INDETERMINATE, Reason.CANNOT_CHECK)
    assert receipt.attendance is Attendance.UNCHECKED


def test_a_file_too_large_never_reaches_the_sandbox(firma: Trial) -> None:
    verdict = pool.verify(
        bytes(MAX_BYTES + 1), binding=None, signers=[], trust=firma.store, at=now()
    )

    assert verdict.reason is Reason.TOO_LARGE


def test_honest_files_are_judged_while_a_bomb_burns(firma: Trial) -> None:
    from tests.signatures.bombs import numbers_of_a_million_digits

    burning = threading.Thread(
        target=pool.verify,
        args=(numbers_of_a_million_digits(),),
        kwargs={"binding": None, "signers": [], "trust": firma.store, "at": now()},
    )
    burning.start()
    try:
        verdict = pool.verify(
            firma.signed(),
            binding=Binding(firma.sealed),
            signers=[SINDACO],
            trust=firma.store,
            at=now(),
        )
    finally:
        burning.join()

    assert verdict.accepted


def test_a_sandbox_killed_is_replaced(firma: Trial) -> None:
    def accepted() -> bool:
        return pool.verify(
            firma.signed(),
            binding=Binding(firma.sealed),
            signers=[SINDACO],
            trust=firma.store,
            at=now(),
        ).accepted

    assert accepted()
    process = pool._worker._process
    assert process is not None
    process.kill()
    process.wait()
    assert accepted()


def test_the_waiting_process_is_small_and_knows_no_secret(firma: Trial) -> None:
    pool.verify_receipt(b"From: a@b\r\n\r\nciao", trust=firma.store, at=now())
    process = pool._worker._process
    assert process is not None
    waiting = psutil.Process(process.pid)

    assert waiting.memory_info().rss < IDLE_BYTES
    assert set(waiting.environ()) <= {"PATH", "LANG", "PYTHONHASHSEED"}
    assert not waiting.net_connections()


def test_a_message_that_is_not_mail_is_unreadable_or_unsigned(firma: Trial) -> None:
    for content in (b"", b"\xff" * 1000, b"Content-Type: multipart/signed\r\n\r\n"):
        found = pool.verify_receipt(content, trust=firma.store, at=now())
        assert found.attendance in (Attendance.UNSIGNED, Attendance.UNREADABLE)


def test_the_side_of_the_service_imports_no_parser() -> None:
    """What a web process imports to ask for a verdict costs it nothing and parses nothing."""
    light = ("types", "errors", "events", "models", "selectors", "actions", "tasks")
    root = Path(pool.__file__).parents[1]
    files = [root / f"{name}.py" for name in light]
    files += [root / "sandbox" / name for name in ("pool.py", "messages.py")]
    files += [root / "verdict" / name for name in ("verifying.py", "sentences.py")]

    for path in files:
        for node in ast.walk(ast.parse(path.read_text())):
            module = getattr(node, "module", None) or ""
            names = [alias.name for alias in getattr(node, "names", [])]
            assert not module.startswith("pyhanko"), path
            assert not any(name.startswith("pyhanko") for name in names), path
