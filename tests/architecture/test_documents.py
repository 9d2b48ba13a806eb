# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The documents stay true."""

from __future__ import annotations

import re
from pathlib import Path

from tests.architecture import conformity

CHECKOUT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def test_the_conformity_page_lists_the_tests_that_exist() -> None:
    assert conformity.PAGE.read_text(encoding="utf-8") == conformity.page(), (
        "run `python -m tests.architecture.conformity`"
    )


def test_every_link_between_documents_leads_somewhere() -> None:
    dead = [
        f"{page.relative_to(CHECKOUT)}: {target}"
        for page in [*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").rglob("*.md")]
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]

    assert not dead
