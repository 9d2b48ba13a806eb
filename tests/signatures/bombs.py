# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Small files that make a parser work for ever, or fill the memory."""

from __future__ import annotations

import zlib
from collections.abc import Callable

CATALOG = b"<< /Type /Catalog /Pages 2 0 R %s >>"
PAGES = b"<< /Type /Pages /Kids [] /Count 0 >>"


def pdf_of(objects: dict[int, bytes], trailer: bytes = b"") -> bytes:
    """Return a PDF with `objects`, the first being its catalog, and a right table."""
    body, places = b"%PDF-1.7\n", {}
    for number, content in objects.items():
        places[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    top = max(objects) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n" % top
    for number in range(1, top):
        at = places.get(number, 0)
        table += b"%010d 00000 %s \n" % (at, b"n" if number in places else b"f")
    end = b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n"
    return body + table + end % (top, trailer, len(body))


def fields_reached_by_a_hundred_million_paths() -> bytes:
    """A form whose every level points twice to the next."""
    objects = {1: CATALOG % b"/AcroForm 3 0 R", 2: PAGES, 3: b"<< /Fields [10 0 R] /SigFlags 3 >>"}
    for level in range(10, 40):
        objects[level] = b"<< /T (a) /Kids [%d 0 R %d 0 R] >>" % (level + 1, level + 1)
    objects[40] = b"<< /T (a) /FT /Sig /V 41 0 R >>"
    objects[41] = b"<< /Type /Sig /SubFilter /Nessuno /ByteRange [0 1 2 3] /Contents <00> >>"
    return pdf_of(objects)


def fields_that_contain_themselves() -> bytes:
    objects = {1: CATALOG % b"/AcroForm 3 0 R", 2: PAGES, 3: b"<< /Fields [4 0 R] /SigFlags 3 >>"}
    objects[4] = b"<< /T (a) /Kids [4 0 R] >>"
    return pdf_of(objects)


def table_of_three_million_objects() -> bytes:
    rows = zlib.compress(bytes(3_000_000 * 4))
    stream = (
        b"<< /Type /XRef /Size 3000000 /W [1 2 1] /Root 1 0 R /Filter /FlateDecode "
        b"/Length %d >>\nstream\n" % len(rows)
    )
    head = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
    return (
        head
        + b"9 0 obj\n"
        + stream
        + rows
        + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % (len(head))
    )


def table_of_many_sections() -> bytes:
    """The same size said a little at a time, below the limit on one number."""
    index = b"".join(b"%d 100000 " % (n * 100_000) for n in range(200))
    rows = zlib.compress(bytes(20_000_000 * 4), 9)
    stream = (
        b"<< /Type /XRef /Size 400000 /Index [%s] /W [1 2 1] /Root 1 0 R /Filter /FlateDecode "
        b"/Length %d >>\nstream\n" % (index, len(rows))
    )
    head = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
    return (
        head
        + b"9 0 obj\n"
        + stream
        + rows
        + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % (len(head))
    )


def revisions_in_a_circle() -> bytes:
    pdf = pdf_of({1: CATALOG % b"", 2: PAGES})
    at = pdf.rindex(b"xref\n0")
    return pdf.replace(b"/Root 1 0 R ", b"/Root 1 0 R /Prev %d " % at)


def arrays_in_arrays() -> bytes:
    return pdf_of({1: CATALOG % (b"/Deep " + b"[" * 50_000 + b"]" * 50_000), 2: PAGES})


def reference_to_itself() -> bytes:
    return pdf_of({1: CATALOG % b"/AcroForm 3 0 R", 2: PAGES, 3: b"3 0 R"})


def stream_that_swells() -> bytes:
    """A hundred and twenty-eight megabytes of objects in a hundred and thirty kilobytes."""
    compressor = zlib.compressobj(9)
    packed = b"".join(compressor.compress(bytes(1 << 20)) for _ in range(128))
    packed += compressor.flush()
    stream = (
        b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
        % (len(packed), packed)
    )
    rows = bytes([0, 0, 0, 2, 0, 3, 2, 0, 3])
    head = b"%PDF-1.7\n3 0 obj\n" + stream + b"\nendobj\n"
    table = (
        b"<< /Type /XRef /Size 4 /W [1 1 1] /Root 1 0 R /Length %d >>\nstream\n%s\nendstream"
        % (
            len(rows),
            rows,
        )
    )
    return head + b"4 0 obj\n" + table + b"\nendobj\nstartxref\n%d\n%%%%EOF" % len(head)


def a_million_chunks() -> bytes:
    """A .p7m whose content comes one octet at a time."""
    oid_signed = bytes.fromhex("06092a864886f70d010702")
    oid_data = bytes.fromhex("06092a864886f70d010701")
    chunks = b"\x24\x80" + b"\x04\x01%" * 1_000_000 + b"\0\0"
    inner = b"\x02\x01\x01\x31\x00\x30\x80" + oid_data + b"\xa0\x80" + chunks + b"\0\0" * 2
    return b"\x30\x80" + oid_signed + b"\xa0\x80\x30\x80" + inner + b"\x31\x00" + b"\0\0" * 3


def sequences_in_sequences() -> bytes:
    return b"\x30\x80" * 100_000


def length_of_a_terabyte() -> bytes:
    return b"\x30\x86\xff\xff\xff\xff\xff\xff" + bytes(100)


def base64_for_ever() -> bytes:
    return b"MIIA" * 4_000_000


def numbers_of_a_million_digits() -> bytes:
    return pdf_of({1: CATALOG % (b"/Big " + b"9" * 1_000_000), 2: PAGES}, b"/ID [<00> <00>]")


def ten_thousand_revisions() -> bytes:
    pdf = pdf_of({1: CATALOG % b"", 2: PAGES})
    body, previous = [pdf], pdf.rindex(b"xref\n0")
    length = len(pdf)
    for _ in range(10_000):
        update = b"xref\n0 0\ntrailer\n<< /Size 3 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
        piece = update % (previous, length)
        previous = length
        length += len(piece)
        body.append(piece)
    return b"".join(body)


BOMBS: tuple[Callable[[], bytes], ...] = (
    fields_reached_by_a_hundred_million_paths,
    fields_that_contain_themselves,
    table_of_three_million_objects,
    table_of_many_sections,
    revisions_in_a_circle,
    arrays_in_arrays,
    reference_to_itself,
    stream_that_swells,
    a_million_chunks,
    sequences_in_sequences,
    length_of_a_terabyte,
    base64_for_ever,
    numbers_of_a_million_digits,
    ten_thousand_revisions,
)
