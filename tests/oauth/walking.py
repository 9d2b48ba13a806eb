# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Walking through the pages of a module as a browser without JavaScript does."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

import requests

from demo.personas import Persona

TAG = re.compile(r"<[^>]+>")
FORM_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


@dataclass
class Page:
    status: int
    address: str
    source: str

    @property
    def text(self) -> str:
        return " ".join(html.unescape(TAG.sub(" ", self.source)).split())


class Visit:
    """One browser; it keeps cookies and follows redirects."""

    def __init__(self, module: str, cookie: str) -> None:
        self.module = module
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.cookies.set("iam_session", cookie)

    def get(self, path: str) -> Page:
        return self._page(self.http.get(self.module + path, timeout=20))

    def post(self, path: str, **form: str) -> Page:
        found = FORM_TOKEN.search(self.http.get(f"{self.module}/", timeout=20).text)
        assert found, "no form on the page"
        form["form_token"] = found[1]
        return self._page(self.http.post(self.module + path, form, timeout=20))

    def _page(self, answer: requests.Response) -> Page:
        return Page(answer.status_code, answer.url, answer.text)


class Walk:
    def __init__(self, module: str, service: str, open_session: Callable[[Persona, int], str]):
        self.module, self.service = module, service
        self._open_session = open_session

    def session_of(self, persona: Persona, *, level: int = 2) -> str:
        return self._open_session(persona, level)

    def __call__(self, persona: Persona, *, level: int = 2) -> tuple[Visit, Page]:
        """Return the persona's browser and the first page after entering the module."""
        visit = Visit(self.module, self.session_of(persona, level=level))
        return visit, visit.get("/entra")
