# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the person reads when the service is up: where to go, as whom, and what to try."""

from collections.abc import Iterator

from config.environment import Environment
from demo.personas import PERSONAS

_DEMO_PLACES = (
    (1, "Identità digitale simulata (SPID)"),
    (2, "Servizio fiduciario simulato"),
    (3, "Casella PEC simulata"),
    (6, "Modulo «Patti per l'inclusione»"),
)


def welcome(environment: Environment, *, demo: bool, seconds: float) -> str:
    """Return the closing words of a start that took `seconds`."""
    return "\n".join(_lines(environment, demo=demo, seconds=seconds))


def _lines(environment: Environment, *, demo: bool, seconds: float) -> Iterator[str]:
    yield ""
    yield f"Il servizio è pronto in {seconds:.1f} s: ".replace(".", ",") + environment.base_url
    if demo:
        yield ""
        yield "Il mondo di fuori è SIMULATO: persone, firme e messaggi non hanno valore."
        for offset, name in _DEMO_PLACES:
            yield f"  {environment.demo_url(offset)}  {name}"
        yield ""
        yield "Entra con SPID come una di queste persone inventate:"
        for persona in PERSONAS:
            yield f"  {persona.full_name:<16} {persona.role}"
            yield f"  {'':<16} {persona.try_this}"
    yield ""
    yield "Ctrl-C ferma tutto; i dati restano."
