# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fetching the trust list from where its operator publishes it."""

from __future__ import annotations

import requests

TIMEOUT_SECONDS = 30
LARGEST_LIST = 40 * 1024 * 1024


class ListNotDownloaded(Exception):
    """The list could not be had; the one in use stays."""


def download(url: str) -> bytes:
    """Return the bytes published at `url`. Raises `ListNotDownloaded`."""
    try:
        with requests.get(url, timeout=TIMEOUT_SECONDS, stream=True) as answer:
            answer.raise_for_status()
            content: bytes = answer.raw.read(LARGEST_LIST + 1, decode_content=True)
    except requests.RequestException as fault:
        raise ListNotDownloaded(type(fault).__name__) from fault
    if len(content) > LARGEST_LIST:
        raise ListNotDownloaded("too large")
    return content
