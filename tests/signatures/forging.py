# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a forger without the signer's key can do to a signed file: one function per trick.

Each takes a validly signed PDF (or .p7m) and returns the altered file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from asn1crypto import cms, core
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.signers.pdf_byterange import PdfSignedData

from demo.trust.pki import Pki
from demo.trust.signers import SIGNERS
from demo.trust.signing import signer_of
from iam.signatures.sandbox.waiting import finished

BYTE_RANGE = re.compile(rb"/ByteRange\s*\[([^\]]*)\]")
Edit = Callable[[IncrementalPdfFileWriter], None]


def update(pdf: bytes, edit: Edit) -> bytes:
    """Append an incremental revision made by `edit`, with its own table of objects."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=False)
    edit(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _page(writer: IncrementalPdfFileWriter, index: int = 0) -> generic.DictionaryObject:
    page = writer.find_page_for_modification(index)[0].get_object()
    writer.update_container(page)
    assert isinstance(page, generic.DictionaryObject)
    return page


def _text(words: bytes) -> bytes:
    return b"BT /F1 20 Tf 72 700 Td (" + words + b") Tj ET"


def _stream(words: bytes, **keys: object) -> generic.StreamObject:
    stream = generic.StreamObject(stream_data=_text(words))
    for key, value in keys.items():
        stream[pdf_name(f"/{key}")] = value
    return stream


# --- a later revision, with its table


def replace_content(writer: IncrementalPdfFileWriter) -> None:
    _page(writer)["/Contents"] = writer.add_object(_stream(b"Importo: 1.000.000"))


def add_page(writer: IncrementalPdfFileWriter) -> None:
    page = _page(writer)
    pages = page["/Parent"]
    copied = generic.DictionaryObject(page)
    pages["/Kids"].append(writer.add_object(copied))
    pages["/Count"] = generic.NumberObject(int(pages["/Count"]) + 1)
    writer.update_container(pages)


def remove_page(writer: IncrementalPdfFileWriter) -> None:
    pages = _page(writer)["/Parent"]
    pages["/Kids"] = generic.ArrayObject(list(pages["/Kids"])[:0])
    pages["/Count"] = generic.NumberObject(0)
    writer.update_container(pages)


def _annotate(writer: IncrementalPdfFileWriter, subtype: str, **keys: object) -> None:
    page = _page(writer)
    appearance = _stream(
        b"Importo: 1.000.000",
        Type=pdf_name("/XObject"),
        Subtype=pdf_name("/Form"),
        BBox=generic.ArrayObject(map(generic.NumberObject, (0, 0, 400, 100))),
    )
    annotation = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name(subtype),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (72, 600, 472, 700))),
            pdf_name("/Contents"): pdf_string("Importo: 1.000.000"),
            pdf_name("/F"): generic.NumberObject(4),
            pdf_name("/AP"): generic.DictionaryObject(
                {pdf_name("/N"): writer.add_object(appearance)}
            ),
        }
    )
    for key, value in keys.items():
        annotation[pdf_name(f"/{key}")] = value
    annotations = page.get("/Annots", generic.ArrayObject())
    annotations.append(writer.add_object(annotation))
    page["/Annots"] = annotations
    writer.update_container(annotations)


def annotate_over_text(writer: IncrementalPdfFileWriter) -> None:
    _annotate(writer, "/FreeText", DA=pdf_string("/Helv 12 Tf 0 g"))


def stamp_over_text(writer: IncrementalPdfFileWriter) -> None:
    _annotate(writer, "/Stamp")


def redact_text(writer: IncrementalPdfFileWriter) -> None:
    _annotate(writer, "/Redact")


def add_text_field(writer: IncrementalPdfFileWriter) -> None:
    _annotate(
        writer, "/Widget", FT=pdf_name("/Tx"), T=pdf_string("Importo"), V=pdf_string("1.000.000")
    )
    page = _page(writer)
    fields = writer.root["/AcroForm"]["/Fields"]
    fields.append(page["/Annots"].raw_get(-1))
    writer.update_container(fields)


def add_visible_empty_signature(writer: IncrementalPdfFileWriter) -> None:
    append_signature_field(
        writer, SigFieldSpec("Sopra", box=(72, 600, 472, 700), empty_field_appearance=True)
    )


def change_appearance_of_signature(writer: IncrementalPdfFileWriter) -> None:
    for reference in writer.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        if field.get("/T") != "Firma1":
            continue
        form = _stream(
            b"Firmato da altri",
            Type=pdf_name("/XObject"),
            Subtype=pdf_name("/Form"),
            BBox=generic.ArrayObject(map(generic.NumberObject, (0, 0, 230, 60))),
        )
        field["/AP"] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(form)})
        writer.update_container(field)


def move_signature_over_text(writer: IncrementalPdfFileWriter) -> None:
    for reference in writer.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        if field.get("/T") == "Firma1":
            field["/Rect"] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 600, 800)))
            writer.update_container(field)


def remove_signature(writer: IncrementalPdfFileWriter) -> None:
    for reference in writer.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        if field.get("/T") == "Firma1":
            field.pop("/V", None)
            writer.update_container(field)


def empty_the_form(writer: IncrementalPdfFileWriter) -> None:
    form = writer.root["/AcroForm"]
    form["/Fields"] = generic.ArrayObject()
    writer.update_container(form)


def change_title(writer: IncrementalPdfFileWriter) -> None:
    info = generic.DictionaryObject({pdf_name("/Title"): pdf_string("Un altro titolo")})
    writer.set_info(writer.add_object(info))


def add_script(writer: IncrementalPdfFileWriter) -> None:
    script = generic.DictionaryObject(
        {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("app.alert(1)")}
    )
    writer.root["/OpenAction"] = writer.add_object(script)
    writer.update_root()


def add_attachment(writer: IncrementalPdfFileWriter) -> None:
    names = generic.DictionaryObject({pdf_name("/EmbeddedFiles"): generic.DictionaryObject()})
    writer.root["/Names"] = writer.add_object(names)
    writer.update_root()


def hide_with_layer(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/OCProperties"] = generic.DictionaryObject(
        {pdf_name("/OCGs"): generic.ArrayObject(), pdf_name("/D"): generic.DictionaryObject()}
    )
    writer.update_root()


def replace_font(writer: IncrementalPdfFileWriter) -> None:
    resources = _page(writer)["/Resources"]
    font = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Font"),
            pdf_name("/Subtype"): pdf_name("/Type1"),
            pdf_name("/BaseFont"): pdf_name("/Symbol"),
        }
    )
    for name in list(resources["/Font"]):
        resources["/Font"][name] = writer.add_object(font)
    writer.update_container(resources)


def rotate_page(writer: IncrementalPdfFileWriter) -> None:
    _page(writer)["/Rotate"] = generic.NumberObject(180)


def crop_page(writer: IncrementalPdfFileWriter) -> None:
    _page(writer)["/CropBox"] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 200, 200)))


UPDATES: tuple[Edit, ...] = (
    replace_content,
    add_page,
    remove_page,
    annotate_over_text,
    stamp_over_text,
    redact_text,
    add_text_field,
    add_visible_empty_signature,
    change_appearance_of_signature,
    move_signature_over_text,
    remove_signature,
    empty_the_form,
    change_title,
    add_script,
    add_attachment,
    hide_with_layer,
    replace_font,
    rotate_page,
    crop_page,
)


# --- the raw bytes


def _numbers(pdf: bytes) -> tuple[re.Match[bytes], list[int]]:
    last = list(BYTE_RANGE.finditer(pdf))[-1]
    return last, [int(n) for n in last[1].split()]


def _with_range(pdf: bytes, *numbers: int) -> bytes:
    """Write other numbers in the last ByteRange, in the same room."""
    found, _ = _numbers(pdf)
    room = len(found[0])
    written = b"/ByteRange [" + b" ".join(str(n).encode() for n in numbers)
    return pdf[: found.start()] + written.ljust(room - 1) + b"]" + pdf[found.end() :]


def tail_of_text(pdf: bytes) -> bytes:
    return pdf + b"\n% importo: 1.000.000\n"


def tail_of_zeros(pdf: bytes) -> bytes:
    return pdf + bytes(64)


def tail_of_an_object(pdf: bytes) -> bytes:
    return pdf + b"5 0 obj\n<< /Type /Page >>\nendobj\n"


def tail_of_another_document(pdf: bytes) -> bytes:
    return pdf + b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"


def tail_with_the_old_table(pdf: bytes) -> bytes:
    """An object nobody's table knows, closed by a copy of the last end of file."""
    end = pdf[pdf.rindex(b"startxref") :]
    return pdf + b"5 0 obj\n<< /Type /Page >>\nendobj\n" + end


