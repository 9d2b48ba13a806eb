# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read `daticert.xml`, the certified facts inside every PEC envelope and receipt.

Source: DM 2-11-2005, technical rules; RFC 6109, 4.4. The file comes from outside: it is read
without entities and without anything external, and what is not understood is refused, so that
a person looks at it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

Word = TypeVar("Word", bound=StrEnum)

LARGEST_BYTES = 1_000_000


class Certified(StrEnum):
    """What a provider certifies: the seven receipts, and the envelope of a message."""

    ACCETTAZIONE = "accettazione"
    NON_ACCETTAZIONE = "non-accettazione"
    PRESA_IN_CARICO = "presa-in-carico"
    AVVENUTA_CONSEGNA = "avvenuta-consegna"
    ERRORE_CONSEGNA = "errore-consegna"
    PREAVVISO_ERRORE_CONSEGNA = "preavviso-errore-consegna"
    RILEVAZIONE_VIRUS = "rilevazione-virus"
    POSTA_CERTIFICATA = "posta-certificata"


RECEIPTS = frozenset(Certified) - {Certified.POSTA_CERTIFICATA}


class Fault(StrEnum):
    """Why a provider could not do it: the attribute `errore`."""

    NESSUNO = "nessuno"
    NO_DEST = "no-dest"
    NO_DOMINIO = "no-dominio"
    VIRUS = "virus"
    ALTRO = "altro"


class UnreadableDaticertError(ValueError):
    """The file is not one that the rules allow."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """A recipient as the sender's provider saw it; only a certified one gives proof of delivery."""

    address: str
    certified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Daticert:
    """The certified facts. Addresses are in lower case; `at` is aware, in UTC.

    `msgid` is the Message-ID that the sender gave, without angle brackets; its domain may have
    been rewritten by a provider. `delivered_to` (`consegna`) is the mailbox a receipt speaks of.
    """

    certifies: Certified
    fault: Fault
    sender: str
    addressees: tuple[Addressee, ...]
    subject: str
    provider: str
    at: datetime
    identificativo: str
    msgid: str
    delivered_to: str
    detail: str

    @property
    def about(self) -> tuple[str, ...]:
        """The recipients that a receipt speaks of: one, or all those of the message."""
        if self.delivered_to:
            return (self.delivered_to,)
        return tuple(addressee.address for addressee in self.addressees)

    @property
    def is_last_word(self) -> bool:
        """Whether a warning of missed delivery is the second one, after 24 hours.

        Both warnings have the same type: only `errore-esteso` tells them apart. Providers write
        a permanent status code there (5.4.1), or the hours in words.
        """
        return bool(re.match(r"\s*5\.", self.detail) or re.search(r"\b24\s*ore\b", self.detail))


def read(content: bytes) -> Daticert:
    """Return the facts in `content`. Raises `UnreadableDaticertError`."""
    if len(content) > LARGEST_BYTES:
        raise UnreadableDaticertError("too large")
    try:
        root: Element = fromstring(content, forbid_entities=True, forbid_external=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise UnreadableDaticertError("not well formed, or with entities") from error
    if root.tag != "postacert":
        raise UnreadableDaticertError("no postacert")
    heading, facts = root.find("intestazione"), root.find("dati")
    if heading is None or facts is None:
        raise UnreadableDaticertError("no heading or no facts")
    return Daticert(
        certifies=_member(Certified, root.get("tipo", "")),
        fault=_member(Fault, root.get("errore", Fault.NESSUNO)),
        sender=_address(heading, "mittente"),
        addressees=_addressees(heading),
        subject=_text(heading, "oggetto"),
        provider=_text(facts, "gestore-emittente"),
        at=_instant(facts.find("data")),
        identificativo=_text(facts, "identificativo", needed=True),
        msgid=_text(facts, "msgid").strip("<>").strip(),
        delivered_to=_address(facts, "consegna"),
        detail=_text(facts, "errore-esteso"),
    )


def _member(words: type[Word], value: str) -> Word:
    try:
        return words(value.strip().lower())
    except ValueError:
        raise UnreadableDaticertError(f"{value!r} is not a {words.__name__}") from None


def _text(parent: Element, name: str, *, needed: bool = False) -> str:
    value = (parent.findtext(name) or "").strip()
    if needed and not value:
        raise UnreadableDaticertError(f"no {name}")
    return value


def _address(parent: Element, name: str) -> str:
    return _text(parent, name).strip("<>").lower()


def _addressees(heading: Element) -> tuple[Addressee, ...]:
    return tuple(
        Addressee(
            address=(element.text or "").strip().strip("<>").lower(),
            certified=element.get("tipo", "certificato") == "certificato",
        )
        for element in heading.findall("destinatari")
    )


def _instant(element: Element | None) -> datetime:
    """Return the legal instant: day and hour are local to the attribute `zona`."""
    if element is None:
        raise UnreadableDaticertError("no date")
    written = f"{_text(element, 'giorno')} {_text(element, 'ora')}"
    try:
        local = datetime.strptime(written, "%d/%m/%Y %H:%M:%S")
    except ValueError:
        raise UnreadableDaticertError("date not understood") from None
    return local.replace(tzinfo=_zone(element.get("zona", ""))).astimezone(UTC)


def _zone(written: str) -> timezone:
    found = re.fullmatch(r"(?:GMT|UTC)?([+-])(\d{2}):?(\d{2})", written.strip())
    if found:
        sign, hours, minutes = found.groups()
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        if offset < timedelta(hours=24):
            return timezone(-offset if sign == "-" else offset)
    if written.strip() in {"Z", "GMT", "UTC"}:
        return UTC
    raise UnreadableDaticertError("zone not understood")
