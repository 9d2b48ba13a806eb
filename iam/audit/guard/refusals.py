# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the violation of a database constraint means to a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from iam.kernel.errors import DomainError


@contextmanager
def refusing(meanings: Mapping[str, DomainError]) -> Iterator[None]:
    """Turn the violation of a named constraint into its refusal; others pass through.

    Deferred constraints are checked at the end of the block, so that they too
    meet their sentence.
    """
    try:
        with transaction.atomic():
            yield
            with transaction.get_connection().cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except IntegrityError as violation:
        diagnosis = getattr(violation.__cause__, "diag", None)
        name = getattr(diagnosis, "constraint_name", None)
        if name is not None and name in meanings:
            raise meanings[name] from violation
        raise
