# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a PEC provider does with a message. SIMULATO.

The tester chooses the outcome by a tag in the recipient's address:

    nome@                delivered
    nome+presa@          taken in charge by the recipient's provider, then delivered
    nome+mancata@        not delivered: no such mailbox
    nome+preavviso@      a warning (12 hours), then the last one (24 hours)
    nome+virus@          a virus was found
    nome+esterno@        not a PEC address: accepted, never a proof of delivery
    nome+nonaccettata@   the whole message is refused

What is still to happen is kept on disk, so that a restart forgets nothing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.parser import BytesParser
from email.utils import parseaddr
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import uuid4

from demo.pec import DOMAIN, PROVIDER
from demo.pec.certify import (
    Facts,
    ProviderKey,
    anomaly,
    envelope,
    new_identificativo,
    receipt,
)
from demo.pec.mailboxes import Mailboxes

TAGS = frozenset({"presa", "mancata", "preavviso", "virus", "esterno", "nonaccettata"})


@dataclass
class Provider:
    """The provider's rules over its mailboxes; `delay_seconds` is between one step and the next."""

    folder: Path
    key: ProviderKey
    delay_seconds: float = 1.0
    clock: Callable[[], float] = time.time
    mailboxes: Mailboxes = field(init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def __post_init__(self) -> None:
        self.mailboxes = Mailboxes(self.folder / "mailboxes")
        self._queue.mkdir(parents=True, exist_ok=True)

    def submit(self, *, sender: str, recipients: list[str], letter: bytes) -> None:
        """Take a message from `sender`; its receipts follow."""
        heading = BytesParser(policy=policy.default).parsebytes(letter, headersonly=True)
        author = parseaddr(str(heading.get("From", "")))[1].lower()
        at = self._now()
        job = {
            "identificativo": new_identificativo(at),
            "sender": sender.lower(),
            "recipients": [address.lower() for address in recipients],
            "subject": " ".join(str(heading.get("Subject", "")).split()),
            "msgid": str(heading.get("Message-ID", "")).strip().strip("<>"),
            "form": str(heading.get("X-TipoRicevuta", "completa")).strip().lower(),
            "steps": self._steps(recipients, honest=author == sender.lower()),
        }
        name = f"{self.clock():020.6f}-{uuid4().hex}"
        (self._queue / f"{name}.eml").write_bytes(letter)
        self._write(self._queue / f"{name}.json", job)

    def receive_ordinary(self, *, sender: str, to: str, letter: bytes) -> None:
        """Bring a message of ordinary mail to a PEC mailbox, in its envelope of anomaly."""
        wrapped = anomaly(letter, sender=sender, to=to, at=self._now(), key=self.key)
        self.mailboxes.of(to).deliver(wrapped)

    def next_due(self) -> float | None:
        """Return the instant (epoch) of the next step, or None."""
        with self._lock:
            dues = [step["due"] for _, job in self._jobs() for step in job["steps"]]
        return min(dues, default=None)

    def finish(self) -> None:
        """Do all that is left, waiting for what is not due yet."""
        while (due := self.next_due()) is not None:
            time.sleep(max(due - self.clock(), 0))
            self.run_due()

    def run_due(self) -> int:
        """Do every step whose time has come; return how many."""
        done = 0
        with self._lock:
            for path, job in self._jobs():
                letter = path.with_suffix(".eml").read_bytes()
                while job["steps"] and job["steps"][0]["due"] <= self.clock():
                    self._do(job, job["steps"].pop(0), letter)
                    self._write(path, job)
                    done += 1
                if not job["steps"]:
                    path.unlink()
                    path.with_suffix(".eml").unlink()
        return done

    # ------------------------------------------------------------ steps

    @property
    def _queue(self) -> Path:
        return self.folder / "queue"

    def _steps(self, recipients: list[str], *, honest: bool) -> list[dict[str, Any]]:
        first = self.clock() + self.delay_seconds
        if not honest:
            return [_step(first, "non-accettazione", why="il mittente indicato non è il titolare")]
        if any("nonaccettata" in tags_of(address) for address in recipients):
            return [_step(first, "non-accettazione", why="rifiutato per prova")]
        steps = [_step(first, "accettazione")]
        for address in recipients:
            steps += self._outcome(address.lower(), first)
        return sorted(steps, key=lambda step: float(step["due"]))

    def _outcome(self, address: str, first: float) -> list[dict[str, Any]]:
        second, third = first + self.delay_seconds, first + 2 * self.delay_seconds
        tags = tags_of(address)
        if is_external(address):
            return [_step(second, "esterno", address)]
        if "mancata" in tags:
            return [_step(second, "errore-consegna", address, why="5.1.1 - indirizzo non valido")]
        if "virus" in tags:
            return [_step(second, "rilevazione-virus", address, why="5.7.1 - virus di prova")]
        if "preavviso" in tags:
            kind = "preavviso-errore-consegna"
            return [
                _step(second, kind, address, why="4.4.1 - non consegnato entro 12 ore"),
                _step(third, kind, address, why="5.4.1 - non consegnato entro 24 ore"),
            ]
        delivery = [_step(second, "avvenuta-consegna", address)]
        if "presa" in tags:
            delivery = [
                _step(second, "presa-in-carico", address),
                _step(third, "avvenuta-consegna", address),
            ]
        return delivery

    def _do(self, job: dict[str, Any], step: dict[str, Any], letter: bytes) -> None:
        what, to = step["what"], step["to"]
        if what in {"avvenuta-consegna", "esterno"}:
            facts = self._facts(job, "posta-certificata")
            wrapped = envelope(facts, to=to, key=self.key, original=letter)
            self.mailboxes.of(untagged(to)).deliver(wrapped)
        if what == "esterno":
            return
        facts = self._facts(
            job,
            what,
            to=to,
            fault=_fault(what),
            detail=f"{step['why']} - {PROVIDER}" if step["why"] else "",
        )
        whole = what == "avvenuta-consegna" and job["form"] != "sintetica"
        made = receipt(facts, key=self.key, original=letter if whole else b"")
        self.mailboxes.of(job["sender"]).deliver(made)

    def _facts(
        self,
        job: dict[str, Any],
        what: str,
        *,
        to: str = "",
        fault: str = "nessuno",
        detail: str = "",
    ) -> Facts:
        delivered = what == "avvenuta-consegna"
        speaks_of_one = what not in {"accettazione", "non-accettazione", "presa-in-carico"}
        return Facts(
            certifies=what,
            sender=job["sender"],
            recipients=tuple((address, not is_external(address)) for address in job["recipients"]),
            subject=job["subject"],
            at=self._now(),
            identificativo=job["identificativo"],
            msgid=job["msgid"],
            delivered_to=to if speaks_of_one else "",
            taken_by=(to,) if what == "presa-in-carico" else (),
            fault=fault,
            detail=detail,
            form=job["form"] if delivered or what == "posta-certificata" else "",
        )

    # ------------------------------------------------------------ the queue on disk

    def _jobs(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        for path in sorted(self._queue.glob("*.json")):
            yield path, json.loads(path.read_text(encoding="utf-8"))

    def _write(self, path: Path, job: dict[str, Any]) -> None:
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps(job), encoding="utf-8")
        draft.rename(path)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), tz=UTC).replace(microsecond=0)


def tags_of(address: str) -> frozenset[str]:
    """Return the outcomes that the tester asked for in the address."""
    return TAGS & frozenset(address.lower().partition("@")[0].split("+")[1:])


def untagged(address: str) -> str:
    """Return the mailbox that a tagged address belongs to."""
    local, _, domain = address.lower().partition("@")
    kept = [word for word in local.split("+") if word not in TAGS]
    return f"{'+'.join(kept)}@{domain}"


def is_external(address: str) -> bool:
    """Whether the address is not PEC: outside the domain, or tagged so."""
    return not address.lower().endswith(f"@{DOMAIN}") or "esterno" in tags_of(address)


def _step(due: float, what: str, to: str = "", *, why: str = "") -> dict[str, Any]:
    return {"due": due, "what": what, "to": to, "why": why}


def _fault(what: str) -> str:
    return {
        "non-accettazione": "altro",
        "errore-consegna": "no-dest",
        "preavviso-errore-consegna": "altro",
        "rilevazione-virus": "virus",
    }.get(what, "nessuno")
