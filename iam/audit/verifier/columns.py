# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The columns of an event as its body says them: searches must not show another story."""

import json
from collections.abc import Callable
from typing import Any

SEPARATOR = "\x1f"

SQL = """concat_ws(E'\\x1f',
    kind, outcome, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
    coalesce(actor::text, ''), actor_kind, role, coalesce(acting_grant::text, ''),
    ambito, comune, ente, coalesce(person::text, ''), coalesce(encode(subject, 'hex'), ''),
    client, purpose, practice, request_id, address)"""
"""The columns of a row in one text, in the order of `expected`."""

NAMES = (
    "kind",
    "outcome",
    "at",
    "actor",
    "actor_kind",
    "role",
    "acting_grant",
    "ambito",
    "comune",
    "ente",
    "person",
    "subject",
    "client",
    "purpose",
    "practice",
    "request_id",
    "address",
)
WHOLE_SECOND = len("2026-01-01T00:00:00+00:00")

_scan: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]  # unknown to typeshed
"""json.loads without its search for blanks and encodings: bodies have one form."""


def expected(body: bytes) -> str:
    """Return what `SQL` must give for the row of `body`; empty if it is not an event's."""
    try:
        return _told(body)
    except (ValueError, LookupError, TypeError, AttributeError, StopIteration):
        return ""


def _told(body: bytes) -> str:
    text = body.decode()
    event, end = _scan(text, 0)
    if end != len(text):
        raise ValueError("something follows the event")
    by, facts, at = event["by"], event["facts"], event["at"]
    instant = f"{at[:19]}.000000" if len(at) == WHOLE_SECOND else at[:26]
    who, said = by.get, facts.get
    return (
        f"{event['kind']}\x1f{event['outcome']}\x1f{instant}"
        f"\x1f{who('id', '')}\x1f{who('kind', '')}\x1f{who('role', '')}\x1f{who('grant', '')}"
        f"\x1f{said('ambito', who('ambito', ''))}\x1f{said('comune', who('comune', ''))}"
        f"\x1f{said('ente', '')}\x1f{said('person', '')}\x1f{said('subject', '')}"
        f"\x1f{said('client', who('client', ''))}\x1f{said('purpose', '')}"
        f"\x1f{said('practice', '')}\x1f{who('request', '')}\x1f{who('address', '')}"
    )


def differing(body: bytes, columns: str) -> tuple[str, ...]:
    """Name the columns that differ from the body; all of them if the body cannot be read."""
    said = expected(body).split(SEPARATOR)
    found = columns.split(SEPARATOR)
    if len(said) != len(NAMES) or len(found) != len(NAMES):
        return NAMES
    return tuple(name for name, a, b in zip(NAMES, said, found, strict=True) if a != b)
