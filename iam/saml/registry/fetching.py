# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fetching a registry: one host, https in production, few bytes, little time."""

from __future__ import annotations

import time
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

from iam.saml.checks import in_production
from iam.saml.registry.errors import (
    RegistryAddressForbidden,
    RegistryTooLarge,
    RegistryUnreachable,
)

LARGEST_BYTES = 4 * 1024 * 1024
"""The whole federation weighs about 200 KB."""

CONNECT_SECONDS = 10
PAUSE_SECONDS = 10
WHOLE_SECONDS = 60
REDIRECTS = 3
CHUNK = 64 * 1024


def fetch(url: str, *, whole_seconds: float = WHOLE_SECONDS) -> bytes:
    """Return what is published at `url`; redirects stay on its host and scheme.

    Raises `RegistryAddressForbidden`, `RegistryUnreachable` or `RegistryTooLarge`. A server
    that drips its answer is cut off after `whole_seconds`.
    """
    wanted = _allowed(url)
    deadline = time.monotonic() + whole_seconds
    with requests.Session() as session:
        for _ in range(REDIRECTS + 1):
            answer = _ask(session, url)
            with answer:
                if not answer.is_redirect:
                    return _read(answer, deadline)
                url = urljoin(url, answer.headers["Location"])
            there = _allowed(url)
            if (there.scheme, there.netloc) != (wanted.scheme, wanted.netloc):
                raise RegistryAddressForbidden(why=f"rinvia a un altro sito, {there.hostname}")
    raise RegistryUnreachable(why="troppi rinvii")


def _allowed(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise RegistryAddressForbidden(why="non è un indirizzo web")
    if parts.scheme != "https" and in_production():
        raise RegistryAddressForbidden(why="non è https")
    return parts


def _ask(session: requests.Session, url: str) -> requests.Response:
    try:
        return session.get(
            url,
            timeout=(CONNECT_SECONDS, PAUSE_SECONDS),
            allow_redirects=False,
            stream=True,
            headers={"Accept": "application/samlmetadata+xml, application/xml"},
        )
    except requests.RequestException as fault:
        raise RegistryUnreachable(why=type(fault).__name__) from fault


def _read(answer: requests.Response, deadline: float) -> bytes:
    """Return the body, measured after decompression, a piece each time that one arrives."""
    if answer.status_code != 200:
        raise RegistryUnreachable(why=f"stato {answer.status_code}")
    content = bytearray()
    try:
        while piece := answer.raw.read1(CHUNK, decode_content=True):
            content += piece
            if len(content) > LARGEST_BYTES:
                raise RegistryTooLarge()
            if time.monotonic() > deadline:
                raise RegistryUnreachable(why="risposta troppo lenta")
    except (HTTPError, OSError) as fault:
        raise RegistryUnreachable(why=type(fault).__name__) from fault
    return bytes(content)
