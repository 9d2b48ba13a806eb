# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counting attempts in PostgreSQL: every worker sees the same, and a restart forgets nothing.

One row for each rule and each address or person, with the instant at which its whole burst will
have been given back (the generic cell rate algorithm). One statement takes or refuses: two
attempts at once cannot both take the last place. The row holds a pseudonym, not an address.

Rows of this table say nothing of anybody's rights and leave no event, like sessions: the event
is the refusal. Source of the algorithm: ITU-T I.371, virtual scheduling.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from uuid import UUID

from django.conf import settings
from django.db import connection

from iam.accounts.limits.rules import Rule
from iam.kernel.keyring import keyring

TAKE = """
INSERT INTO accounts_attempts AS held (rule, key, full_at)
VALUES (%(rule)s, %(key)s, clock_timestamp() + %(step)s * interval '1 second')
ON CONFLICT (rule, key) DO UPDATE
SET full_at = greatest(held.full_at, clock_timestamp()) + %(step)s * interval '1 second'
WHERE greatest(held.full_at, clock_timestamp()) + %(step)s * interval '1 second'
      <= clock_timestamp() + %(window)s * interval '1 second'
RETURNING 1
"""
WAIT = """
SELECT ceil(extract(epoch FROM full_at - clock_timestamp()) + %(step)s - %(window)s)
FROM accounts_attempts WHERE rule = %(rule)s AND key = %(key)s
"""
TELL = """
UPDATE accounts_attempts SET told_at = clock_timestamp()
WHERE rule = %(rule)s AND key = %(key)s
  AND (told_at IS NULL OR told_at < clock_timestamp() - interval '1 minute')
RETURNING 1
"""
FORGET = "DELETE FROM accounts_attempts WHERE full_at < clock_timestamp() - interval '1 hour'"


def take(rule: Rule, key: bytes) -> int:
    """Count one attempt. Return 0, or after how many seconds the next one will be allowed."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, _named(rule, key))
        if cursor.fetchone() is not None:
            return 0
    return max(1, wait(rule, key))


def wait(rule: Rule, key: bytes) -> int:
    """Return after how many seconds an attempt would be allowed, 0 for now; count nothing."""
    with connection.cursor() as cursor:
        cursor.execute(WAIT, _named(rule, key))
        found = cursor.fetchone()
    return max(0, int(found[0])) if found else 0


def is_news(rule: Rule, key: bytes) -> bool:
    """Return True once a minute: a flood of refusals must not become a flood of events."""
    with connection.cursor() as cursor:
        cursor.execute(TELL, _named(rule, key))
        return cursor.fetchone() is not None


def forget_old() -> int:
    """Delete what was given back long ago; return how many rows."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET)
        return int(cursor.rowcount)


def key_of_address(address: str) -> bytes | None:
    """Return the key of an address, None for one that is not counted.

    An IPv6 network of 64 bits is one subscriber. Loopback is not counted in development and in
    tests, where everything comes from there.
    """
    try:
        known = ip_address(address)
    except ValueError:
        return keyring().pseudonym(f"address {address}")
    if known.is_loopback and not settings.IAM_LIMIT_LOOPBACK:
        return None
    if isinstance(known, IPv6Address):  # ::ffff:1.2.3.4 is how some sockets write 1.2.3.4
        known = known.ipv4_mapped or IPv6Address(int(known) >> 64 << 64)
    return keyring().pseudonym(f"address {known}")


def key_of_person(person: UUID) -> bytes:
    return keyring().pseudonym(f"person {person}")


def _named(rule: Rule, key: bytes) -> dict[str, str | bytes | float]:
    return {
        "rule": rule.name,
        "key": key,
        "step": rule.seconds,
        "window": rule.window_seconds,
    }
