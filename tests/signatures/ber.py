# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rewrite a DER .p7m as some tools do: indefinite lengths and a content cut in chunks."""

from __future__ import annotations

from asn1crypto import cms

CHUNK = 1000
END = b"\0\0"


def indefinite(der: bytes, chunk: int = CHUNK) -> bytes:
    """Return the same CMS in BER: nothing signed changes."""
    signed = cms.ContentInfo.load(der)["content"]
    content = bytes(signed["encap_content_info"]["content"])
    pieces = (content[i : i + chunk] for i in range(0, len(content), chunk))
    chunked = b"\x24\x80" + b"".join(_octets(piece) for piece in pieces) + END
    encapsulated = (
        b"\x30\x80" + signed["encap_content_info"]["content_type"].dump() + b"\xa0\x80" + chunked
    )
    body = signed["version"].dump() + signed["digest_algorithms"].dump() + encapsulated + END + END
    body += signed["certificates"].dump() + signed["signer_infos"].dump()
    oid = cms.ContentType("signed_data").dump()
    made: bytes = b"\x30\x80" + oid + b"\xa0\x80" + b"\x30\x80" + body + END + END + END
    return made


def _octets(piece: bytes) -> bytes:
    length = len(piece)
    if length < 0x80:
        return bytes([0x04, length]) + piece
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([0x04, 0x80 | len(size)]) + size + piece
