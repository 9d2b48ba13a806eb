# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Generation and sealing of the documents that persons sign."""

from iam.signatures.documents.compiling import compile_document
from iam.signatures.documents.fields import FIRST_BOX, SECOND_BOX, Field
from iam.signatures.documents.seal import seal

__all__ = ["FIRST_BOX", "SECOND_BOX", "Field", "compile_document", "seal"]
