# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every message has."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from iam.saml.xml.names import ASSERTION, METADATA, PROTOCOL, SIGNATURE, SPID

NAMESPACES = {
    "samlp": PROTOCOL,
    "saml": ASSERTION,
    "md": METADATA,
    "ds": SIGNATURE,
    "spid": SPID,
}


def new_id() -> str:
    """Return an identifier that nobody can guess: 128 bits. Source: SAML 2.0 Core, 1.3.4."""
    return f"_{secrets.token_hex(16)}"


def utc(at: datetime) -> str:
    """Spell an aware instant as SPID asks: UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, kw_only=True)
class PostForm:
    """A form that a browser sends to another party: the POST binding.

    Source: SAML 2.0 Bindings, 3.5. `field` is SAMLRequest or SAMLResponse.
    """

    action: str
    field: str
    document: bytes
    relay_state: str = ""

    @property
    def value(self) -> str:
        return base64.b64encode(self.document).decode()
