# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bytes of a signed PDF, read raw. No library's word on coverage is taken alone.

Each signature has one ByteRange [0 a b c]; the bytes from a to b are exactly the
hexadecimal string of that signature; b + c is the end of its revision; every ByteRange in
the file belongs to a signature that is judged; nothing follows the last revision.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import EmbeddedPdfSignature

from iam.signatures.types import Integrity, Reason
from iam.signatures.verdict.refusal import Unfit, forged, unreadable

MAX_SIGNATURES = 10
MAX_FIELDS = 500
MAX_XREF_SIZE = 500_000
MAX_REVISIONS = 60
HEXADECIMAL = re.compile(rb"[0-9A-Fa-f\s]*")
BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
BYTE_RANGE_NAME = re.compile(rb"/Byte(?:R|#52)(?:a|#61)nge")
END_OF_REVISION = re.compile(rb"startxref\s+(\d+)\s+%%EOF(?:\r\n|\r|\n)?")
DECLARED_SIZE = re.compile(rb"/Size\s+(\d+)")
DECLARED_INDEX = re.compile(rb"/Index\s*\[([\d\s]+)\]")
LINE_ENDS = b"\r\n"


@dataclass(frozen=True)
class ExaminedPdf:
    """A PDF whose bytes are in order; its signatures come in the order of their revisions."""

    content: bytes
    reader: PdfFileReader
    signatures: tuple[EmbeddedPdfSignature, ...]

    @property
    def revisions(self) -> int:
        return int(self.reader.xrefs.total_revisions)


def examine(content: bytes) -> ExaminedPdf:
    """Return the PDF in `content` with its signatures. Raises `Unfit`."""
    _check_declared_sizes(content)
    reader = PdfFileReader(BytesIO(content), strict=False)
    if reader.encrypted:
        raise Unfit(Reason.ENCRYPTED, Integrity.UNKNOWN)
    if reader.xrefs.total_revisions > MAX_REVISIONS:
        raise unreadable("troppe revisioni")
    _check_fields(reader)
    signatures = tuple(reader.embedded_signatures)
    examined = ExaminedPdf(content, reader, signatures)
    if len(signatures) > MAX_SIGNATURES:
        raise Unfit(Reason.SEVERAL_SIGNERS, Integrity.UNKNOWN, "troppe firme")
    if signatures:
        if reader.xrefs.hybrid_xrefs_present:
            raise forged("tabelle degli oggetti doppie")
        _check_every_range_is_judged(content, signatures)
        _check_ranges(examined)
    return examined


def revisions_in(content: bytes) -> int:
    """Return how many revisions the PDF in `content` has."""
    return int(PdfFileReader(BytesIO(content), strict=False).xrefs.total_revisions)


def _check_declared_sizes(content: bytes) -> None:
    sizes = [int(size[:12]) for size in DECLARED_SIZE.findall(content)]
    sizes += [
        sum(int(count[:12]) for count in index.split()[1::2])
        for index in DECLARED_INDEX.findall(content)
    ]
    if max(sizes, default=0) > MAX_XREF_SIZE:
        raise unreadable("tabella degli oggetti fuori misura")


def _check_fields(reader: PdfFileReader) -> None:
    """Walk the form once: a field reached twice is a trap that makes others count for ever."""
    try:
        fields = reader.root["/AcroForm"]["/Fields"]
    except KeyError:
        return
    seen: set[generic.Reference] = set()
    waiting = list(fields)
    while waiting:
        field = waiting.pop()
        if not isinstance(field, generic.IndirectObject):
            raise forged("campo del modulo senza riferimento")
        if field.reference in seen or len(seen) > MAX_FIELDS:
            raise forged("campo del modulo raggiunto due volte")
        seen.add(field.reference)
        found = field.get_object()
        if not isinstance(found, generic.DictionaryObject):
            raise forged("campo del modulo che non è un campo")
        kids = found.get("/Kids", ())
        waiting.extend(kid for kid in kids if "/T" in kid.get_object() or "/FT" in kid.get_object())


def _check_every_range_is_judged(
    content: bytes, signatures: Sequence[EmbeddedPdfSignature]
) -> None:
    named = len(BYTE_RANGE_NAME.findall(content))
    written = [tuple(map(int, found)) for found in BYTE_RANGE.findall(content)]
    judged = [tuple(int(n) for n in signature.byte_range) for signature in signatures]
    if named != len(written) or sorted(written) != sorted(judged):
        raise forged("un intervallo di firma non appartiene a una firma")


def _check_ranges(pdf: ExaminedPdf) -> None:
    first = min(signature.signed_revision for signature in pdf.signatures)
    ends = {revision: _end_of(pdf, revision) for revision in range(first, pdf.revisions)}
    tail = pdf.content[ends[pdf.revisions - 1] :]
    if tail.strip(LINE_ENDS) or len(tail) > 2:
        raise forged("byte dopo la fine del documento")
    for signature in pdf.signatures:
        _check_range(pdf.content, signature, ends[signature.signed_revision])


def _end_of(pdf: ExaminedPdf, revision: int) -> int:
    """Return where `revision` ends: after the %%EOF that names its own table of objects."""
    table = pdf.reader.xrefs.get_xref_container_info(revision)
    found = END_OF_REVISION.search(pdf.content, table.end_location)
    if found is None:
        raise forged("revisione senza fine")
    if int(found[1]) != pdf.reader.xrefs.get_startxref_for_revision(revision):
        raise forged("la fine di una revisione ne indica un'altra")
    return found.end()


def _check_range(content: bytes, signature: EmbeddedPdfSignature, end: int) -> None:
    numbers = [int(number) for number in signature.byte_range]
    if len(numbers) != 4 or numbers[0] != 0 or min(numbers[1:]) <= 0:
        raise forged("intervallo di firma irregolare")
    _, before, after, length = numbers
    if not before < after <= len(content) or after + length > len(content):
        raise forged("intervallo di firma fuori dal file")
    hole = content[before:after]
    if hole[:1] != b"<" or hole[-1:] != b">" or not HEXADECIMAL.fullmatch(hole[1:-1]):
        raise forged("il vuoto dell'intervallo non è la firma")
    if bytes.fromhex(hole[1:-1].decode()) != bytes(signature.pkcs7_content):
        raise forged("la firma letta non è quella nell'intervallo")
    low, high = sorted((after + length, end))
    if content[low:high].strip(LINE_ENDS):
        raise forged("la firma non copre la sua revisione")
