# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of the module. Nothing of a household is shown before the decision point says yes."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, redirect, render_template, request, url_for
from gepi_iam import (
    Answer,
    Decisions,
    IamError,
    Login,
    LoginRefused,
    Module,
    Question,
    Service,
    Session,
    SessionEnded,
)
from werkzeug.wrappers import Response as AnyResponse

from demo.modules.patti.households import BY_ID, COMUNI, HOUSEHOLDS, Household
from demo.modules.patti.register import Register
from demo.modules.patti.sessions import COOKIE, Sessions

ANAGRAFICA, CASO, ASSEGNA = (
    "gepi:nucleo.anagrafica",
    "gepi:caso.completo",
    "gepi:assegnazione.write",
)
LISTA, VERIFICA, INCARICA = (
    "gepi:controlli.lista",
    "gepi:controlli.verifica",
    "gepi:controlli.assegna",
)
PATTI, CONTROLLI = {ANAGRAFICA, CASO, ASSEGNA}, {LISTA, VERIFICA, INCARICA}
PURPOSES = {
    ANAGRAFICA: "assegnazione-del-nucleo",
    CASO: "presa-in-carico",
    ASSEGNA: "assegnazione-del-nucleo",
    LISTA: "controlli-anagrafici",
    VERIFICA: "controlli-anagrafici",
    INCARICA: "controlli-anagrafici",
}
ROLES = {
    "CASE_MANAGER": "Case manager",
    "COORDINATORE_PATTI": "Coordinatore per il Patto",
    "COORDINATORE_CONTROLLI": "Coordinatore dei controlli anagrafici",
    "RESPONSABILE_CONTROLLI": "Responsabile dei controlli anagrafici",
}
OUTCOMES = {
    "confermata": "Residenza e soggiorno confermati",
    "non-confermata": "Residenza o soggiorno non confermati",
    "da-approfondire": "Da approfondire con il Comune di provenienza",
}
SESSION_OVER = {"token-non-valido"}

Page = Callable[..., Any]


@dataclass(frozen=True)
class Row:
    """A household in a list; without a yes only its number may be shown."""

    household: Household
    answer: Answer
    holder: str = ""
    check: str = ""


def create_app(module: Module, folder: Path) -> Flask:
    """Return the module, keeping its data below `folder`."""
    app = Flask(__name__, static_folder="static", template_folder="templates")
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    pages = Pages(module, Register(folder / "register.json"))
    app.before_request(pages.recognise)
    app.after_request(pages.protect)
    app.register_error_handler(SessionEnded, pages.session_over)
    app.register_error_handler(LoginRefused, pages.not_let_in)
    app.register_error_handler(IamError, pages.refused)
    app.register_error_handler(404, pages.absent)
    app.context_processor(pages.frame)
    app.add_url_rule("/", "home", pages.home)
    app.add_url_rule("/healthz", "healthz", pages.healthz)
    app.add_url_rule("/favicon.ico", "icon", lambda: ("", 204))
    app.add_url_rule("/entra", "enter", pages.enter)
    app.add_url_rule("/ritorno", "back", pages.back)
    app.add_url_rule("/esci", "leave", pages.leave, methods=["POST"])
    app.add_url_rule("/nuclei", "households", pages.households)
    app.add_url_rule("/nuclei/<id>", "household", pages.household)
    app.add_url_rule("/nuclei/<id>/assegna", "assign", pages.assign, methods=["POST"])
    app.add_url_rule("/controlli", "checks", pages.checks)
    app.add_url_rule("/controlli/<id>", "check", pages.check)
    app.add_url_rule("/controlli/<id>/esito", "outcome", pages.outcome, methods=["POST"])
    app.add_url_rule("/controlli/<id>/incarico", "charge", pages.charge, methods=["POST"])
    return app


def logged_in(page: Page) -> Page:
    """Show the page to a person with a live session, its tokens renewed when about to end."""

    @wraps(page)
    def door(self: Pages, *args: Any, **kwargs: Any) -> Any:
        if g.kept is None or g.kept.session is None:
            return redirect(url_for("home"))
        with g.kept.lock:
            g.kept.session = self.login.renewed(g.kept.session)
        return page(self, g.kept.session, *args, **kwargs)

    return door


