# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Take apart a message of the PEC mailbox: what it is, what it certifies, what it carries.

Two parts of a message say what it is: its outer headers, which nobody signs, and
`daticert.xml`, which the provider signs. Headers only say where to look; facts come from the
signed part. The Subject is never read for this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr
from enum import StrEnum

from iam.notifications.pec.daticert import Daticert, UnreadableDaticertError
from iam.notifications.pec.daticert import read as read_daticert

MOST_ATTACHMENTS = 200
LONGEST_NAME = 200


class Transport(StrEnum):
    """How a message came: the header `X-Trasporto`, or the lack of it."""

    CERTIFICATA = "posta-certificata"
    ANOMALIA = "errore"
    NESSUNO = ""


@dataclass(frozen=True, slots=True)
class Carried:
    """A file carried by a message."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a person wrote: the original message inside an envelope, or an ordinary one."""

    sender: str
    subject: str
    text: str
    message_id: str
    attachments: tuple[Carried, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One message of the mailbox, read.

    `daticert` is None for ordinary mail; `problem` says, in few words, why a message that
    claims to be certified could not be read. `original` is None where nothing was carried.
    """

    transport: Transport
    claims_receipt: str
    daticert: Daticert | None
    original: Letter | None
    problem: str = ""

    @property
    def is_receipt(self) -> bool:
        """Whether it is, or says to be, a receipt rather than a message for a person."""
        if self.daticert is not None:
            return self.daticert.certifies != "posta-certificata"
        return bool(self.claims_receipt)


def open_envelope(raw: bytes, *, signed: bytes | None = None) -> Envelope:
    """Read the message `raw`.

    `signed` is the exact part that the provider's signature covers, as the verification gave
    it; with it, certified facts are read from there and from nowhere else.
    Never raises for the content of a message: what cannot be read is said in `problem`.
    """
    try:
        message = _parse(raw)
        body = _parse(signed) if signed is not None else _content_of(message)
        return _read(message, body)
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return Envelope(
            transport=Transport.NESSUNO,
            claims_receipt="",
            daticert=None,
            original=None,
            problem="messaggio non leggibile",
        )


def local_part(message_id: str) -> str:
    """Return what precedes the at sign: a provider may rewrite the domain of a Message-ID."""
    return message_id.strip().strip("<>").rpartition("@")[0] or message_id.strip().strip("<>")


def _read(message: EmailMessage, body: EmailMessage) -> Envelope:
    transport = _transport(message)
    claims = str(message.get("X-Ricevuta", "")).strip().lower()
    certificates = [part for part in _own_parts(body) if _name(part).lower() == "daticert.xml"]
    daticert, problem = None, ""
    if len(certificates) == 1 and transport is not Transport.ANOMALIA:
        try:
            daticert = read_daticert(_bytes(certificates[0]))
        except UnreadableDaticertError as error:
            problem = f"daticert.xml: {error}"
    elif len(certificates) > 1:
        problem = "daticert.xml più di uno"
    elif transport is Transport.CERTIFICATA or claims:
        problem = "daticert.xml assente"
    return Envelope(
        transport=transport,
        claims_receipt=claims,
        daticert=daticert,
        original=_original(body, message, transport),
        problem=problem,
    )


def _parse(raw: bytes) -> EmailMessage:
    message = BytesParser(policy=policy.default).parsebytes(raw)
    assert isinstance(message, EmailMessage)
    return message


def _transport(message: EmailMessage) -> Transport:
    written = str(message.get("X-Trasporto", "")).strip().lower()
    return Transport(written) if written in set(Transport) else Transport.NESSUNO


def _content_of(message: EmailMessage) -> EmailMessage:
    """Return the part that a signature covers, or the message itself where there is none."""
    if message.get_content_type() == "multipart/signed":
        first = message.get_payload(0)
        if isinstance(first, EmailMessage):
            return first
    return message


def _own_parts(body: EmailMessage) -> Iterator[EmailMessage]:
    """Walk the parts that the provider wrote, without entering the message that it carries.

    Whoever writes a message may attach to it a `daticert.xml` of their own.
    """
    yield body
    if body.is_multipart() and body.get_content_maintype() == "multipart":
        for part in body.iter_parts():
            if isinstance(part, EmailMessage):
                yield from _own_parts(part)


def _original(body: EmailMessage, message: EmailMessage, transport: Transport) -> Letter | None:
    carried = [part for part in _own_parts(body) if _carries_message(part)]
    if carried:
        return _letter(_message_in(carried[0]))
    return _letter(message) if transport is Transport.NESSUNO else None


def _carries_message(part: EmailMessage) -> bool:
    return part.get_content_type() == "message/rfc822" or _name(part).lower() == "postacert.eml"


def _message_in(part: EmailMessage) -> EmailMessage:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload(0)
        assert isinstance(inner, EmailMessage)
        return inner
    return _parse(_bytes(part))


def _letter(message: EmailMessage) -> Letter:
    plain = message.get_body(preferencelist=("plain",))
    files = [part for part in message.walk() if _is_file(part)]
    return Letter(
        sender=parseaddr(str(message.get("From", "")))[1].lower(),
        subject=_one_line(str(message.get("Subject", ""))),
        text=_text(plain) if isinstance(plain, EmailMessage) else "",
        message_id=str(message.get("Message-ID", "")).strip().strip("<>"),
        attachments=tuple(
            Carried(name=_name(part), media_type=part.get_content_type(), content=_bytes(part))
            for part in files[:MOST_ATTACHMENTS]
        ),
    )


def _is_file(part: EmailMessage) -> bool:
    return not part.is_multipart() and bool(part.get_filename())


def _name(part: EmailMessage) -> str:
    """Return the file name without folders or control characters, never empty for a file."""
    given = re.sub(r"[\x00-\x1f\x7f]", "", str(part.get_filename() or ""))
    return re.split(r"[/\\]", given)[-1].strip()[-LONGEST_NAME:]


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\x00", "")).strip()


def _text(part: EmailMessage) -> str:
    return _bytes(part).decode(_charset(part), errors="replace").replace("\x00", "").strip()


def _charset(part: EmailMessage) -> str:
    charset = part.get_content_charset() or "utf-8"
    try:
        "".encode(charset)
    except LookupError:
        return "utf-8"
    return charset


def _bytes(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
