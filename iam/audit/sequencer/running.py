# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The life of the sequencer: connect, append every second, ask the witness every minute.

Whatever fails, it says so in its health file and starts again from what the database holds.
"""

import json
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from time import monotonic

import psycopg

from iam.audit.ledger import keys, stored
from iam.audit.sequencer.sequencing import Connection, LogBroken, Sequencer
from iam.audit.sequencer.witnessing import Verdict, Witness
from iam.audit.tree.notes import Signer, VerifierKey

HEALTH = Path("run", "sequencer.json")
AGAIN_AFTER_SECONDS = 2.0
"""After a failure, or while another sequencer holds the lock."""

SAID_AT_LEAST_EVERY_SECONDS = 5.0
WITNESS_SOUGHT_EVERY_SECONDS = 5.0
"""While no witness answers, as when both have just started."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    conninfo: str
    home: Path
    origin: str
    every_seconds: float = 1.0
    witness_every_seconds: float = 60.0
    witness_url: str = ""
    witness_vkey: str = ""
    parent: int | None = None
    """The process to end with, if any."""


class Health:
    """What /readyz reads: a small JSON file, replaced whole and only when it says something new."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._said: dict[str, object] = {}
        self._at = 0.0

    def say(self, **facts: object) -> None:
        new = self._said | facts
        if new == self._said and monotonic() - self._at < SAID_AT_LEAST_EVERY_SECONDS:
            return
        if new.get("detail") and new.get("detail") != self._said.get("detail"):
            print(f"sequencer: {new['detail']}", file=sys.stderr, flush=True)
        self._said, self._at = new, monotonic()
        content = new | {"at": datetime.now(UTC).isoformat(timespec="seconds"), "pid": os.getpid()}
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps(content), encoding="utf-8")
        draft.replace(self._path)


def run(settings: Settings, stop: Event) -> None:
    """Sequence until `stop` is set or the parent is gone."""
    health = Health(settings.home / HEALTH)
    while not _ended(settings, stop):
        try:
            with psycopg.connect(
                settings.conninfo, autocommit=True, application_name="iam-sequencer"
            ) as connection:
                _serve(connection, settings, health, stop)
        except psycopg.Error as fault:
            health.say(state="waiting", detail=f"la base di dati non risponde ({fault.sqlstate})")
        except (LogBroken, keys.KeyMissing) as fault:
            health.say(state="broken", detail=str(fault))
        stop.wait(AGAIN_AFTER_SECONDS)


def _ended(settings: Settings, stop: Event) -> bool:
    orphan = settings.parent is not None and os.getppid() != settings.parent
    return orphan or stop.is_set()


def _serve(connection: Connection, settings: Settings, health: Health, stop: Event) -> None:
    signer = signer_for(connection, settings)
    sequencer = Sequencer(connection, signer)
    if not sequencer.take_lock():
        health.say(state="standby", detail="")
        return
    ask_at = 0.0
    while not _ended(settings, stop):
        began = monotonic()
        appended = sequencer.step()
        health.say(
            state="ok",
            detail="",
            size=sequencer.position.size,
            lag_seconds=round(stored.lag_seconds(connection.cursor(), sequencer.position)),
        )
        if began >= ask_at:
            verdict = ask_witness(connection, settings, signer.verifier)
            found = verdict.state not in ("absent", "silent")
            pause = settings.witness_every_seconds
            ask_at = began + (pause if found else min(pause, WITNESS_SOUGHT_EVERY_SECONDS))
            health.say(witness=verdict.state, witnessed=verdict.size, witness_detail=verdict.detail)
        if not appended:
            stop.wait(max(0.0, settings.every_seconds - (monotonic() - began)))


def signer_for(connection: Connection, settings: Settings) -> Signer:
    """Return the log's key, made when the log begins. Raises `KeyMissing` if it went lost later."""
    path = settings.home / keys.LOG_KEY
    if not keys.exists(path):
        begun = connection.execute("SELECT EXISTS (SELECT FROM audit_checkpoint)").fetchone()
        if begun is None or begun[0]:
            raise keys.KeyMissing(
                "Manca la chiave che firma il registro (keys/checkpoint.pem): ripristinala dalla"
                " copia di sicurezza. Una chiave nuova non proverebbe nulla."
            )
        keys.create(path, name=settings.origin)
    return keys.load(path)


def witness_of(settings: Settings) -> Witness | None:
    """Return the witness that is configured, else the one on this machine, else None."""
    if settings.witness_url and settings.witness_vkey:
        return Witness(settings.witness_url, VerifierKey.parse(settings.witness_vkey))
    address = settings.home / "witness" / "address"
    if not address.exists() or not keys.exists(settings.home / keys.WITNESS_KEY):
        return None
    return Witness(
        address.read_text(encoding="utf-8").strip(), keys.public(settings.home / keys.WITNESS_KEY)
    )


def ask_witness(connection: Connection, settings: Settings, log: VerifierKey) -> Verdict:
    witness = witness_of(settings)
    return Verdict("absent", 0) if witness is None else witness.ask(connection, log)
