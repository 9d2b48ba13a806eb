# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read the PEC mailbox over IMAP without touching it: no flag changes, nothing is moved.

A person may look into the same mailbox with a mail program; what was already read by the
service is remembered in the database, by UIDVALIDITY and UID. Source: RFC 3501, 2.3.1.1.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from iam.notifications.pec.account import Account

TIMEOUT_SECONDS = 60


class MailboxUnavailableError(Exception):
    """The mailbox could not be read now; the next turn tries again."""


class Inbox:
    """An open mailbox. `uidvalidity` changes when the server numbers the messages anew."""

    def __init__(self, account: Account, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._account = account
        self._timeout_seconds = timeout_seconds
        self._connection: imaplib.IMAP4
        self.uidvalidity = 0

    def __enter__(self) -> Self:
        try:
            self._connection = self._connect()
            self._connection.login(self._account.user, self._account.password)
            self._ask("select", self._connection.select(self._account.folder, readonly=True))
            _, answer = self._connection.response("UIDVALIDITY")
            self.uidvalidity = int((answer or [b"0"])[0] or 0)
        except (OSError, imaplib.IMAP4.error, ValueError) as error:
            self._leave()
            raise MailboxUnavailableError(type(error).__name__) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave()

    def uids_after(self, last: int) -> list[int]:
        """Return the UIDs greater than `last`, in the order of arrival."""
        found = self._ask("search", self._uid("SEARCH", "UID", f"{last + 1}:*"))
        words = b" ".join(item for item in found if isinstance(item, bytes)).split()
        # "n:*" always names the newest message too, even when it is older than n.
        return sorted(uid for uid in map(int, words) if uid > last)

    def size_of(self, uid: int) -> int:
        """Return the size in bytes, before the message is taken."""
        answer = self._ask("fetch", self._uid("FETCH", str(uid), "(RFC822.SIZE)"))
        found = re.search(rb"RFC822\.SIZE (\d+)", b" ".join(_flat(answer)))
        if found is None:
            raise MailboxUnavailableError("no size")
        return int(found.group(1))

    def message(self, uid: int, *, headers_only: bool = False) -> bytes:
        """Return the message as it arrived."""
        part = "(BODY.PEEK[HEADER])" if headers_only else "(BODY.PEEK[])"
        for item in self._ask("fetch", self._uid("FETCH", str(uid), part)):
            if isinstance(item, tuple) and len(item) > 1 and isinstance(item[1], bytes):
                return item[1]
        raise MailboxUnavailableError("no content")

    def _connect(self) -> imaplib.IMAP4:
        server = self._account.imap
        if server.scheme == "imaps":
            return imaplib.IMAP4_SSL(
                server.host,
                server.port,
                ssl_context=ssl.create_default_context(),
                timeout=self._timeout_seconds,
            )
        return imaplib.IMAP4(server.host, server.port, timeout=self._timeout_seconds)

    def _uid(self, command: str, *arguments: str) -> tuple[str, Sequence[object]]:
        try:
            return self._connection.uid(command, *arguments)
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxUnavailableError(type(error).__name__) from error

    def _ask(self, what: str, reply: tuple[str, Sequence[object]]) -> Sequence[object]:
        if reply[0] != "OK":
            raise MailboxUnavailableError(what)
        return reply[1]

    def _leave(self) -> None:
        connection = getattr(self, "_connection", None)
        if connection is None:
            return
        try:
            connection.logout()
        except (OSError, imaplib.IMAP4.error):
            connection.shutdown()


def _flat(answer: Sequence[object]) -> list[bytes]:
    parts: list[bytes] = []
    for item in answer:
        parts += [p for p in (item if isinstance(item, tuple) else (item,)) if isinstance(p, bytes)]
    return parts
