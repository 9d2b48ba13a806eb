# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hand a message to the PEC provider, and know what is known of the outcome.

Three outcomes exist, not two: the provider has it, the provider has it not, or nobody knows,
because the answer to the last byte never came. A message of unknown outcome is never sent
again by a machine: its receipts will tell.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from iam.notifications.pec.account import Account, Server

TIMEOUT_SECONDS = 60


class Handed(StrEnum):
    """What is known after an attempt."""

    SENT = "sent"
    REFUSED = "refused"
    NOT_NOW = "not-now"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Attempt:
    """The outcome of an attempt and the provider's own words, for the register of faults."""

    handed: Handed
    answer: str = ""


def submit(
    account: Account,
    letter: bytes,
    *,
    recipients: Sequence[str],
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> Attempt:
    """Give `letter` to the provider. Never raises for what the network or the provider does."""
    try:
        connection = _connect(account.smtp, timeout_seconds)
    except (OSError, smtplib.SMTPException) as error:
        return Attempt(Handed.NOT_NOW, _words(error))
    try:
        return _submit(connection, account, letter, recipients)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            connection.quit()


def _connect(server: Server, timeout_seconds: float) -> smtplib.SMTP:
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(
            server.host,
            server.port,
            timeout=timeout_seconds,
            context=ssl.create_default_context(),
        )
    connection = smtplib.SMTP(server.host, server.port, timeout=timeout_seconds)
    if server.scheme == "smtp+starttls":
        try:
            connection.starttls(context=ssl.create_default_context())
        except BaseException:
            connection.close()
            raise
    return connection


def _submit(
    connection: smtplib.SMTP, account: Account, letter: bytes, recipients: Sequence[str]
) -> Attempt:
    try:
        connection.login(account.user, account.password)
        told = [f"size={len(letter)}"] if connection.has_extn("size") else []
        _expect(connection.mail(account.address, told))
        for recipient in recipients:
            _expect(connection.rcpt(recipient))
    except _SaidNoError as no:
        return no.attempt
    except (OSError, smtplib.SMTPException) as error:
        return Attempt(Handed.NOT_NOW, _words(error))
    try:
        return _outcome(*connection.data(letter), accepted=250)
    except smtplib.SMTPDataError as error:
        return _outcome(error.smtp_code, _bytes(error.smtp_error))
    except (OSError, smtplib.SMTPException) as error:
        return Attempt(Handed.UNKNOWN, _words(error))


class _SaidNoError(Exception):
    def __init__(self, attempt: Attempt) -> None:
        super().__init__(attempt.answer)
        self.attempt = attempt


def _expect(reply: tuple[int, bytes]) -> None:
    if reply[0] not in {250, 251}:
        raise _SaidNoError(_outcome(*reply))


def _outcome(code: int, answer: bytes, *, accepted: int = 0) -> Attempt:
    words = f"{code} {answer.decode(errors='replace')}"[:500]
    if code == accepted:
        return Attempt(Handed.SENT, words)
    return Attempt(Handed.REFUSED if code >= 500 else Handed.NOT_NOW, words)


def _bytes(answer: bytes | str) -> bytes:
    return answer if isinstance(answer, bytes) else answer.encode()


def _words(error: BaseException) -> str:
    """Name the fault without the texts of libraries, which may repeat addresses or passwords."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    return type(error).__name__
