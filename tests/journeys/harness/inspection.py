# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""What every page must pass, at every width, told as a list of faults (empty is good)."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

AXE_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
OVERFLOW = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
CODICE_FISCALE = r"[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z]"


class Watch:
    """Listens to a page from before its first request."""

    def __init__(self, page: Page, *, base: str) -> None:
        self.base = base
        self.faults: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium reports the status of the page itself as an error: the visit asserts it.
        if message.type == "error" and "the server responded with a status" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.base + "/", "data:", "blob:")):
            self.faults.append(f"third-party request: {request.url}")


def inspect(
    context: BrowserContext, *, base: str, address: str, status: int, axe: bool = True
) -> list[str]:
    """Open `address` and return what is wrong with it; the status is checked first.

    An error page without any accessibility fault must never pass for the page asked for.
    """
    page = context.new_page()
    watch = Watch(page, base=base)
    response = page.goto(base + address, wait_until="networkidle")
    got = response.status if response else 0
    if got != status:
        page.close()
        return [f"status {got} instead of {status}"]
    faults = watch.faults + faults_of(page, axe=axe)
    page.close()
    return faults


def faults_of(page: Page, *, axe: bool = True) -> list[str]:
    """Return the faults of a page that is open: reflow, structure, accessibility rules."""
    faults = []
    wide, seen = page.evaluate(OVERFLOW)
    if wide > seen:
        faults.append(f"horizontal scroll: {wide} px in {seen}")
    if page.locator("h1").count() != 1:
        faults.append(f"{page.locator('h1').count()} first-level headings")
    if page.locator("html[lang]").count() != 1:
        faults.append("no language")
    if page.locator("[style]").count():
        faults.append(f"inline style: {page.locator('[style]').first.evaluate('e => e.outerHTML')[:90]}")
    if axe:
        found = Axe().run(page, options=AXE_RULES)
        for rule in found.response["violations"]:
            where = "; ".join(node["html"][:100] for node in rule["nodes"][:3])
            faults.append(f"axe {rule['id']}: {where}")
    return faults
