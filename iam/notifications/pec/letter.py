# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write the message that goes to the provider: the same row always gives the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID

from iam.notifications.pec.envelope import Carried


def reference_of(message: UUID) -> str:
    """Return the local part of the Message-ID: receipts come back with it."""
    return f"iam.{message.hex}"


def message_id_of(message: UUID, *, sender: str) -> str:
    return f"<{reference_of(message)}@{sender.rpartition('@')[2]}>"


def write_letter(
    *,
    message: UUID,
    sender: str,
    recipients: Sequence[str],
    subject: str,
    body: str,
    attachments: Sequence[Carried],
    at: datetime,
) -> bytes:
    """Return the RFC 5322 message, lines ended by CRLF, asking for a complete receipt."""
    letter = EmailMessage(policy=policy.SMTP)
    letter["From"] = sender
    letter["To"] = ", ".join(recipients)
    letter["Subject"] = subject
    letter["Date"] = format_datetime(at)
    letter["Message-ID"] = message_id_of(message, sender=sender)
    letter["X-TipoRicevuta"] = "completa"
    letter.set_content(body, charset="utf-8", cte="quoted-printable")
    for carried in attachments:
        maintype, _, subtype = carried.media_type.partition("/")
        letter.add_attachment(
            carried.content, maintype=maintype, subtype=subtype, filename=carried.name
        )
    if letter.is_multipart():
        letter.set_boundary(f"=_{message.hex}")
    return letter.as_bytes()
