# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How long the pages of the journey take, with every Comune and all 578 Ambiti loaded.

The whole service runs, one person asks at a time, and the time is that from the request to the
last byte on loopback: what the server takes.
"""

from collections.abc import Iterable, Iterator
from statistics import quantiles

from bench.result import Result
from demo.personas import ANNA, ELENA, FRANCA, MARCO, Persona
from tests.faults.people import Seat
from tests.installation import installed

LIMIT_MS = 300
TIMES = 40
MANTOVA = "E897"

PAGES: tuple[tuple[Persona, tuple[str, ...]], ...] = (
    (
        ELENA,
        (
            "/",
            "/cruscotto/",
            "/ambiti/",
            "/ambiti/?stato=senza-documentazione",
            "/ambiti/?stato=completati&page=9",
            "/registro/",
            "/io/",
        ),
    ),
    (
        MARCO,
        (
            "/",
            "/comuni/",
            f"/comuni/{MANTOVA}/",
            "/operatori/",
            "/operatori/nuovo/",
            "/registro/",
        ),
    ),
    (FRANCA, ("/registro/", "/registro/?tipo=roles.grant.", "/registro/interessato/")),
    (ANNA, ("/", "/io/perche/")),
)


def measure() -> Iterable[Result]:
    with installed() as service:
        for who, pages in PAGES:
            seat = Seat(service, who)
            seat.enter()
            for page in (*pages, *_found(seat, who)):
                yield Result(
                    name=f"{who.given_name} {page}"[:62],
                    value=_p95_ms(seat, page),
                    unit="ms p95",
                    at_most=LIMIT_MS,
                )


def _found(seat: Seat, who: Persona) -> Iterator[str]:
    """Yield the pages of one thing: a practice, an operation of the register."""
    if who is ELENA:
        yield seat.open("/ambiti/?stato=senza-documentazione").links("/")[-1]
    if who is FRANCA:
        yield seat.open("/registro/").links("/")[-1]


def _p95_ms(seat: Seat, page: str) -> float:
    taken = []
    for _ in range(TIMES):
        answer = seat.ask(page)
        answer.raise_for_status()
        taken.append(answer.elapsed.total_seconds() * 1000)
    return quantiles(taken, n=20)[-1]
