# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page of the simulated PEC: read every mailbox, and write as an ente. SIMULATO.

    create_app(home, smtp_port=8004)

It shows what is on disk and sends by SMTP, so it may run beside the servers or apart from them.
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask, Response, abort, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from demo.pec import MINISTRY, address_of_ambito
from demo.pec.certify import ProviderKey
from demo.pec.compose import Paper, authorisation_note, send
from demo.pec.mailboxes import Kept, Mailbox, Mailboxes, NoSuchMailboxError
from demo.pec.provider import Provider
from demo.pec.servers import key_of_trust_service
from demo.personas import ANNA, COMUNE_OF_THE_JOURNEY, GIORGIO, PERSONA_BY_KEY, PERSONAS
from demo.seed.ambiti import PLACED

ROME = ZoneInfo("Europe/Rome")
LARGEST_UPLOAD = 25 * 1024 * 1024
PER_PAGE = 50
AMBITO_CODE = re.compile(r"[A-Za-z0-9-]{2,40}")

LABELS = {
    "accettazione": "Ricevuta di accettazione",
    "non-accettazione": "Avviso di non accettazione",
    "presa-in-carico": "Ricevuta di presa in carico",
    "avvenuta-consegna": "Ricevuta di avvenuta consegna",
    "errore-consegna": "Avviso di mancata consegna",
    "preavviso-errore-consegna": "Preavviso di mancata consegna",
    "rilevazione-virus": "Avviso di virus",
    "posta-certificata": "Messaggio certificato",
    "errore": "Posta ordinaria (non certificata)",
}

OUTCOMES = (
    ("nome@", "consegnato"),
    ("nome+presa@", "preso in carico, poi consegnato"),
    ("nome+mancata@", "non consegnato: casella inesistente"),
    ("nome+preavviso@", "preavviso dopo 12 ore, poi mancata consegna dopo 24"),
    ("nome+virus@", "fermato da un virus"),
    ("nome+esterno@", "non è PEC: accettato, mai una ricevuta di consegna"),
    ("nome+nonaccettata@", "rifiutato dal gestore del mittente"),
)

PAPERS = (
    ("nota", "Nota di autorizzazione"),
    ("documento-identita", "Documento di identità"),
    ("codice-fiscale", "Copia del codice fiscale"),
)

SENDERS = (
    ("ambito", "La PEC dell'Ambito (domicilio digitale)"),
    ("altra", "Un'altra casella PEC"),
    ("ordinaria", "Una casella di posta ordinaria"),
)

AMBITO_OF_THE_JOURNEY = f"BS-{PLACED[COMUNE_OF_THE_JOURNEY]:02d}"
SIGNED_BY = (
    f"{GIORGIO.full_name}, sindaco di Bovezzo, delegato dal legale rappresentante dell'Ambito"
)

