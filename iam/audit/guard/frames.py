# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The transaction of an action, and the two duties it checks before it commits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import structlog
from django.db import DatabaseError, OperationalError, connection, transaction

from iam.audit.guard.recording import RefusalRecorded, write
from iam.kernel.actor import Actor, Visitor
from iam.kernel.errors import ConcurrentChange, DomainError, Unavailable
from iam.kernel.permissions import Permission

logger = structlog.get_logger(__name__)

COLLISIONS = {"40001", "40P01"}
"""serialization_failure and deadlock_detected: somebody else was first."""

OUTCOME_REFUSED = 1

P = ParamSpec("P")
R = TypeVar("R")
W = TypeVar("W", Actor, Visitor)


class UnguardedActionError(AssertionError):
    """An action forgot to ask the law or to leave evidence. It is our fault, and it rolls back."""


@dataclass(slots=True)
class Frame:
    """What an action under way has done about its duties."""

    verb: str
    needs: Permission | None
    who: Actor | Visitor
    asked: set[Permission] = field(default_factory=set)
    recorded: int = 0

    def check(self) -> None:
        """Raise `UnguardedActionError` unless both duties were met."""
        if self.needs is not None and self.needs not in self.asked:
            raise UnguardedActionError(f"{self.verb} never required {self.needs}")
        if not self.recorded:
            raise UnguardedActionError(f"{self.verb} recorded no event")


_frame: ContextVar[Frame | None] = ContextVar("frame", default=None)


def current() -> Frame:
    """Return the frame under way. Raises `UnguardedActionError` outside of any."""
    frame = _frame.get()
    if frame is None:
        raise UnguardedActionError("outside of any action")
    return frame


def under_way() -> Frame | None:
    return _frame.get()


def action(
    *, needs: Permission
) -> Callable[[Callable[Concatenate[Actor, P], R]], Callable[Concatenate[Actor, P], R]]:
    """Make `verb(actor, /, *, ...)` one guarded transaction that changes state.

    Raises what the verb raises; `ConcurrentChange` when another transaction was
    first; `UnguardedActionError` when a duty was forgotten.
    """

    def decorate(verb: Callable[Concatenate[Actor, P], R]) -> Callable[Concatenate[Actor, P], R]:
        return _guarded(verb, needs=needs)

    return decorate


def entrance(
    verb: Callable[Concatenate[Visitor, P], R],
) -> Callable[Concatenate[Visitor, P], R]:
    """Like `action`, for the acts of persons not yet known, such as a log-in: no permission."""
    return _guarded(verb, needs=None)


def disclosure(
    *, needs: Permission
) -> Callable[[Callable[Concatenate[Actor, P], R]], Callable[Concatenate[Actor, P], R]]:
    """Make a read that shows personal data leave its evidence before the answer is given.

    Raises `Unavailable` (503) when the evidence cannot be written (law 9).
    """

    def decorate(verb: Callable[Concatenate[Actor, P], R]) -> Callable[Concatenate[Actor, P], R]:
        guarded = _guarded(verb, needs=needs)

        @wraps(verb)
        def read(actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return guarded(actor, *args, **kwargs)
            except DatabaseError as fault:
                logger.error("audit.disclosure.unrecorded", verb=verb.__qualname__)
                raise Unavailable from fault

        return read

    return decorate


def _guarded(
    verb: Callable[Concatenate[W, P], R], *, needs: Permission | None
) -> Callable[Concatenate[W, P], R]:
    name = f"{verb.__module__.removeprefix('iam.')}.{verb.__qualname__}"

    @wraps(verb)
    def run(who: W, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if under_way() is not None:
            raise UnguardedActionError(f"{name} was called inside another action")
        try:
            with (
                _collisions_told(),
                _entered(name, needs, who) as frame,
                transaction.atomic(durable=True),
            ):
                result = verb(who, *args, **kwargs)
                frame.check()
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                return result
        except DomainError as refusal:
            _record_refusal(who, name, needs, refusal)
            raise

    run.__guarded__ = needs or "entrance"  # type: ignore[attr-defined]  # read by tests/architecture
    return run


@contextmanager
def _entered(name: str, needs: Permission | None, who: Actor | Visitor) -> Iterator[Frame]:
    frame = Frame(name, needs, who)
    token = _frame.set(frame)
    try:
        yield frame
    finally:
        _frame.reset(token)


@contextmanager
def _collisions_told() -> Iterator[None]:
    try:
        yield
    except OperationalError as fault:
        if getattr(fault.__cause__, "sqlstate", None) in COLLISIONS:
            raise ConcurrentChange from fault
        raise


def _record_refusal(
    who: Actor | Visitor, name: str, needs: Permission | None, refusal: DomainError
) -> None:
    """Leave evidence of a refusal, in a transaction of its own: the first was rolled back."""
    try:
        with transaction.atomic():
            write(
                RefusalRecorded(
                    verb=name,
                    permission=needs.value if needs else None,
                    code=refusal.code,
                    reasons=tuple(getattr(refusal, "reasons", ())),
                    comune=_text(refusal, "comune_code"),
                    ambito=_text(refusal, "ambito_code"),
                ),
                by=who,
                outcome=OUTCOME_REFUSED,
            )
    except DatabaseError as fault:
        logger.error("audit.refusal.unrecorded", verb=name, code=refusal.code)
        raise Unavailable from fault


def _text(refusal: DomainError, fact: str) -> str | None:
    value = refusal.facts.get(fact)
    return str(value) if value else None