def tail_with_two_ends(pdf: bytes) -> bytes:
    return pdf + pdf[pdf.rindex(b"startxref") :]


def text_before_the_header(pdf: bytes) -> bytes:
    return b"\n" + pdf


def range_to_the_end_of_a_longer_file(pdf: bytes) -> bytes:
    """The signed range grows with what was added: its digest no longer holds."""
    longer = update(pdf, replace_content)
    _, (zero, before, after, _length) = _numbers(longer)
    return _with_range(longer, zero, before, after, len(longer) - after)


def range_with_a_larger_hole(pdf: bytes) -> bytes:
    _, (zero, before, after, length) = _numbers(pdf)
    return _with_range(pdf, zero, before, after + 20, length - 20)


def range_with_an_earlier_hole(pdf: bytes) -> bytes:
    _, (zero, before, after, length) = _numbers(pdf)
    return _with_range(pdf, zero, before - 20, after, length)


def range_that_stops_early(pdf: bytes) -> bytes:
    _, (zero, before, after, length) = _numbers(pdf)
    return _with_range(pdf, zero, before, after, length - 40)


def range_that_starts_late(pdf: bytes) -> bytes:
    _, (_zero, before, after, length) = _numbers(pdf)
    return _with_range(pdf, 9, before - 9, after, length)


