# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""What every page must pass, at every width, told as a list of faults (empty is good)."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
from playwright.sync_api import ConsoleMessage, Page, Request, Response

from tests.journeys.harness.browser import HEIGHT, WIDTHS

AXE_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
}
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN = "options => axe.run(document, options).then(found => found.violations)"
OVERFLOW = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"


class Watch:
    """Listens to a page from before its first request."""

    def __init__(self, page: Page, *, base: str) -> None:
        self.base = base
        self.faults: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium reports every status of 400 and more here: see `_response`.
        if message.type == "error" and "the server responded with a status" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.base + "/", "data:", "blob:")):
            self.faults.append(f"third-party request: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self.faults.append(f"status {response.status}: {response.url}")


def faults_of(page: Page, *, shots: Path | None = None, name: str = "") -> list[str]:
    """Return the faults of a page that is open, at each width."""
    faults = once(page)
    page.evaluate(AXE)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        wide, seen = page.evaluate(OVERFLOW)
        if wide > seen:
            faults.append(f"{width} px: horizontal scroll, {wide} px in {seen}")
        for rule in page.evaluate(RUN, AXE_RULES):
            where = "; ".join(node["html"][:100] for node in rule["nodes"][:3])
            faults.append(f"{width} px: {rule['id']}: {where}")
        if shots is not None:
            page.screenshot(path=shots / f"{name}-{width}.png", full_page=True)
    return faults


def once(page: Page) -> list[str]:
    """Return the faults that do not depend on the width."""
    faults = []
    if page.locator("h1").count() != 1:
        faults.append(f"{page.locator('h1').count()} first-level headings")
    if page.locator("html").get_attribute("lang") != "it":
        faults.append("no language")
    if not page.title().strip(" –"):
        faults.append("no title")
    # The design system's own scripts may set styles through the object model; markup may not.
    if "style=" in page.content().split("<body", 1)[0]:
        faults.append("inline style in the head")
    return faults
