# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Kill -9 at random during the journey's writes: what was answered is there, and nothing by halves.

People work over HTTP at the same time while each kind of process is killed twice. The tests
then read one installation, and follow one another.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random

import psycopg
import pytest

from demo.personas import GIORGIO, MARCO, NORA
from tests.faults import work
from tests.faults.adversary import RUNS, Adversary
from tests.faults.books import (
    Books,
    conventions_differ,
    differences_in_order,
    grants_differ,
    messages_differ,
)
from tests.faults.people import Diary, Outcome, Seat
from tests.installation import CHECKOUT, Installation, as_first_started, installed, wait_for

pytestmark = pytest.mark.timeout(600)

SEED = int(os.environ.get("KILLS_SEED", "20190916"))
TIMES_EACH = 2
SETTLED_WITHIN_SECONDS = 180
"""A job that died with its worker is taken up again after 30 seconds, a file within a minute."""

COMUNI = ("E897", "E818", "E922", "E949", "E962", "F086")
"""Of the Ambito of Marco Villa; Mantova is the first."""

COSIGNED = "SELECT coalesce(max(size), 0) FROM audit_cosignature"

WAITING = f"""
SELECT (SELECT count(*) FROM convenzioni_signedupload WHERE state IN ('ricevuto', 'in-sospeso'))
     + (SELECT count(*) FROM notifications_outboxmessage WHERE state = 'da-inviare')
     + (SELECT count(*) FROM audit_event)
     - ({COSIGNED})
"""
"""Files without a verdict, messages that have not left, events that the witness has not seen."""


