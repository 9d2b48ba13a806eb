# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must be true before the service starts."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from iam.kernel import law


@register
def the_law_fits_its_schema(**_: Any) -> list[CheckMessage]:
    """Refuse to start on a law that cannot be applied as it is written."""
    try:
        law.check()
    except ValueError as fault:
        return [Error(str(fault), id="iam.E001", hint="Correggi iam/kernel/law/law.cedar.")]
    return []
