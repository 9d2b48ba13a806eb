# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages and the protocols of the simulated trust service. SIMULATO.

    create_app(Pki.open(home, "http://localhost:8002"))

`/` signs a document as anyone; `/pki/` answers OCSP, CRL and timestamp requests;
`/trust-list.xml` is the signed list of who may issue what.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from certomancer.integrations.animator import Animator, AnimatorArchStore
from flask import Flask, Response, render_template, request, send_file, url_for
from lxml import etree
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from demo.trust.pki import Pki, write_if_new
from demo.trust.signers import FAULTY, HONEST, SIGNERS
from demo.trust.signing import Form, NotSignable, sign
from demo.trust.trust_list import TSL, make_trust_list, services

LARGEST_UPLOAD = 25 * 1024 * 1024
RENEW_BEFORE = timedelta(days=60)
FORMS = (
    (Form.PADES, "PDF firmato (PAdES)"),
    (Form.CADES, "Busta .p7m (CAdES)"),
    (Form.PADES_TIMESTAMPED, "PDF firmato con marca temporale"),
    (Form.CADES_TIMESTAMPED, "Busta .p7m con marca temporale"),
)
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)


def create_app(pki: Pki) -> Flask:
    """Return the trust service of `pki`."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_UPLOAD
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    animator = Animator(
        AnimatorArchStore(pki.architectures), with_web_ui=False, allow_time_override=False
    )
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/pki": animator})  # type: ignore[method-assign]  # Flask's own way

    @app.after_request
    def strict(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    @app.get("/")
    def form() -> str:
        return _page(chosen=request.args.get("come", ""))

    @app.post("/firma")
    def signed() -> Any:
        return _signed(pki)

    @app.get("/trust-list.xml")
    def trust_list() -> Response:
        return Response(current_trust_list(pki), mimetype="application/vnd.etsi.tsl+xml")

    @app.get("/healthz")
    def health() -> str:
        return "ok"

    @app.errorhandler(413)
    def too_large(_: Exception) -> tuple[str, int]:
        return _page(error="Il file pesa più di 25 MB. Scegline uno più piccolo.", on="file"), 413

    @app.errorhandler(404)
    def absent(_: Exception) -> tuple[str, int]:
        return render_template("absent.html", home=url_for("form")), 404

    return app


def current_trust_list(pki: Pki) -> bytes:
    """Return the list kept below the service's folder, made again when it no longer fits."""
    path = pki.folder / "trust-list.xml"
    now = datetime.now(UTC)
    if path.exists() and _fits(pki, path, now):
        return path.read_bytes()
    content = make_trust_list(pki, at=now)
    write_if_new(path, content)
    return content


def _fits(pki: Pki, path: Path, now: datetime) -> bool:
    root = etree.parse(path)
    until = root.findtext(f".//{{{TSL}}}NextUpdate/{{{TSL}}}dateTime") or ""
    listed = {"".join((e.text or "").split()) for e in root.iter(f"{{{TSL}}}X509Certificate")}
    from base64 import b64encode

    needed = {b64encode(service.certificate.dump()).decode() for service in services(pki)}
    return needed <= listed and datetime.fromisoformat(until) - now > RENEW_BEFORE


def _signed(pki: Pki) -> Any:
    who, form = request.form.get("come", ""), request.form.get("forma", "")
    upload = request.files.get("file")
    content = upload.read() if upload else b""
    if who not in SIGNERS:
        return _page(form=form, error="Scegli chi firma.", on="come"), 400
    if form not in set(Form):
        return _page(chosen=who, error="Scegli il tipo di file.", on="forma"), 400
    if not content:
        return _page(chosen=who, form=form, error="Scegli il file da firmare.", on="file"), 400
    try:
        made = sign(content, who, Form(form), pki=pki)
    except NotSignable:
        text = "Il file non è un PDF che si può firmare. Scegline un altro, o la busta .p7m."
        return _page(chosen=who, form=form, error=text, on="file"), 400
    name = Path((upload.filename if upload else "") or "documento.pdf").name
    enveloped = form in (Form.CADES, Form.CADES_TIMESTAMPED)
    return send_file(
        BytesIO(made),
        mimetype="application/pkcs7-mime" if enveloped else "application/pdf",
        as_attachment=True,
        download_name=f"{name}.p7m" if enveloped else f"{Path(name).stem}-firmato.pdf",
    )


def _page(*, chosen: str = "", form: str = "", error: str = "", on: str = "") -> str:
    return render_template(
        "sign.html",
        honest=HONEST,
        faulty=FAULTY,
        forms=FORMS,
        chosen=chosen,
        form=form or Form.PADES,
        error=error,
        on=on,
    )