class Pages:
    def __init__(self, module: Module, register: Register) -> None:
        service = Service(module)
        self.module, self.register = module, register
        self.login, self.decisions = Login(service), Decisions(service)
        self.sessions = Sessions()

    # --- every request ------------------------------------------------------

    def recognise(self) -> None:
        g.nonce, g.form_action = secrets.token_urlsafe(16), ""
        g.key = request.cookies.get(COOKIE, "")
        g.kept = self.sessions.of(g.key)
        if request.method == "POST":
            told = request.form.get("form_token", "")
            if g.kept is None or not hmac.compare_digest(told.encode(), g.kept.form_token.encode()):
                abort(404)

    def protect(self, response: Response) -> Response:
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; img-src 'self'; "
            f"form-action 'self' {g.form_action}; frame-ancestors 'none'; base-uri 'none'"
        )
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response

    def frame(self) -> dict[str, Any]:
        kept = getattr(g, "kept", None)
        session = kept.session if kept else None
        return {
            "session": session,
            "role": ROLES.get(session.role, session.role) if session else "",
            "where": ", ".join(COMUNI.get(c, c) for c in session.territory) if session else "",
            "form_token": kept.form_token if kept else "",
            "sees_patti": bool(session and session.scopes & PATTI),
            "sees_controlli": bool(session and session.scopes & CONTROLLI),
        }

    def session_over(self, fault: SessionEnded) -> tuple[str, int]:
        self.sessions.forget(g.key)
        g.kept = None
        return render_template("patti/home.html", told=fault.sentence), 401

    def not_let_in(self, fault: LoginRefused) -> tuple[str, int]:
        return render_template("patti/home.html", told=fault.sentence, code=fault.detail), 403

    def refused(self, fault: IamError) -> tuple[str, int]:
        return render_template("patti/refused.html", fault=fault), 503

    def absent(self, fault: Exception) -> tuple[str, int]:
        return render_template("patti/absent.html"), 404

    # --- in and out -----------------------------------------------------------

    def healthz(self) -> str:
        return "ok"

    def home(self) -> Any:
        if g.kept is None or g.kept.session is None:
            return render_template("patti/home.html", told="")
        seen = g.kept.session.scopes
        return redirect(url_for("households" if seen & PATTI else "checks"))

    def enter(self) -> AnyResponse:
        begun = self.login.begin()
        key, kept = self.sessions.new()
        kept.memory = begun.memory
        response = redirect(begun.address)
        self._give_cookie(response, key)
        return response

    def back(self) -> AnyResponse:
        if g.kept is None or not g.kept.memory:
            return redirect(url_for("home"))
        memory, g.kept.memory = g.kept.memory, {}
        session = self.login.complete(request.args, memory)
        self.sessions.forget(g.key)
        key, kept = self.sessions.new()
        kept.session = session
        self.register.met(session.subject, session.name, session.role)
        response = redirect(url_for("home"))
        self._give_cookie(response, key)
        return response

    def leave(self) -> AnyResponse:
        session = g.kept.session if g.kept else None
        self.sessions.forget(g.key)
        if session is None:
            return redirect(url_for("home"))
        address = self.login.end(session, back_to=self.module.resource)
        parts = urlsplit(address)
        g.form_action = f"{parts.scheme}://{parts.netloc}"
        response = redirect(address)
        response.delete_cookie(COOKIE)
        return response

    def _give_cookie(self, response: AnyResponse, key: str) -> None:
        secure = self.module.redirect_uri.startswith("https:")
        response.set_cookie(COOKIE, key, httponly=True, samesite="Lax", secure=secure)

    # --- asking ---------------------------------------------------------------

    def _question(self, session: Session, scope: str, household: Household) -> Question:
        return Question(
            scope=scope,
            household=household.id,
            comune=household.comune,
            purpose=PURPOSES[scope],
            practice=household.practice,
            people=household.people,
            mine=self.register.follows(session.subject, household.id),
        )

    def _ask(self, session: Session, scopes: Sequence[str], *of: Household) -> list[Answer]:
        """Return the answers, household by household and scope by scope in each."""
        questions = [self._question(session, scope, one) for one in of for scope in scopes]
        answers = self.decisions.ask_all(session, questions)
        if any(set(answer.reasons) & SESSION_OVER for answer in answers):
            raise SessionEnded
        return answers

    def _asked(self, session: Session, scope: str, household: Household) -> Answer:
        return self._ask(session, [scope], household)[0]

    # --- households -------------------------------------------------------------

    @logged_in
    def households(self, session: Session) -> str:
        scope = CASO if CASO in session.scopes else ANAGRAFICA
        answers = self._ask(session, [scope], *HOUSEHOLDS)
        rows = [
            Row(one, answer, holder=self.register.holder_of(one.id) if answer else "")
            for one, answer in zip(HOUSEHOLDS, answers, strict=True)
        ]
        return render_template("patti/households.html", rows=rows, closed=_closed(rows))

    @logged_in
    def household(self, session: Session, id: str) -> Any:
        household = BY_ID.get(id) or abort(404)
        registry = CASO if CASO in session.scopes else ANAGRAFICA
        scopes = tuple(dict.fromkeys((registry, CASO, ASSEGNA)))
        answers = dict(zip(scopes, self._ask(session, scopes, household), strict=True))
        anagrafica, caso, assegna = answers[registry], answers[CASO], answers[ASSEGNA]
        page = render_template(
            "patti/household.html",
            household=household,
            anagrafica=anagrafica,
            caso=caso,
            assegna=assegna,
            holder=self.register.holder_of(id) if anagrafica or assegna else "",
            case_managers=self.register.case_managers() if assegna else [],
        )
        return page, 200 if anagrafica or caso or assegna else 403

    @logged_in
    def assign(self, session: Session, id: str) -> Any:
        household = BY_ID.get(id) or abort(404)
        answer = self._asked(session, ASSEGNA, household)
        holder = request.form.get("case_manager", "")
        if not answer:
            return render_template("patti/denied.html", answer=answer, household=household), 403
        if holder not in dict(self.register.case_managers()):
            abort(404)
        self.register.assign(id, holder)
        return redirect(url_for("household", id=id))

    # --- registry checks ----------------------------------------------------------

    @logged_in
    def checks(self, session: Session) -> str:
        answers = self._ask(session, [LISTA], *HOUSEHOLDS)
        rows = [
            Row(one, answer, check=self._check_in_words(one.id) if answer else "")
            for one, answer in zip(HOUSEHOLDS, answers, strict=True)
        ]
        return render_template("patti/checks.html", rows=rows, closed=_closed(rows))

    @logged_in
    def check(self, session: Session, id: str) -> Any:
        household = BY_ID.get(id) or abort(404)
        lista, verifica, incarica = self._ask(session, [LISTA, VERIFICA, INCARICA], household)
        page = render_template(
            "patti/check.html",
            household=household,
            lista=lista,
            verifica=verifica,
            incarica=incarica,
            check=self.register.check_of(id) if lista or verifica else {},
            outcomes=OUTCOMES,
        )
        return page, 200 if lista or verifica else 403

    @logged_in
    def outcome(self, session: Session, id: str) -> Any:
        household = BY_ID.get(id) or abort(404)
        answer = self._asked(session, VERIFICA, household)
        outcome = request.form.get("esito", "")
        if not answer:
            return render_template("patti/denied.html", answer=answer, household=household), 403
        if outcome not in OUTCOMES:
            abort(404)
        self.register.note_check(id, esito=outcome, da=session.name)
        return redirect(url_for("check", id=id))

    @logged_in
    def charge(self, session: Session, id: str) -> Any:
        household = BY_ID.get(id) or abort(404)
        answer = self._asked(session, INCARICA, household)
        if not answer:
            return render_template("patti/denied.html", answer=answer, household=household), 403
        self.register.note_check(id, incarico=session.name)
        return redirect(url_for("check", id=id))

    def _check_in_words(self, id: str) -> str:
        kept = self.register.check_of(id)
        if "esito" in kept:
            return OUTCOMES[kept["esito"]]
        return "Affidato ai responsabili" if "incarico" in kept else "Da fare"


def _closed(rows: Sequence[Row]) -> dict[str, str]:
    """Return the Comuni that are closed for everybody, each with the reason the service gave."""
    return {
        row.household.comune_name: row.answer.sentence
        for row in rows
        if {"abilitazione", "convenzione"} >= set(row.answer.reasons) and row.answer.reasons
    }
