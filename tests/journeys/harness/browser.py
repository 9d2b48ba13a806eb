# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Chromium as the tests use it: one process for the session, a clean context for each visit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, sync_playwright

WIDTHS = (320, 390, 768, 1280)
HEIGHT = 900
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield the browser that CHROMIUM_PATH names; nothing is ever downloaded."""
    # The synchronous Playwright runs an event loop in this thread, which Django mistakes
    # for asynchronous code.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM_PATH", "/usr/bin/chromium"),
            args=[*ARGUMENTS],
        )
        yield browser
        browser.close()


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
