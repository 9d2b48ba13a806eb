# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The empty, named and tagged signature fields of a generated document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field, ensure_sig_flags

FIRST_BOX = (60, 60, 290, 120)
SECOND_BOX = (310, 60, 540, 120)


SEAL_FIELD = "SigilloPiattaforma"


@dataclass(frozen=True, kw_only=True)
class Field:
    """An empty signature field. `label` is what a screen reader says.

    `page` counts from 0; -1 is the last. `box` is left, bottom, right, top in points
    from the lower left corner: the template leaves that room empty; without one the field
    is invisible.
    """

    name: str
    label: str
    page: int = -1
    box: tuple[int, int, int, int] | None = FIRST_BOX


SEAL = Field(name=SEAL_FIELD, label="Sigillo elettronico della piattaforma", page=0, box=None)


def with_fields(pdf: bytes, fields: Sequence[Field], *, meta: bytes) -> bytes:
    """Add `fields`, and that of the seal, in one revision of `pdf`; same input, same bytes.

    Each field gets its tag, or the document would lose PDF/UA: a Form element with an
    object reference, its key in the parent tree, and the tab order of the structure.
    `meta` seeds the identifier that the revision must carry.
    """
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    every = (SEAL, *fields)
    for field in every:
        append_signature_field(
            writer,
            SigFieldSpec(
                sig_field_name=field.name,
                on_page=field.page,
                box=field.box,
                readable_field_name=field.label,
            ),
        )
    ensure_sig_flags(writer, lock_sig_flags=True)
    for reference, field in zip(_field_references(writer), every, strict=True):
        _tag(writer, reference, field)
    first_id, _ = writer.document_id
    writer._document_id = generic.ArrayObject(
        [
            generic.ByteStringObject(bytes(first_id)),
            generic.ByteStringObject(sha256(pdf + meta).digest()[:16]),
        ]
    )
    writer._update_meta = lambda: None  # type: ignore[method-assign]  # keep the date of the template
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _field_references(writer: IncrementalPdfFileWriter) -> list[generic.IndirectObject]:
    return list(writer.root["/AcroForm"]["/Fields"])


def _tag(writer: IncrementalPdfFileWriter, reference: generic.IndirectObject, field: Field) -> None:
    widget = reference.get_object()
    page_reference = widget.raw_get("/P")
    page = page_reference.get_object()
    tree_reference = writer.root.raw_get("/StructTreeRoot")
    tree = tree_reference.get_object()
    document = tree["/K"]
    document_reference = tree.raw_get("/K")
    if isinstance(document, generic.ArrayObject):
        document_reference = document.raw_get(0)
        document = document_reference.get_object()
    key = int(tree.get("/ParentTreeNextKey", 0)) or _next_key(tree)
    element = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/StructElem"),
            pdf_name("/S"): pdf_name("/Form"),
            pdf_name("/P"): document_reference,
            pdf_name("/Pg"): page_reference,
            pdf_name("/Alt"): pdf_string(field.label),
            pdf_name("/K"): generic.DictionaryObject(
                {
                    pdf_name("/Type"): pdf_name("/OBJR"),
                    pdf_name("/Obj"): reference,
                    pdf_name("/Pg"): page_reference,
                }
            ),
        }
    )
    element_reference = writer.add_object(element)
    _append_child(writer, document, element_reference)
    widget["/StructParent"] = generic.NumberObject(key)
    page["/Tabs"] = pdf_name("/S")
    writer.update_container(page)
    _append_parent(writer, tree, key, element_reference)
    tree["/ParentTreeNextKey"] = generic.NumberObject(key + 1)
    writer.update_container(tree)


def _append_child(
    writer: IncrementalPdfFileWriter,
    parent: generic.DictionaryObject,
    child: generic.IndirectObject,
) -> None:
    kids = parent.get("/K")
    if not isinstance(kids, generic.ArrayObject):
        kids = generic.ArrayObject([parent.raw_get("/K")] if kids is not None else [])
        parent["/K"] = kids
    kids.append(child)
    writer.update_container(parent)
    writer.update_container(kids)


def _leaves(node: generic.DictionaryObject) -> list[generic.DictionaryObject]:
    kids = node.get("/Kids")
    if kids is None:
        return [node]
    return [leaf for kid in kids for leaf in _leaves(kid)]


def _next_key(tree: generic.DictionaryObject) -> int:
    keys = [int(key) for leaf in _leaves(tree["/ParentTree"]) for key in leaf["/Nums"][0::2]]
    return max(keys, default=-1) + 1


def _append_parent(
    writer: IncrementalPdfFileWriter,
    tree: generic.DictionaryObject,
    key: int,
    element: generic.IndirectObject,
) -> None:
    leaf = _leaves(tree["/ParentTree"])[-1]
    numbers = leaf["/Nums"]
    numbers.append(generic.NumberObject(key))
    numbers.append(element)
    if "/Limits" in leaf:
        leaf["/Limits"][1] = generic.NumberObject(key)
    writer.update_container(leaf)
    writer.update_container(numbers)
