# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""People at plain HTTP clients: they open pages, fill in forms, and write down what was answered.

A person acts on what the page offers. When no answer comes nobody knows whether the write was
done: the person opens the page again and goes on from what it says.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from enum import Enum
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from lxml import html

from demo.personas import Persona
from tests.installation import Installation

PATIENCE_SECONDS = 60
Files = dict[str, tuple[str, bytes, str]]


class NotAnswered(Exception):
    """The service was not there, or answered 503: it may be asked again later."""


class Misanswered(AssertionError):
    """An answer that nobody may ever get: a fault of ours, a lost session."""


class Outcome(Enum):
    DONE = "answered with success"
    REFUSED = "refused"
    UNKNOWN = "not answered"


@dataclass(frozen=True)
class Sent:
    """What came of a form: `to` is the page that the answer leads to."""

    outcome: Outcome
    to: str = ""
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class Write:
    """One attempt to write: what, on which Comune or practice, and what singles it out."""

    verb: str
    place: str
    mark: str = ""
    outcome: Outcome


@dataclass
class Diary:
    """What all the people tried, in the order in which each was answered."""

    writes: list[Write] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def note(self, verb: str, place: str, sent: Sent, *, mark: str = "") -> Sent:
        with self._changed:
            self.writes.append(Write(verb=verb, place=place, mark=mark, outcome=sent.outcome))
            self._changed.notify_all()
        return sent

    def note_fault(self, what: str) -> None:
        with self._changed:
            self.faults.append(what)
            self._changed.notify_all()

    @property
    def answered(self) -> int:
        return len(self.of(Outcome.DONE))

    def of(self, outcome: Outcome, verb: str = "") -> list[Write]:
        return [
            write
            for write in tuple(self.writes)
            if write.outcome is outcome and verb in ("", write.verb)
        ]

    def wait_for_answers(self, how_many: int, *, seconds: float) -> bool:
        """Wait until so many writes were answered, or something went wrong; return if it came."""
        with self._changed:
            return self._changed.wait_for(
                lambda: bool(self.faults) or self.answered >= how_many, seconds
            )


@dataclass(frozen=True)
class Page:
    """A page that was answered."""

    address: str
    root: html.HtmlElement

    def links(self, ending: str) -> list[str]:
        """Return the addresses of the page's links that end so."""
        found = (str(link.get("href")) for link in self.root.iterfind(".//main//a[@href]"))
        return [urlsplit(address).path for address in found if address.endswith(ending)]

    def offers(self, action: str) -> bool:
        return bool(self._forms(action))

    def form(self, action: str = "") -> html.FormElement:
        """Return the form of the page that goes to `action`; without, the one that stays here."""
        return self._forms(action)[0]

    def _forms(self, action: str) -> list[html.FormElement]:
        return [form for form in self.root.iterfind(".//main//form") if form.action == action]


def page_of(answer: requests.Response) -> Page:
    root = html.fromstring(answer.content)
    for form in root.iterfind(".//form"):
        form.set("action", form.get("action", ""))
    return Page(answer.url, root)


def _sent_away(answer: requests.Response, path: str) -> bool:
    """Whether who asked for a page was asked to log in: the session is lost."""
    login = "/accesso/"
    return urlsplit(answer.url).path == login and not path.startswith(login)


class Seat:
    """One person at one client."""

    def __init__(self, service: Installation, who: Persona) -> None:
        self.service = service
        self.who = who
        self.session = requests.Session()

    def enter(self) -> None:
        """Log in with SPID at the simulated provider, as a browser without scripts does."""
        page = self.open("/accesso/")
        form = next(form for form in page.root.forms if form.xpath(".//button[@name='idp']"))
        provider = form.xpath(".//button[@name='idp']")[0].get("value")
        page = self._carried(page, form, idp=provider)
        page = self._carried(page, page.root.forms[0])
        page = self._carried(page, page.root.forms[0], persona=self.who.key)
        page = self._carried(page, page.root.forms[0])
        if not page.address.startswith(self.service.url() + "/"):
            raise Misanswered(f"{self.who.key} did not enter: {page.address}")

    def _carried(self, page: Page, form: html.FormElement, **more: str) -> Page:
        answer = self._asked(
            "POST", urljoin(page.address, form.action or ""), data=dict(form.fields) | more
        )
        if answer.status_code != HTTPStatus.OK:
            raise Misanswered(f"{answer.status_code} at {answer.url}")
        return page_of(answer)

    def ask(self, path: str, **options: Any) -> requests.Response:
        """Return the bare answer. Raises `NotAnswered` if none came."""
        return self._asked("GET", self.service.url() + path, **options)

    def open(self, path: str) -> Page:
        """Return a page. Raises `NotAnswered` or `Misanswered`."""
        return page_of(self._good(path))

    def download(self, path: str) -> bytes:
        return self._good(path).content

    def _good(self, path: str) -> requests.Response:
        answer = self.ask(path)
        if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            raise NotAnswered
        if answer.status_code != HTTPStatus.OK or _sent_away(answer, path):
            raise Misanswered(f"{answer.status_code} for {path} at {answer.url}")
        return answer

    def send(
        self, page: Page, action: str = "", *, files: Files | None = None, **typed: str
    ) -> Sent:
        """Fill in a form of `page` and send it. Raises `Misanswered` only."""
        form = page.form(action)
        fields = {name: value for name, value in form.fields.items() if value is not None}
        for name in files or {}:
            fields.pop(name, None)
        try:
            answer = self._asked(
                "POST",
                urljoin(page.address, action),
                data=fields | typed,
                files=files,
                allow_redirects=False,
            )
        except NotAnswered:
            return Sent(Outcome.UNKNOWN)
        match answer.status_code:
            case HTTPStatus.FOUND if not answer.headers["Location"].startswith("/accesso/"):
                return Sent(Outcome.DONE, to=answer.headers["Location"])
            case HTTPStatus.SERVICE_UNAVAILABLE:
                return Sent(Outcome.UNKNOWN)
            case HTTPStatus.CONFLICT:
                return Sent(Outcome.REFUSED, said=answer.text)
        where = answer.headers.get("Location", "")
        raise Misanswered(f"{answer.status_code} {where} for {action or page.address}")

    def _asked(self, method: str, address: str, **options: Any) -> requests.Response:
        try:
            return self.session.request(method, address, timeout=PATIENCE_SECONDS, **options)
        except requests.RequestException as fault:
            raise NotAnswered from fault
