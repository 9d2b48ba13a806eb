# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Generated documents: the same bytes every time, accessible, with their fields, sealed."""

from io import BytesIO

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields

from iam.signatures.documents import compile_document
from iam.signatures.errors import DocumentNotCompiled
from tests.signatures.trial import FIELDS, TEMPLATE, Trial


def reader(pdf: bytes) -> PdfFileReader:
    return PdfFileReader(BytesIO(pdf))


def test_the_same_template_and_data_give_the_same_bytes(firma: Trial) -> None:
    assert firma.document("Bovezzo") == firma.document("Bovezzo")
    assert firma.document("Bovezzo") != firma.document("Nave")


def test_the_fields_are_there_empty_named_and_in_order(firma: Trial) -> None:
    found = [(name, value) for name, value, _ in enumerate_sig_fields(reader(firma.unsealed))]

    assert found == [("SigilloPiattaforma", None), ("Firma1", None), ("Firma2", None)]
    form = reader(firma.unsealed).root["/AcroForm"]
    assert int(form["/SigFlags"]) == 3


@pytest.mark.norma("PDF/UA-1", "7.18.4", "Ogni campo è nell'albero della struttura e ha un nome")
def test_every_field_is_tagged_and_has_a_name_for_screen_readers(firma: Trial) -> None:
    pdf = reader(firma.sealed)
    tree = pdf.root["/StructTreeRoot"]
    numbers = tree["/ParentTree"]["/Nums"]
    parents = {int(numbers[i]): numbers[i + 1] for i in range(0, len(numbers), 2)}

    for _, _, reference in enumerate_sig_fields(pdf):
        field = reference.get_object()
        assert field["/TU"]
        element = parents[int(field["/StructParent"])]
        assert element["/S"] == "/Form"
        assert element["/K"].raw_get("/Obj").reference == reference.reference
        assert field["/P"]["/Tabs"] == "/S"


def test_the_file_says_it_is_accessible_and_archivable(firma: Trial) -> None:
    root = reader(firma.sealed).root
    metadata = root["/Metadata"].data

    assert b"pdfuaid" in metadata
    assert b"pdfaid" in metadata
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).lower().startswith("it")


def test_the_seal_is_one_more_revision_and_nothing_else(firma: Trial) -> None:
    assert firma.sealed.startswith(firma.unsealed)
    (signature,) = reader(firma.sealed).embedded_signatures
    assert signature.field_name == "SigilloPiattaforma"
    assert signature.docmdp_level is None


def test_a_broken_template_is_our_fault_and_says_so() -> None:
    with pytest.raises(DocumentNotCompiled):
        compile_document("#let x = ", {})
    with pytest.raises(DocumentNotCompiled):
        compile_document('#read("/etc/passwd")', {})


def test_a_document_without_a_title_is_refused_because_it_is_not_accessible() -> None:
    with pytest.raises(DocumentNotCompiled):
        compile_document(TEMPLATE.replace('#set document(title: "Convenzione di prova")', ""), {})


def test_data_cannot_become_markup() -> None:
    data = {"comune": '#read("/etc/passwd")', "numero": "*1*"}

    assert compile_document(TEMPLATE, data, signature_fields=FIELDS)
