# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The mailbox of the service at its PEC provider, as the settings give it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

from django.conf import settings

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465, "imap": 143, "imaps": 993}
IN_CLEAR = frozenset({"smtp", "imap"})


class PecSettingsError(ValueError):
    """The setting PEC cannot be used."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server listens. In clear only on this machine."""

    scheme: str
    host: str
    port: int

    @classmethod
    def at(cls, url: str, *, schemes: frozenset[str]) -> Self:
        """Read an address such as `smtps://smtp.example.it`. Raises `PecSettingsError`."""
        parts = urlsplit(url)
        if parts.scheme not in schemes or not parts.hostname:
            raise PecSettingsError(f"{url!r} must begin with one of {', '.join(sorted(schemes))}")
        if parts.scheme in IN_CLEAR and not _is_here(parts.hostname):
            raise PecSettingsError(f"{url!r} would send the password in clear over the network")
        return cls(parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme])


@dataclass(frozen=True, slots=True)
class Account:
    """One PEC mailbox: how to send, how to read, and as whom."""

    smtp: Server
    imap: Server
    address: str
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"

    @classmethod
    def from_settings(cls) -> Self:
        """Return the account in the setting PEC. Raises `PecSettingsError`.

        SMTP_URL, IMAP_URL, ADDRESS and PASSWORD are needed; USER is the ADDRESS and FOLDER is
        INBOX unless given.
        """
        given: dict[str, Any] = dict(getattr(settings, "PEC", {}))
        missing = {"SMTP_URL", "IMAP_URL", "ADDRESS", "PASSWORD"} - {
            k for k, v in given.items() if v
        }
        if missing:
            raise PecSettingsError(f"PEC lacks {', '.join(sorted(missing))}")
        return cls(
            smtp=Server.at(
                given["SMTP_URL"], schemes=frozenset({"smtp", "smtp+starttls", "smtps"})
            ),
            imap=Server.at(given["IMAP_URL"], schemes=frozenset({"imap", "imaps"})),
            address=given["ADDRESS"],
            user=given.get("USER") or given["ADDRESS"],
            password=given["PASSWORD"],
            folder=given.get("FOLDER") or "INBOX",
        )


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
