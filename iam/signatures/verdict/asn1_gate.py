# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Limits on the shape of an ASN.1 file, before a library builds objects from it.

A .p7m of 3 MB made of a million chunks takes a parser twenty seconds.
"""

from __future__ import annotations

from iam.signatures.verdict.refusal import unreadable

MAX_ELEMENTS = 60_000
MAX_DEPTH = 40
CONSTRUCTED = 0x20
LONG_TAG = 0x1F
LONG_LENGTH = 0x80
MAX_LENGTH_OCTETS = 5


def check_shape(content: bytes) -> None:
    """Return if the BER in `content` has a bearable number and depth of elements.

    Raises `Unfit` (unreadable). Definite and indefinite lengths are followed; the
    octets of primitive elements are skipped, not read.
    """
    open_ends: list[int | None] = []
    at, seen = 0, 0
    while at < len(content):
        while open_ends and open_ends[-1] is not None and at >= open_ends[-1]:
            open_ends.pop()
        if not open_ends and seen:
            return
        if open_ends and open_ends[-1] is None and content[at : at + 2] == b"\0\0":
            open_ends.pop()
            at += 2
            continue
        at, constructed, length = _header(content, at)
        seen += 1
        if seen > MAX_ELEMENTS or len(open_ends) > MAX_DEPTH:
            raise unreadable("troppi elementi ASN.1")
        if constructed:
            open_ends.append(None if length is None else at + length)
        elif length is None:
            raise unreadable("lunghezza indefinita in un elemento primitivo")
        else:
            at += length


def _header(content: bytes, at: int) -> tuple[int, bool, int | None]:
    """Return where the octets begin, whether they are elements, and how many (None: open)."""
    try:
        first = content[at]
        at += 1
        if first & LONG_TAG == LONG_TAG:
            while content[at] & LONG_LENGTH:
                at += 1
            at += 1
        size = content[at]
        at += 1
        if size == LONG_LENGTH:
            return at, bool(first & CONSTRUCTED), None
        if size & LONG_LENGTH:
            octets = size & ~LONG_LENGTH
            if octets > MAX_LENGTH_OCTETS:
                raise unreadable("lunghezza ASN.1 fuori misura")
            size = int.from_bytes(content[at : at + octets])
            at += octets
        return at, bool(first & CONSTRUCTED), size
    except IndexError:
        raise unreadable("ASN.1 troncato") from None