def range_of_nothing(pdf: bytes) -> bytes:
    return _with_range(pdf, 0, 0, 0, 0)


def range_of_two_numbers(pdf: bytes) -> bytes:
    _, (zero, before, _after, _length) = _numbers(pdf)
    return _with_range(pdf, zero, before)


def range_below_zero(pdf: bytes) -> bytes:
    _, (zero, before, after, length) = _numbers(pdf)
    return _with_range(pdf, zero, before, after, -length)


def range_misspelled(pdf: bytes) -> bytes:
    found, _ = _numbers(pdf)
    return pdf[: found.start()] + found[0].replace(b"Range", b"R#61ng") + pdf[found.end() - 2 :]


def wrapping(pdf: bytes) -> bytes:
    """Move the signed tail away and put a malicious one in its place: signature wrapping.

    The range points to where the true tail now is; what readers parse is the false one.
    """
    _, (zero, before, after, length) = _numbers(pdf)
    true_tail = pdf[after:]
    false_tail = true_tail.replace(b"/Type /Catalog", b"/Type /Katalog")
    moved = _with_range(pdf, zero, before, after + len(false_tail), length)
    return moved[:after] + false_tail + true_tail


def wrapping_in_the_hole(pdf: bytes) -> bytes:
    """Close the hexadecimal string early and hide objects in the hole of the range."""
    _, (_zero, before, after, _length) = _numbers(pdf)
    hole = pdf[before:after]
    hidden = b"> /Q 1 0 R\n%"
    return pdf[: after - len(hidden) - 1] + hidden + pdf[after - 1 :] if hole else pdf


def contents_of_zeros(pdf: bytes) -> bytes:
    _, (_zero, before, after, _length) = _numbers(pdf)
    return pdf[: before + 1] + b"0" * (after - before - 2) + pdf[after - 1 :]


def contents_with_a_flipped_bit(pdf: bytes) -> bytes:
    """The bit is in the signature's own value, at the end of the CMS."""
    _, (_zero, before, after, _length) = _numbers(pdf)
    at = before + len(pdf[before : after - 1].rstrip(b"0")) - 40
    flipped = b"1" if pdf[at : at + 1] != b"1" else b"2"
    return pdf[:at] + flipped + pdf[at + 1 :]


def contents_not_hexadecimal(pdf: bytes) -> bytes:
    _, (_zero, _before, after, _length) = _numbers(pdf)
    return pdf[: after - 3] + b"ZZ" + pdf[after - 1 :]


def text_changed_in_the_signed_part(pdf: bytes) -> bytes:
    at = pdf.index(b"stream") + 40
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


def subfilter_nobody_knows(pdf: bytes) -> bytes:
    head, _, tail = pdf.rpartition(b"/ETSI.CAdES.detached")
    return head + b"/ETSI.CAdES.detacheX" + tail


def first_range_forgotten(pdf: bytes) -> bytes:
    found = next(BYTE_RANGE.finditer(pdf))
    return pdf[: found.start()] + b"/ByteRangX" + pdf[found.start() + 10 :]


RAW: tuple[Callable[[bytes], bytes], ...] = (
    tail_of_text,
    tail_of_zeros,
    tail_of_an_object,
    tail_of_another_document,
    tail_with_the_old_table,
    tail_with_two_ends,
    text_before_the_header,
    range_to_the_end_of_a_longer_file,
    range_with_a_larger_hole,
    range_with_an_earlier_hole,
    range_that_stops_early,
    range_that_starts_late,
    range_of_nothing,
    range_of_two_numbers,
    range_below_zero,
    range_misspelled,
    wrapping,
    wrapping_in_the_hole,
    contents_of_zeros,
    contents_with_a_flipped_bit,
    contents_not_hexadecimal,
    text_changed_in_the_signed_part,
    subfilter_nobody_knows,
    first_range_forgotten,
)


# --- the CMS


def in_cms(pdf: bytes, edit: Callable[[cms.SignedData], None]) -> bytes:
    """Change the CMS of the last signature of `pdf` in place."""
    _, (_zero, before, after, _length) = _numbers(pdf)
    room = after - before - 2
    der = bytes.fromhex(pdf[before + 1 : after - 1].decode())
    edited = edit_cms(der, edit).hex().encode()
    written = pdf[before + 1 : after - 1]
    edited = (edited if written == written.lower() else edited.upper()).ljust(room, b"0")
    return pdf[: before + 1] + edited + pdf[after - 1 :]


