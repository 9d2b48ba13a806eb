# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What no log line of any library may carry: a codice fiscale, or the secret of a link."""

from __future__ import annotations

import logging
import re
from collections.abc import MutableMapping
from typing import Any, Final

_DIGIT = "[0-9LMNPQRSTUV]"
"""A digit, or the letter that stands for it. Source: DM 23-12-1976, art. 6."""
CODICE_FISCALE: Final = re.compile(
    rf"(?<![A-Z0-9])[A-Z]{{6}}{_DIGIT}{{2}}[A-EHLMPRST]{_DIGIT}{{2}}[A-Z]{_DIGIT}{{3}}[A-Z](?![A-Z0-9])",
    re.IGNORECASE,
)
SECRET: Final = re.compile(
    r"(/controfirma/(?!atto/))[^/\s?\"']+"
    r"|\b((?:code|access_token|refresh_token|id_token_hint|client_assertion|ticket|SAMLResponse)=)"
    r"[^&\s\"']+"
)


def clean(text: str) -> str:
    """Return `text` with a mark in place of what must not be kept."""
    return SECRET.sub(r"\1\2[…]", CODICE_FISCALE.sub("[codice fiscale]", text))


class CleanFormatter(logging.Formatter):
    """Cleans the whole line, traceback included: django logs the path of each refusal."""

    def format(self, record: logging.LogRecord) -> str:
        return clean(super().format(record))


def clean_line(_: Any, __: str, event: str | MutableMapping[str, Any]) -> Any:
    """The same, as the last processor of structlog."""
    return clean(event) if isinstance(event, str) else event