Signing = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Line:
    """A message in a list."""

    uid: int
    label: str
    subject: str
    sender: str
    at: datetime | None
    read: bool


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a message; `index` is its place in it."""

    index: int
    name: str
    size: int


def create_app(
    home: Path | None = None,
    *,
    smtp_port: int | None = None,
    key: ProviderKey | None = None,
) -> Flask:
    """Return the page for the mailboxes below `home`.

    Without arguments, IAM_HOME and PORT say where things are, and the simulated trust service
    gives the provider its `key`.
    """
    if home is None or smtp_port is None:
        from config.environment import environment

        home = home or environment.home
        smtp_port = smtp_port or environment.port + 4
    mailboxes = Mailboxes(home / "demo" / "pec" / "mailboxes")
    app = Flask(__name__, static_folder="static", template_folder="templates")
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_UPLOAD)
    app.jinja_env.filters["rome"] = _rome
    _guard(app)
    _reading(app, mailboxes)
    _writing(app, home, smtp_port, key)
    return app


def _guard(app: Flask) -> None:
    @app.before_request
    def only_from_here() -> None:
        """Another site's page cannot make this browser send mail."""
        if request.method == "POST" and request.headers.get(
            "Sec-Fetch-Site", "same-origin"
        ) not in {
            "same-origin",
            "none",
        }:
            abort(403)

    @app.after_request
    def close(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    @app.errorhandler(403)
    @app.errorhandler(404)
    @app.errorhandler(413)
    def refuse(error: Exception) -> tuple[str, int]:
        code = getattr(error, "code", None) or 500
        return render_template("pec/errore.html", code=code), code


def _reading(app: Flask, mailboxes: Mailboxes) -> None:
    def box_of(address: str) -> Mailbox:
        if address not in mailboxes.addresses():
            abort(404)
        try:
            return mailboxes.of(address)
        except NoSuchMailboxError:
            abort(404)

    def message_of(address: str, uid: int) -> Kept:
        return box_of(address).message(uid) or abort(404)

    @app.get("/")
    def home() -> str:
        boxes = [
            (address, len(mailboxes.of(address).messages())) for address in mailboxes.addresses()
        ]
        return render_template("pec/caselle.html", boxes=boxes, outcomes=OUTCOMES)

    @app.get("/caselle/<address>")
    def mailbox(address: str) -> str:
        messages = box_of(address).messages()[::-1]
        page = max(request.args.get("pagina", 1, type=int), 1)
        shown = messages[(page - 1) * PER_PAGE : page * PER_PAGE]
        return render_template(
            "pec/casella.html",
            address=address,
            lines=[_line(kept) for kept in shown],
            page=page,
            more=len(messages) > page * PER_PAGE,
        )

    @app.get("/caselle/<address>/<int:uid>")
    def message(address: str, uid: int) -> str:
        kept = message_of(address, uid)
        box_of(address).set_flags(uid, {*kept.flags, "\\Seen"})
        whole = _parse(kept.content)
        return render_template(
            "pec/messaggio.html",
            address=address,
            line=_line(kept),
            to=str(whole.get("To", "")),
            text=_text(whole),
            carried=_carried(whole),
            files=_files(whole),
        )

    @app.get("/caselle/<address>/<int:uid>/allegati/<int:index>")
    def attachment(address: str, uid: int, index: int) -> AnyResponse:
        parts = _file_parts(_parse(message_of(address, uid).content))
        if index >= len(parts):
            abort(404)
        return _download(_content(parts[index]), parts[index].get_filename() or "allegato")

    @app.get("/caselle/<address>/<int:uid>/originale.eml")
    def whole(address: str, uid: int) -> AnyResponse:
        return _download(message_of(address, uid).content, f"messaggio-{uid}.eml")


def _writing(app: Flask, home: Path, smtp_port: int, key: ProviderKey | None) -> None:
    def form(*, faults: dict[str, str], sent: str = "") -> str:
        given = request.form if request.method == "POST" else request.args
        return render_template(
            "pec/scrivi.html",
            given=given,
            faults=faults,
            sent=sent,
            personas=PERSONAS,
            chosen=given.get("persona") or ANNA.key,
            ambito=given.get("ambito", AMBITO_OF_THE_JOURNEY),
            delegated=request.method == "GET" or "delega" in given,
            papers=PAPERS,
            senders=SENDERS,
            ministry=MINISTRY,
        )

    @app.get("/scrivi")
    def write() -> str:
        return form(faults={}, sent=request.args.get("inviata", ""))

    @app.post("/scrivi")
    def post() -> AnyResponse | tuple[str, int]:
        code = request.form.get("ambito", "").strip()
        person = PERSONA_BY_KEY.get(request.form.get("persona", ""))
        faults = {}
        if not AMBITO_CODE.fullmatch(code):
            faults["ambito"] = "Scrivi il codice dell'Ambito: lettere, cifre e trattini."
        if person is None:
            faults["persona"] = "Scegli una persona dall'elenco."
        if faults or person is None:
            return form(faults=faults), 422
        how = request.form.get("mittente", "ambito")
        sender = {
            "ambito": address_of_ambito(code),
            "altra": "protocollo.altro@pec.simulata.example",
            "ordinaria": "ufficio@posta.example",
        }.get(how, address_of_ambito(code))
        letter = authorisation_note(
            code,
            person,
            on=datetime.now(ROME).date(),
            signed_by=SIGNED_BY,
            sign=_signing(),
            note=_uploaded(),
            with_delegation="delega" in request.form,
            without=request.form.getlist("senza"),
            sender=sender,
        )
        try:
            if how == "ordinaria":
                provider = Provider(
                    home / "demo" / "pec",
                    key or key_of_trust_service(home, url=f"http://localhost:{smtp_port - 2}"),
                )
                provider.receive_ordinary(sender=sender, to=MINISTRY, letter=letter.as_bytes())
            else:
                send(letter, smtp_port=smtp_port)
        except (OSError, smtplib.SMTPException):
            faults["invio"] = "Il gestore PEC simulato non risponde: controlla che sia avviato."
            return form(faults=faults), 503
        return redirect(url_for("write", inviata=sender, ambito=code, persona=person.key))


def _signing() -> Signing:
    """Sign the note as the mayor of Bovezzo, with the simulated trust service."""
    from demo.trust.signing import sign

    return lambda content: sign(content, GIORGIO.key)


def _uploaded() -> Paper | None:
    given = request.files.get("nota")
    if given is None or not given.filename:
        return None
    suffix = ".p7m" if given.filename.lower().endswith(".p7m") else ""
    return Paper(f"nota-di-autorizzazione.pdf{suffix}", given.read())


# ---------------------------------------------------------------- reading a message


def _line(kept: Kept) -> Line:
    whole = _parse(kept.content)
    kind = str(whole.get("X-Ricevuta") or whole.get("X-Trasporto") or "").strip().lower()
    return Line(
        uid=kept.uid,
        label=LABELS.get(kind, "Messaggio"),
        subject=str(whole.get("Subject", "")),
        sender=str(whole.get("From", "")),
        at=_date(whole),
        read="\\Seen" in kept.flags,
    )


def _parse(content: bytes) -> EmailMessage:
    message = BytesParser(policy=policy.default).parsebytes(content)
    assert isinstance(message, EmailMessage)
    return message


def _date(message: EmailMessage) -> datetime | None:
    try:
        return parsedate_to_datetime(str(message.get("Date", "")))
    except ValueError:
        return None


def _text(message: EmailMessage) -> str:
    plain = next((p for p in message.walk() if p.get_content_type() == "text/plain"), None)
    return _content(plain).decode("utf-8", "replace") if isinstance(plain, EmailMessage) else ""


def _carried(message: EmailMessage) -> str:
    """Return the text of the message inside an envelope."""
    for part in message.walk():
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload(0)
            return _text(inner) if isinstance(inner, EmailMessage) else ""
    return ""


def _file_parts(message: EmailMessage) -> list[EmailMessage]:
    return [
        part
        for part in message.walk()
        if isinstance(part, EmailMessage) and part.get_filename() and not part.is_multipart()
    ]


def _files(message: EmailMessage) -> list[Attached]:
    return [
        Attached(index, part.get_filename() or "allegato", len(_content(part)))
        for index, part in enumerate(_file_parts(message))
    ]


def _content(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _download(content: bytes, name: str) -> AnyResponse:
    return send_file(
        BytesIO(content),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=name,
    )


def _rome(at: datetime | None) -> str:
    return at.astimezone(ROME).strftime("%d/%m/%Y, ore %H:%M:%S") if at else ""