def edit_cms(der: bytes, edit: Callable[[cms.SignedData], None]) -> bytes:
    info = cms.ContentInfo.load(der)
    edit(info["content"])
    return bytes(info.dump(force=True))


def transplant(pdf: bytes, donor: bytes) -> bytes:
    """Put the signature of another document in the place of this one's."""
    _, (_z, before, after, _l) = _numbers(pdf)
    _, (_z, from_, to, _l) = _numbers(donor)
    other = donor[from_ + 1 : to - 1].rstrip(b"0")
    return pdf[: before + 1] + other.ljust(after - before - 2, b"0") + pdf[after - 1 :]


def another_digest_algorithm(signed: cms.SignedData) -> None:
    signed["signer_infos"][0]["digest_algorithm"] = {"algorithm": "sha1"}


def another_signature_algorithm(signed: cms.SignedData) -> None:
    signed["signer_infos"][0]["signature_algorithm"] = {"algorithm": "sha384_ecdsa"}


def no_signed_attributes(signed: cms.SignedData) -> None:
    signed["signer_infos"][0]["signed_attrs"] = None


def another_signing_time(signed: cms.SignedData) -> None:
    for attribute in signed["signer_infos"][0]["signed_attrs"]:
        if attribute["type"].native == "signing_time":
            attribute["values"] = [cms.Time("utc_time", datetime(2020, 1, 1, tzinfo=UTC))]


def another_message_digest(signed: cms.SignedData) -> None:
    for attribute in signed["signer_infos"][0]["signed_attrs"]:
        if attribute["type"].native == "message_digest":
            attribute["values"] = [core.OctetString(bytes(32))]


def no_certificates(signed: cms.SignedData) -> None:
    signed["certificates"] = None


def no_signers(signed: cms.SignedData) -> None:
    signed["signer_infos"] = []


CMS: tuple[Callable[[cms.SignedData], None], ...] = (
    another_digest_algorithm,
    another_signature_algorithm,
    no_signed_attributes,
    another_signing_time,
    another_message_digest,
    no_certificates,
    no_signers,
)


def another_content(signed: cms.SignedData) -> None:
    """Only for a .p7m: what it carries is not what was signed."""
    signed["encap_content_info"]["content"] = core.OctetString(b"%PDF-1.7\nimporto: 1.000.000")


def certificate_of(pki: Pki, who: str) -> Callable[[cms.SignedData], None]:
    """Present somebody else's certificate for a signature that she did not make."""

    def edit(signed: cms.SignedData) -> None:
        certificate = pki.certificate(who)
        signed["certificates"] = [cms.CertificateChoices("certificate", certificate)]
        signed["signer_infos"][0]["sid"] = {
            "issuer_and_serial_number": {
                "issuer": certificate.issuer,
                "serial_number": certificate.serial_number,
            }
        }

    return edit


# --- signing while changing


def sign_and_edit(
    pdf: bytes,
    edit: Edit,
    pki: Pki,
    *,
    who: str = "giorgio",
    field: SigFieldSpec | None = None,
    kind: str = "/Sig",
) -> bytes:
    """Change the document and sign it in the same revision: the signature itself is good."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=False)
    edit(writer)
    return finish(writer, signer_of(pki, SIGNERS[who]), field=field, kind=kind)


def finish(
    writer: IncrementalPdfFileWriter,
    signer: SimpleSigner,
    *,
    field: SigFieldSpec | None = None,
    kind: str = "/Sig",
) -> bytes:
    """Sign in `field`, or in the first one that is there, with a signature of `kind`."""
    name = field.sig_field_name if field else "Firma1"
    metadata = PdfSignatureMetadata(
        field_name=name, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
    )
    made = PdfSigner(metadata, signer, new_field_spec=field)
    out = BytesIO()
    with dressed_as(kind):
        finished(made.async_sign_pdf(writer, output=out))
    return out.getvalue()


@contextmanager
def dressed_as(kind: str) -> Iterator[None]:
    """Let the signatures made meanwhile call themselves `kind`."""
    genuine = PdfSignedData.__init__

    def dressed(self: PdfSignedData, obj_type: object, *args: Any, **keys: Any) -> None:
        genuine(self, pdf_name(kind), *args, **keys)

    PdfSignedData.__init__ = dressed  # type: ignore[method-assign]  # put back at once
    try:
        yield
    finally:
        PdfSignedData.__init__ = genuine  # type: ignore[method-assign]  # as it was


def nothing(writer: IncrementalPdfFileWriter) -> None:
    """Change nothing."""
