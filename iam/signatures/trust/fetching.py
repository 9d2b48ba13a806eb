# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Revocation answers, asked only of hosts that may be asked. Certificates are never fetched.

The addresses come from certificates that a trusted authority signed, yet a file that a
stranger uploads makes us call them: hence the list of hosts, no redirect, small answers.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from urllib.parse import urlsplit

import requests
from pyhanko_certvalidator.fetchers.api import FetcherBackend, Fetchers
from pyhanko_certvalidator.fetchers.requests_fetchers import (
    RequestsCertificateFetcher,
    RequestsCRLFetcher,
    RequestsOCSPFetcher,
)

ANY_PUBLIC_HOST = "*"
TIMEOUT_SECONDS = 6
LARGEST_ANSWER = 30 * 1024 * 1024
"""The CRLs of the large Italian authorities weigh up to some tens of megabytes."""


class HostNotAllowed(requests.RequestException):
    """The address is not among those that may be asked."""


def check_address(url: str, *, allowed: Sequence[str]) -> None:
    """Return if `url` may be asked. Raises `HostNotAllowed`."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host:
        raise HostNotAllowed(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if f"{host}:{port}" in allowed:
        return
    if ANY_PUBLIC_HOST not in allowed or port not in (80, 443):
        raise HostNotAllowed(url)
    try:
        found = socket.getaddrinfo(host, port, proto=socket.IPPROTO_TCP)
    except OSError as fault:
        raise HostNotAllowed(url) from fault
    if not all(ipaddress.ip_address(address[4][0]).is_global for address in found):
        raise HostNotAllowed(url)


async def _aside(ask: Callable[[], requests.Response]) -> requests.Response:
    """Await `ask` on a thread that nobody waits for when the verdict cannot wait any longer."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[requests.Response] = loop.create_future()

    def settle(found: requests.Response | None, fault: Exception | None) -> None:
        if answer.done():
            return
        if fault is not None:
            answer.set_exception(fault)
        elif found is not None:
            answer.set_result(found)

    def run() -> None:
        found, fault = None, None
        try:
            found = ask()
        except Exception as error:
            fault = error
        with suppress(RuntimeError):  # the loop is gone: the verdict was given without us
            loop.call_soon_threadsafe(settle, found, fault)

    threading.Thread(target=run, daemon=True).start()
    return await answer


class _Guarded:
    """Replaces how the library's fetchers ask: same answers, fewer places."""

    allowed: Sequence[str] = ()
    user_agent: str

    def _get(
        self, url: str, *, acceptable_content_types: Sequence[str]
    ) -> Awaitable[requests.Response]:
        headers = {"Accept": ",".join(acceptable_content_types), "User-Agent": self.user_agent}
        return _aside(partial(self._ask, "GET", url, headers, None))

    def _post(
        self,
        url: str,
        data: bytes,
        *,
        content_type: str,
        acceptable_content_types: Sequence[str],
    ) -> Awaitable[requests.Response]:
        headers = {
            "Accept": ",".join(acceptable_content_types),
            "Content-Type": content_type,
            "User-Agent": self.user_agent,
        }
        return _aside(partial(self._ask, "POST", url, headers, data))

    def _ask(
        self, method: str, url: str, headers: dict[str, str], data: bytes | None
    ) -> requests.Response:
        check_address(url, allowed=self.allowed)
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(
                method,
                url,
                data=data,
                headers=headers,
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
                stream=True,
            )
            content = answer.raw.read(LARGEST_ANSWER + 1, decode_content=True)
        if answer.status_code != 200 or len(content) > LARGEST_ANSWER:
            raise requests.RequestException(f"status {answer.status_code}")
        answer._content = content
        return answer


class _Ocsp(_Guarded, RequestsOCSPFetcher):
    pass


class _Crl(_Guarded, RequestsCRLFetcher):
    pass


class _NoCertificates(RequestsCertificateFetcher):
    def _get(self, url: str, **_: object) -> Awaitable[requests.Response]:
        raise HostNotAllowed(url)


class GuardedFetchers(FetcherBackend):
    """The fetchers of one verdict, limited to `allowed` hosts."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self.allowed = tuple(allowed)

    def get_fetchers(self) -> Fetchers:
        ocsp = _Ocsp(per_request_timeout=TIMEOUT_SECONDS)
        crl = _Crl(per_request_timeout=TIMEOUT_SECONDS)  # type: ignore[no-untyped-call]  # theirs
        ocsp.allowed = crl.allowed = self.allowed
        return Fetchers(ocsp_fetcher=ocsp, crl_fetcher=crl, cert_fetcher=_NoCertificates())

    async def close(self) -> None:
        return None
