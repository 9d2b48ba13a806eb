# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mailboxes on disk, in the Maildir layout, with numbers that never come back."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from threading import RLock

ADDRESS = re.compile(r"[a-z0-9][a-z0-9.+_-]{0,99}@[a-z0-9][a-z0-9.-]{0,99}")
FLAG_LETTERS = {"\\Seen": "S", "\\Answered": "R", "\\Flagged": "F", "\\Draft": "D"}


class NoSuchMailboxError(ValueError):
    """The address cannot be one of ours."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One message of a mailbox; `letters` are its Maildir flags."""

    uid: int
    path: Path
    letters: str

    @property
    def flags(self) -> tuple[str, ...]:
        return tuple(flag for flag, letter in FLAG_LETTERS.items() if letter in self.letters)

    @property
    def content(self) -> bytes:
        return self.where.read_bytes()

    @property
    def size(self) -> int:
        return self.where.stat().st_size

    @property
    def where(self) -> Path:
        """The file as it is named now: its name changes with its flags."""
        if self.path.exists():
            return self.path
        return next(self.path.parent.glob(f"{self.uid:08d}.*"))


class Mailbox:
    """The mailbox of one address. Messages are added whole, and never taken away."""

    def __init__(self, folder: Path, address: str, lock: RLock) -> None:
        self.address = address
        self._folder = folder
        self._lock = lock
        for name in ("tmp", "new", "cur"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        if not (folder / "uidvalidity").exists():
            (folder / "uidvalidity").write_text(str(int(time.time())))

    @property
    def uidvalidity(self) -> int:
        return int((self._folder / "uidvalidity").read_text())

    @property
    def uidnext(self) -> int:
        return max((kept.uid for kept in self.messages()), default=0) + 1

    def deliver(self, content: bytes) -> int:
        """Add a message and return its UID."""
        with self._lock:
            uid = self.uidnext
            draft = self._folder / "tmp" / f"{uid:08d}.{os.getpid()}"
            draft.write_bytes(content)
            draft.rename(self._folder / "cur" / f"{uid:08d}.{int(time.time())}:2,")
            return uid

    def messages(self) -> list[Kept]:
        """Return the messages in the order of arrival."""
        names = sorted(path.name for path in (self._folder / "cur").iterdir())
        return [
            Kept(int(name.split(".")[0]), self._folder / "cur" / name, name.rpartition(":2,")[2])
            for name in names
        ]

    def message(self, uid: int) -> Kept | None:
        return next((kept for kept in self.messages() if kept.uid == uid), None)

    def set_flags(self, uid: int, flags: set[str]) -> None:
        """Replace the flags of a message; those without a Maildir letter are forgotten."""
        with self._lock:
            kept = self.message(uid)
            if kept is None:
                return
            letters = "".join(sorted(FLAG_LETTERS[flag] for flag in flags & FLAG_LETTERS.keys()))
            kept.path.rename(
                kept.path.with_name(f"{kept.path.name.rpartition(':2,')[0]}:2,{letters}")
            )


_LOCKS: dict[Path, RLock] = {}
"""One for each folder: servers and pages of one process deliver into the same mailboxes."""


class Mailboxes:
    """All the mailboxes below one folder; an address used for the first time gets its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = _LOCKS.setdefault(folder.resolve(), RLock())
        folder.mkdir(parents=True, exist_ok=True)

    def of(self, address: str) -> Mailbox:
        """Return the mailbox of `address`. Raises `NoSuchMailboxError`."""
        name = address.strip().lower()
        if not ADDRESS.fullmatch(name) or ".." in name:
            raise NoSuchMailboxError(address)
        return Mailbox(self._folder / name, name, self._lock)

    def addresses(self) -> list[str]:
        return sorted(path.name for path in self._folder.iterdir() if path.is_dir())
