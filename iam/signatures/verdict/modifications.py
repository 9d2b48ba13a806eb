# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happened to a PDF after the platform generated it and after each person signed it."""

from __future__ import annotations

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    DiffResult,
    ModificationLevel,
    SuspiciousModification,
)
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from iam.signatures.verdict.byte_gate import ExaminedPdf
from iam.signatures.verdict.refusal import forged, modified

TIMESTAMP = "/DocTimeStamp"
TIMESTAMP_FORMAT = "/ETSI.RFC3161"
WHOLE = (SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION)


def check_since_generated(pdf: ExaminedPdf, *, generated_revisions: int) -> None:
    """Return if nothing but signing happened since the generated document's last revision.

    This catches a content replaced in the very revision of the signature. Raises `Unfit`.
    """
    if pdf.revisions == generated_revisions:
        return
    outcome = DEFAULT_DIFF_POLICY.review_file(pdf.reader, generated_revisions - 1)
    _require(outcome, ModificationLevel.FORM_FILLING)
    _check_metadata(pdf, generated_revisions - 1)


def check_since_signed(pdf: ExaminedPdf, *, last: EmbeddedPdfSignature) -> None:
    """Return if every signature still covers what is shown. Raises `Unfit`.

    After an earlier signature others may sign; after the `last` one only validation
    data and timestamps may be added.
    """
    for signature in pdf.signatures:
        if signature.sig_object_type == TIMESTAMP:
            _check_timestamp(signature)
        signature.compute_integrity_info()
        if signature.coverage not in WHOLE:
            raise forged("la firma non copre la sua revisione")
        allowed = ModificationLevel.FORM_FILLING
        if signature.signed_revision >= last.signed_revision:
            allowed = ModificationLevel.LTA_UPDATES
        _require(signature.diff_result, allowed)
        if not signature.summarise_integrity_info()["docmdp_ok"]:
            raise modified("modifica vietata da una firma di certificazione")
    _check_metadata(pdf, last.signed_revision)


def _check_timestamp(signature: EmbeddedPdfSignature) -> None:
    """The kind of a signature is a word in the file: its content must agree, and show nothing."""
    content = signature.signed_data["encap_content_info"]["content_type"].native
    if content != "tst_info" or signature.sig_object.get("/SubFilter") != TIMESTAMP_FORMAT:
        raise forged("una firma si presenta come marca temporale")
    if _is_visible(signature.sig_field):
        raise modified("marca temporale visibile sopra il testo")


def _is_visible(field: generic.DictionaryObject) -> bool:
    left, bottom, right, top = (float(edge) for edge in field.get("/Rect", (0, 0, 0, 0)))
    return left != right and bottom != top


def _require(
    outcome: DiffResult | SuspiciousModification | None, allowed: ModificationLevel
) -> None:
    if not isinstance(outcome, DiffResult):
        raise modified(str(outcome)[:200])
    if outcome.modification_level > allowed:
        raise modified(f"modifica di livello {outcome.modification_level.name}")


def _check_metadata(pdf: ExaminedPdf, revision: int) -> None:
    """The library allows a new title after a signature; nobody who signs does that."""
    then = pdf.reader.get_historical_resolver(revision)
    if _title(then) != _title(pdf.reader):
        raise modified("titolo del documento cambiato")


def _title(handler: HistoricalResolver | PdfFileReader) -> str:
    try:
        info = handler.trailer_view["/Info"]
    except KeyError:
        return ""
    title = info.get("/Title", "") if isinstance(info, generic.DictionaryObject) else ""
    return str(title)
