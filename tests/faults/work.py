# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The writes of the journey, one at a time: each turn opens a page and does what it offers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import count, cycle
from threading import Event, Thread
from traceback import format_exc

from demo.personas import CHIARA, DAVIDE, ELENA, GIORGIO, GIULIA, LUCA, MARCO, SARA, Persona
from tests.faults.people import Diary, Misanswered, NotAnswered, Outcome, Seat
from tests.installation import GLANCE_SECONDS, Installation

Turn = Callable[[], object]

OPERATORS = (
    (GIULIA, "COORDINATORE_PATTI"),
    (LUCA, "CASE_MANAGER"),
    (SARA, "CASE_MANAGER"),
    (DAVIDE, "COORDINATORE_CONTROLLI"),
    (CHIARA, "RESPONSABILE_CONTROLLI"),
)
ROUNDS_OF_INTEGRATION = 2


def seat_of(service: Installation, who: Persona) -> Seat:
    seat = Seat(service, who)
    seat.enter()
    return seat


def conventions(service: Installation, diary: Diary, comuni: Iterable[str]) -> Turn:
    """Bring each Comune from nothing to enabled, then suspend it and open it again, for ever."""
    seat = seat_of(service, MARCO)
    turn_of, number = cycle(comuni), count(1)
    return lambda: _convention(seat, diary, next(turn_of), next(number))


def _convention(seat: Seat, diary: Diary, comune: str, number: int) -> None:
    here = f"/comuni/{comune}/"
    page = seat.open(here)
    if page.offers(f"{here}prepara/"):
        diary.note("prepared", comune, seat.send(page, f"{here}prepara/"))
    elif page.offers(f"{here}carica/"):
        file = _signed(seat, seat.download(f"{here}convenzione.pdf"))
        sent = seat.send(
            page, f"{here}carica/", files={"file": ("firmata.pdf", file, "application/pdf")}
        )
        diary.note("received", comune, sent, mark=sent.to.rstrip("/").rpartition("/")[2])
    elif page.offers(f"{here}abilita/"):
        diary.note("enabled", comune, seat.send(page, f"{here}abilita/", read="on"))
    elif page.links("/sospendi/"):
        reason = f"Verifica numero {number} di {comune}"
        form = seat.open(f"{here}sospendi/")
        diary.note("suspended", comune, seat.send(form, reason=reason), mark=reason)
    elif page.links("/riattiva/"):
        diary.note("reactivated", comune, seat.send(seat.open(f"{here}riattiva/")))
    else:
        raise Misanswered(f"{comune}: a page that offers nothing")


def _signed(seat: Seat, document: bytes) -> bytes:
    """Have the simulated trust service sign as the legal representative."""
    answer = seat.session.post(
        seat.service.url(2) + "/firma",
        data={"come": GIORGIO.key, "forma": "pades"},
        files={"file": ("Convenzione.pdf", document, "application/pdf")},
        timeout=60,
    )
    answer.raise_for_status()
    return answer.content


def operators(service: Installation, diary: Diary, comuni: Iterable[str]) -> Turn:
    """Accredit each operator in each Comune, then revoke, for ever."""
    seat = seat_of(service, MARCO)
    pairs = cycle([(comune, *operator) for comune in comuni for operator in OPERATORS])
    number = count(1)
    return lambda: _operator(seat, diary, *next(pairs), next(number))


def _operator(seat: Seat, diary: Diary, comune: str, who: Persona, role: str, number: int) -> None:
    page = seat.open(f"/operatori/?comune={comune}&ruolo={role}&nome={who.family_name}")
    if held := page.links("/revoca/"):
        grant = held[0].split("/")[2]
        form = seat.open(held[0])
        sent = seat.send(form, reason="Trasferimento ad altro ufficio")
        diary.note("revoked", comune, sent, mark=grant)
        return
    form = seat.open(f"/operatori/nuovo/?comune={comune}")
    protocol = f"2026/{comune}/{number}"
    sent = seat.send(
        form,
        codice_fiscale=who.codice_fiscale,
        given_name=who.given_name,
        family_name=who.family_name,
        email=who.email,
        role=role,
        comune=comune,
        until="31/12/2027",
        act="determina n. 12 del 3/9/2026",
        protocol_number=protocol,
        protocol_date="3/9/2026",
    )
    diary.note("granted", comune, sent, mark=protocol)


def ministry(service: Installation, diary: Diary, ambiti: Iterable[str]) -> Turn:
    """Review the practice of each Ambito and ask for an integration by PEC; the Ambito answers."""
    seat = seat_of(service, ELENA)
    asked: dict[str, int] = {}
    turn_of = cycle(ambiti)
    return lambda: _practice(seat, diary, next(turn_of), asked)


def _practice(seat: Seat, diary: Diary, ambito: str, asked: dict[str, int]) -> None:
    page = seat.open(f"/ambiti/{ambito}/")
    practice = page.address.rstrip("/").rpartition("/")[2]
    here = f"/pratiche/{practice}/"
    if page.offers(f"{here}verifica/"):
        diary.note("review-started", ambito, seat.send(page, f"{here}verifica/"))
    elif page.offers(f"{here}integrazione/"):
        sent = seat.send(page, f"{here}integrazione/", text="Manca la seconda pagina della nota.")
        diary.note("integration-requested", ambito, sent)
        asked[ambito] = asked.get(ambito, 0) + 1
        if asked[ambito] < ROUNDS_OF_INTEGRATION:
            send_note(seat.service, ambito)
    else:
        time.sleep(GLANCE_SECONDS)


def send_note(service: Installation, ambito: str) -> None:
    """As an Ambito, send by PEC the note with its attachments."""
    seat = Seat(service, ELENA)
    answer = seat.session.post(
        service.url(3) + "/scrivi",
        data={"ambito": ambito, "persona": SARA.key, "mittente": "ambito", "delega": "1"},
        timeout=60,
    )
    answer.raise_for_status()


def ambiti_without_papers(service: Installation, how_many: int) -> list[str]:
    page = seat_of(service, ELENA).open("/ambiti/?stato=senza-documentazione")
    links = [re.fullmatch(r"/ambiti/([^/]+)/", path) for path in page.links("/")]
    return [found[1] for found in links if found][:how_many]


@contextmanager
def at_work(diary: Diary, turns: Iterable[Turn]) -> Iterator[None]:
    """Let each take turns in a thread of its own until the end; what goes wrong is noted."""
    stop = Event()

    def work(turn: Turn) -> None:
        try:
            while not stop.is_set():
                try:
                    turn()
                except NotAnswered:
                    time.sleep(GLANCE_SECONDS)
        except Exception:
            diary.note_fault(format_exc())

    threads = [Thread(target=work, args=(turn,), daemon=True) for turn in turns]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


__all__ = [
    "Outcome",
    "ambiti_without_papers",
    "at_work",
    "conventions",
    "ministry",
    "operators",
    "seat_of",
    "send_note",
]