@dataclass(frozen=True)
class Story:
    service: Installation
    diary: Diary
    adversary: Adversary
    books: Books


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Let people write while processes are killed; then wait until the service has recovered."""
    began = time.monotonic()
    home = as_first_started(tmp_path_factory.mktemp("kills") / "home")
    with installed(home, variables={"IAM_WITNESS_SECONDS": "1"}) as service:
        diary, adversary, books = Diary(), Adversary(service, Random(SEED)), Books(service)
        ambiti = work.ambiti_without_papers(service, 3)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda comune: represented_by_giorgio(service, comune), COMUNI))
            list(pool.map(lambda ambito: work.send_note(service, ambito), ambiti))
        turns = [
            work.conventions(service, diary, COMUNI[:3]),
            work.conventions(service, diary, COMUNI[3:]),
            work.operators(service, diary, COMUNI),
            work.ministry(service, diary, ambiti),
        ]
        ready = time.monotonic()
        with work.at_work(diary, turns):
            adversary.rage(diary, times_each=TIMES_EACH)
            diary.wait_for_answers(diary.answered + 10, seconds=60)
        calm = time.monotonic()
        print(f"seed {SEED}; killed {', '.join(adversary.killed)}; {told(diary)}")
        if diary.faults:
            print(last_fault_in(service))
        wait_for(lambda: recovered(service, adversary, books), seconds=SETTLED_WITHIN_SECONDS)
        print(
            f"{ready - began:.0f} s to start, {calm - ready:.0f} s of kills, "
            f"{time.monotonic() - calm:.0f} s to recover"
        )
        yield Story(service, diary, adversary, books)


def represented_by_giorgio(service: Installation, comune: str) -> None:
    """Put on record, as the operator, that Giorgio Sala signs for a Comune: he has a certificate.

    Without a terminal, the command reads the codice fiscale from its input.
    """
    subprocess.run(
        [
            *(sys.executable, "manage.py", "enti_rappresentante", "--comune", comune),
            *("--nome", GIORGIO.given_name, "--cognome", GIORGIO.family_name),
            *("--carica", "Sindaco", "--atto", "Atto di nomina n. 1", "--dal", "2026-01-01"),
        ],
        cwd=CHECKOUT,
        env=dict(service.environment),
        input=f"{GIORGIO.codice_fiscale}\n",
        start_new_session=True,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )


def last_fault_in(service: Installation) -> str:
    """Return what the web process wrote of its last 500."""
    log = (service.home / "logs" / "web.log").read_text(encoding="utf-8", errors="replace")
    return log.rpartition("unexpected fault")[2][:6000]


def told(diary: Diary) -> str:
    """Say how the writes ended."""
    ends = Counter(write.outcome for write in diary.writes)
    return ", ".join(f"{ends[outcome]} {outcome.value}" for outcome in Outcome)


def recovered(service: Installation, adversary: Adversary, books: Books) -> bool:
    """Whether everything runs, and nothing waits: no file, no message, no event, no witness."""
    if not all(adversary.processes(victim) for victim in RUNS):
        return False
    try:
        waiting = books.number(WAITING)
    except psycopg.OperationalError:
        return False
    return not waiting and Seat(service, NORA).ask("/readyz").status_code == 200


def test_each_process_was_killed_in_the_midst_of_writes(story: Story) -> None:
    done = {write.verb for write in story.diary.of(Outcome.DONE)}

    assert not story.diary.faults, "\n".join(story.diary.faults)
    assert Counter(story.adversary.killed) == dict.fromkeys(RUNS, TIMES_EACH)
    assert done >= {"prepared", "received", "enabled", "suspended", "reactivated"}
    assert done >= {"granted", "revoked", "review-started", "integration-requested"}


def test_every_answered_write_is_there_once_and_no_other(story: Story) -> None:
    assert differences_in_order(story.diary.writes, story.books.happened()) == []


def test_no_comune_is_half_enabled(story: Story) -> None:
    assert conventions_differ(story.books, story.books.happened()) == []


def test_each_grant_has_its_events_and_each_event_its_grant(story: Story) -> None:
    assert grants_differ(story.books, story.diary.writes, story.books.happened()) == []


def test_every_signed_file_has_its_verdict(story: Story) -> None:
    without = story.books.rows(
        "SELECT id FROM convenzioni_signedupload u WHERE state <> 'accettato' OR NOT EXISTS"
        " (SELECT FROM audit_event WHERE kind = 'convenzioni.file.judged'"
        " AND convert_from(body, 'UTF8')::jsonb #>> '{facts,upload}' = u.id::text)"
    )

    assert without == []


def test_no_message_left_twice(story: Story) -> None:
    assert messages_differ(story.books, story.books.happened()) == []


def test_the_log_verifies_and_the_witness_has_signed_all_of_it(story: Story) -> None:
    """Jobs go on writing, so the log must hold what was there before, and the witness too."""
    written = story.books.number("SELECT count(*) FROM audit_event")
    wait_for(lambda: story.books.number(COSIGNED) >= written)

    verified = story.service.manage("audit_verify", "--json")
    report = json.loads(verified.stdout)

    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert written <= report["events"]
    assert written <= report["cosigned_size"] <= report["events"]
    assert written <= report["witness_size"] <= report["events"]


def test_a_dead_database_means_503_and_no_data(story: Story) -> None:
    seat = work.seat_of(story.service, MARCO)
    comune = f"/comuni/{COMUNI[0]}/"
    pages = ["/", "/comuni/", comune, "/operatori/", "/io/", "/registro/"]
    assert "Mantova" in seat.ask(comune).text
    form = seat.open(
        comune + ("sospendi/" if seat.open(comune).links("/sospendi/") else "riattiva/")
    )
    style = str(form.root.xpath("//link[@rel='stylesheet']/@href")[0])
    happened = story.books.happened()
    web = story.adversary.processes("web")

    with story.adversary.database_dead(), ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(seat.ask, path) for path in pages]
        sent = pool.submit(seat.send, form, reason="Con la base di dati spenta")
        probes = {
            path: pool.submit(Seat(story.service, NORA).ask, path)
            for path in (style, "/healthz", "/readyz", "/accesso/")
        }
    for told in answers:
        answer = told.result()
        assert answer.status_code == 503, answer.url
        assert "Servizio non disponibile" in answer.text
        assert "Mantova" not in answer.text
        assert MARCO.family_name not in answer.text
    assert sent.result().outcome is Outcome.UNKNOWN
    assert {path: probe.result().status_code for path, probe in probes.items()} == {
        style: 200,
        "/healthz": 200,
        "/readyz": 503,
        "/accesso/": 503,
    }

    wait_for(lambda: seat.ask(comune).status_code == 200)
    assert story.adversary.processes("web") == web
    assert story.books.happened() == happened
