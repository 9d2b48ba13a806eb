# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""A clean window of the browser for each visit, logged in or not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext

WIDTHS = (320, 390, 768, 1280)
HEIGHT = 900


@contextmanager
def window(
    browser: Browser, *, base: str, width: int = 1280, session: str = "", scripts: bool = True
) -> Iterator[BrowserContext]:
    """Yield a clean browser window, logged in if `session` is the key of a session."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT},
        locale="it-IT",
        timezone_id="Europe/Rome",
        java_script_enabled=scripts,
    )
    context.set_default_timeout(15_000)
    if session:
        context.add_cookies([{"name": "iam_session", "value": session, "url": base}])
    yield context
    context.close()
