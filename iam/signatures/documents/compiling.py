# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a template and its data to the bytes of a document: PDF/UA-1 and PDF/A-2a."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog
import typst

from iam.signatures.documents.fields import Field, with_fields
from iam.signatures.errors import DocumentNotCompiled

logger = structlog.get_logger(__name__)

STANDARDS: Any = ["ua-1", "a-2a"]
EPOCH = datetime(2019, 9, 2, tzinfo=UTC)
"""The date a document bears when its maker gives none: that of DM 108/2019."""


def compile_document(
    source: str,
    data: Mapping[str, object],
    *,
    signature_fields: Sequence[Field] = (),
    at: datetime = EPOCH,
) -> bytes:
    """Return the PDF of the typst template `source` filled with `data`.

    `at` is the date the document bears. The template reads `json(bytes(sys.inputs.data))` and
    must set the document's title and language (PDF/UA asks them). It cannot read files. The
    same template and data give the same bytes, on every machine: only typst's own fonts are
    used and no clock is read.

    Raises `DocumentNotCompiled`.
    """
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, default=str)
    with tempfile.TemporaryDirectory(prefix="typst-") as folder:
        template = Path(folder, "main.typ")
        template.write_text(source, encoding="utf-8")
        try:
            pdf = typst.compile(
                str(template),
                root=folder,
                format="pdf",
                sys_inputs={"data": text},
                pdf_standards=STANDARDS,
                ignore_system_fonts=True,
                timestamp=int(at.timestamp()),
            )
        except (typst.TypstError, RuntimeError) as fault:
            logger.error("documents.template.broken", why=str(fault).splitlines()[0][:200])
            raise DocumentNotCompiled from fault
    if not isinstance(pdf, bytes):
        raise DocumentNotCompiled
    if not signature_fields:
        return pdf
    seed = sha256(source.encode() + text.encode()).digest()
    return with_fields(pdf, signature_fields, meta=seed)
