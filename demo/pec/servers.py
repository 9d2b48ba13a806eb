# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The provider's servers on this machine: SMTP submission, IMAP, and the passing of time."""

from __future__ import annotations

import asyncio
import hmac
import logging
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from demo.pec import PASSWORD, imap
from demo.pec.certify import ProviderKey
from demo.pec.mailboxes import ADDRESS
from demo.pec.provider import Provider

LARGEST_BYTES = 42 * 1024 * 1024
"""30 MB of message, written in base64."""

TURN_SECONDS = 0.1
HOST = "127.0.0.1"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Handle:
    """The running servers. `provider` is what they serve."""

    provider: Provider
    smtp_port: int
    imap_port: int
    _loop: asyncio.AbstractEventLoop
    _thread: threading.Thread
    _stopping: asyncio.Event

    def stop(self) -> None:
        """Close every port and wait for the end; mail under way stays on disk."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(timeout=10)


class Submission:
    """The rules of SMTP submission: a mailbox writes as itself, and only after AUTH."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    async def handle_MAIL(  # noqa: N802  the name that aiosmtpd calls
        self, _server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address.lower() != session.auth_data:
            return "553 5.7.1 mittente diverso dal titolare della casella"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  the name that aiosmtpd calls
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if not ADDRESS.fullmatch(address.lower()):
            return "550 5.1.3 indirizzo non valido"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  the name that aiosmtpd calls
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        self._provider.submit(
            sender=envelope.mail_from,
            recipients=list(dict.fromkeys(envelope.rcpt_tos)),
            letter=envelope.content,
        )
        return "250 2.0.0 preso in consegna (SIMULATO)"


def start(
    home: Path,
    smtp_port: int,
    imap_port: int,
    *,
    key: ProviderKey | None = None,
    password: str = PASSWORD,
    delay_seconds: float = 1.0,
    submission: type[Submission] = Submission,
) -> Handle:
    """Serve the mailboxes below `home`/demo/pec on 127.0.0.1 until `stop()`.

    A port of 0 takes any free one. Without `key` the provider signs with the key that the
    simulated trust service gives it.
    """
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    provider = Provider(
        home / "demo" / "pec",
        key or key_of_trust_service(home, url=f"http://localhost:{smtp_port - 2}"),
        delay_seconds,
    )
    ready: list[Callable[[], Handle]] = []
    failed: list[BaseException] = []
    started = threading.Event()

    async def main() -> None:
        stopping = asyncio.Event()
        smtp = partial(_smtp, submission(provider), password)
        mailboxes = provider.mailboxes
        reading = partial(imap.serve, mailboxes=mailboxes, password=password)
        loop = asyncio.get_running_loop()
        servers = [
            await loop.create_server(smtp, HOST, smtp_port),
            await asyncio.start_server(reading, HOST, imap_port, limit=imap.LONGEST_LINE),
        ]
        ports = [server.sockets[0].getsockname()[1] for server in servers]
        ready.append(partial(Handle, provider, ports[0], ports[1], loop, thread, stopping))
        started.set()
        passing = asyncio.create_task(_let_time_pass(provider))
        await stopping.wait()
        passing.cancel()
        for server in servers:
            server.close()
        with suppress(asyncio.CancelledError):
            await passing

    def run() -> None:
        try:
            asyncio.run(main())
        except OSError as error:
            failed.append(error)
        finally:
            started.set()

    thread = threading.Thread(target=run, name="demo-pec", daemon=True)
    thread.start()
    started.wait(timeout=10)
    if failed or not ready:
        raise OSError(f"the PEC provider did not start: {failed}")
    return ready[0]()


def key_of_trust_service(home: Path, *, url: str) -> ProviderKey:
    """Return the provider's key and certificate from the simulated trust service at `url`."""
    from demo.trust.pki import Pki

    pki = Pki.open(home, url)
    return ProviderKey.load(
        key=pki.key_path("pec"),
        certificate=pki.certificate("pec").dump(),
        chain=[pki.certificate("pec-ca").dump()],
    )


async def _let_time_pass(provider: Provider) -> None:
    while True:
        try:
            await asyncio.to_thread(provider.run_due)
        except Exception:
            logger.exception("a step of the simulated PEC provider failed")
        await asyncio.sleep(TURN_SECONDS)


def _smtp(handler: Submission, password: str) -> SMTP:
    def authenticate(
        _server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any
    ) -> AuthResult:
        known = isinstance(given, LoginPassword) and hmac.compare_digest(
            given.password, password.encode()
        )
        if not known:
            return AuthResult(success=False, handled=False)
        return AuthResult(success=True, auth_data=given.login.decode("ascii", "replace").lower())

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # AUTH without TLS: only this machine can listen
        return SMTP(
            handler,
            authenticator=authenticate,
            auth_required=True,
            auth_require_tls=False,
            data_size_limit=LARGEST_BYTES,
            hostname="pec.simulata.example",
            ident="PEC SIMULATA",
        )
