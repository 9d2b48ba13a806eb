# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of the simulated provider."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from flask import Flask, Response, g, render_template, request
from itsdangerous import BadData, URLSafeTimedSerializer
from lxml import etree
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from demo.idp import incoming
from demo.idp.faces import CIE, EIDAS, FACES, SPID, Face, identifier
from demo.idp.incoming import NotAccepted
from demo.idp.keys import Signer, signer_in
from demo.idp.logout import logout_request, logout_response
from demo.idp.metadata import Service, fetch_service, prepare
from demo.idp.outcomes import Outcome
from demo.idp.responses import Answer, build, build_failure, new_id
from demo.personas import PERSONA_BY_KEY, PERSONAS, Persona

SECONDS_TO_CHOOSE = 3600


def create_faces(home: Path, base_url: str, service: str) -> Any:
    """Return all the faces at `base_url`, for the service at `service`: SPID at the root."""
    made: dict[str, Any] = {
        face.path: create_app(
            home if face is SPID else home / face.key,
            base_url + face.path,
            f"{service}/{face.key}/metadata/",
            face=face,
        )
        for face in FACES
    }
    root = made.pop(SPID.path)
    return DispatcherMiddleware(root, made)


def create_app(
    home: Path,
    base_url: str,
    sp_metadata_url: str,
    *,
    face: Face = SPID,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Flask:
    """Return the provider at `base_url`, with its keys and metadata below `home`.

    The service's metadata are fetched from `sp_metadata_url` when they are first needed, and
    again when a signature does not match, as the service may have changed its key.
    """
    metadata_path = prepare(home, base_url, name=face.organisation)
    provider = Provider(base_url, signer_in(home), sp_metadata_url, clock, face)
    app = Flask(__name__, static_folder="static", template_folder="templates")
    app.config["MAX_CONTENT_LENGTH"] = 512 * 1024

    @app.context_processor
    def of_the_face() -> dict[str, Any]:
        return {"face": face}

    @app.before_request
    def new_nonce() -> None:
        g.nonce = secrets.token_urlsafe(16)
        g.form_action = ""

    @app.after_request
    def strict(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = (
            f"default-src 'none'; script-src 'nonce-{g.nonce}'; style-src 'self'; img-src 'self'; "
            f"form-action 'self' {g.form_action}; frame-ancestors 'none'; base-uri 'none'"
        )
        response.headers["Referrer-Policy"] = "no-referrer"
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response

    @app.errorhandler(NotAccepted)
    def not_accepted(fault: NotAccepted) -> tuple[str, int]:
        return render_template("idp/refused.html", why=str(fault)), 403

    @app.errorhandler(requests.RequestException)
    def unreachable(fault: requests.RequestException) -> tuple[str, int]:
        return render_template("idp/refused.html", why="il servizio non risponde"), 502

    @app.get("/")
    def home_page() -> str:
        return render_template("idp/home.html", persona=provider.persona_here())

    @app.get("/favicon.ico")
    def favicon() -> tuple[str, int]:
        return "", 204

    @app.get("/metadata")
    def metadata() -> Response:
        return Response(metadata_path.read_bytes(), mimetype="application/samlmetadata+xml")

    @app.route("/sso", methods=["GET", "POST"])
    def sso() -> str:
        asked = provider.accepted_request()
        relay_state = request.values.get("RelayState", "")
        ticket = provider.tickets.dumps([asked.id, asked.acs_index, asked.attributes_index])
        return render_template(
            "idp/choose.html",
            personas=PERSONAS,
            outcomes=face.outcomes,
            ticket=ticket,
            relay_state=relay_state,
            level=asked.level,
        )

    @app.post("/risposta")
    def reply() -> Response:
        return provider.reply()

    @app.post("/esci")
    def leave() -> Response:
        return provider.send_logout()

    @app.route("/slo", methods=["GET", "POST"])
    def slo() -> Any:
        if "SAMLResponse" in request.values:
            response = Response(render_template("idp/left.html"))
            response.delete_cookie(provider.cookie)
            return response
        return provider.answer_logout()

    return app


class Provider:
    """The provider's memory: its key, and the service that it knows."""

    def __init__(
        self,
        base_url: str,
        signer: Signer,
        sp_metadata_url: str,
        clock: Callable[[], datetime],
        face: Face,
    ) -> None:
        self.face = face
        self.cookie = f"demo_{face.key}" if face is not SPID else "demo_idp"
        self.base_url = base_url
        self.signer = signer
        self.sp_metadata_url = sp_metadata_url
        self.clock = clock
        self.known: Service | None = None
        secret = sha256(signer.private_pem).hexdigest()
        self.tickets = URLSafeTimedSerializer(secret, salt="ticket")
        self.sessions = URLSafeTimedSerializer(secret, salt="session")

    # --- the service

    def service(self, *, again: bool = False) -> Service:
        if self.known is None or again:
            self.known = fetch_service(self.sp_metadata_url)
        return self.known

    def check_signature(self, root: etree._Element) -> None:
        """Accept the keys that were known, else those that the service publishes now."""
        for again in (False, True):
            certificates = self.service(again=again).certificates
            try:
                if request.method == "POST":
                    incoming.check_enveloped(root, certificates)
                else:
                    incoming.check_query(request.query_string.decode(), certificates)
            except NotAccepted:
                if again:
                    raise
                continue
            return

    def message(self, kind: str) -> etree._Element:
        """Return the verified message of `kind` that this request carries."""
        field = request.values.get("SAMLRequest", "")
        if not field:
            raise NotAccepted("manca la richiesta: torna al servizio e riparti da lì")
        document = incoming.document_from(field, deflated=request.method == "GET")
        root = incoming.parse(document, kind)
        self.check_signature(root)
        return root

    def accepted_request(self) -> incoming.Asked:
        return incoming.read(self.message("AuthnRequest"))

    # --- the answer

    def reply(self) -> Response:
        try:
            request_id, acs_index, attributes_index = self.tickets.loads(
                request.form.get("ticket", ""), max_age=SECONDS_TO_CHOOSE
            )
        except BadData as fault:
            raise NotAccepted("la richiesta è scaduta: torna al servizio e riparti") from fault
        service = self.service()
        persona = PERSONA_BY_KEY.get(request.form.get("persona", ""))
        outcome = self.face.outcome(request.form.get("esito", ""))
        if persona is None:
            outcome = self.face.outcome("nr25")
        answer = Answer(
            request_id=request_id,
            destination=service.acs[acs_index],
            service_provider=service.entity_id,
            identity_provider=self.base_url,
            at=self.clock(),
            level=outcome.level or 2,
            session_index=new_id() if outcome.level == 1 else "",
            attributes=_attributes(
                self.face, persona, service.attributes.get(attributes_index, ())
            ),
        )
        response = self.posting(
            answer.destination, "SAMLResponse", self.document(answer, outcome), "il servizio"
        )
        if persona is not None and outcome.level:
            value = self.sessions.dumps([persona.key, answer.name_id, answer.session_index])
            response.set_cookie(self.cookie, value, httponly=True, samesite="Lax", max_age=3600)
        return response

    def document(self, answer: Answer, outcome: Outcome) -> bytes:
        if outcome.level:
            return build(
                answer, self.signer, mend=without_issuer_format if self.face is CIE else None
            )
        return build_failure(answer, self.signer, number=outcome.number, second=outcome.second)

    def posting(self, address: str, field: str, document: bytes, to: str) -> Response:
        """Return a page whose form goes to `address`, by itself or with its button."""
        parts = urlsplit(address)
        g.form_action = f"{parts.scheme}://{parts.netloc}"
        page = render_template(
            "idp/post.html",
            address=address,
            field=field,
            value=base64.b64encode(document).decode(),
            relay_state=request.values.get("RelayState", ""),
            to=to,
        )
        return Response(page)

    # --- leaving

    def session(self) -> tuple[str, str, str] | None:
        try:
            key, name_id, session_index = self.sessions.loads(
                request.cookies.get(self.cookie, ""), max_age=SECONDS_TO_CHOOSE
            )
        except BadData:
            return None
        return key, name_id, session_index

    def persona_here(self) -> Persona | None:
        session = self.session()
        return PERSONA_BY_KEY.get(session[0]) if session else None

    def send_logout(self) -> Response:
        """Ask the service to send the person away."""
        session = self.session()
        if session is None:
            raise NotAccepted("non sei entrato da nessuna parte")
        service = self.service()
        document = logout_request(
            self.signer,
            issuer=self.base_url,
            destination=service.slo,
            name_id=session[1],
            session_index=session[2],
            at=self.clock(),
        )
        return self.posting(service.slo, "SAMLRequest", document, "il servizio")

    def answer_logout(self) -> Response:
        """Answer the service that sends a person away; CIE only shows its own page."""
        root = self.message("LogoutRequest")
        if self.face is CIE:
            page = Response(render_template("idp/left.html"))
            page.delete_cookie(self.cookie)
            return page
        service = self.service()
        document = logout_response(
            self.signer,
            issuer=self.base_url,
            destination=service.slo,
            in_response_to=root.get("ID") or "",
            at=self.clock(),
        )
        response = self.posting(service.slo, "SAMLResponse", document, "il servizio")
        response.delete_cookie(self.cookie)
        return response


def without_issuer_format(root: etree._Element) -> None:
    """Leave the Format of every Issuer out, as CIE does."""
    for issuer in root.iter("{urn:oasis:names:tc:SAML:2.0:assertion}Issuer"):
        issuer.attrib.pop("Format", "")


def _attributes(face: Face, persona: Persona | None, asked: tuple[str, ...]) -> dict[str, str]:
    """Return what the provider knows of the persona, as far as it was asked."""
    if persona is None:
        return {}
    known = {
        "spidCode": identifier(face, persona),
        "name": persona.given_name,
        "familyName": persona.family_name,
        "fiscalNumber": f"TINIT-{persona.codice_fiscale}",
        "dateOfBirth": persona.birth_date.isoformat(),
        "placeOfBirth": persona.birth_place_code,
        "countyOfBirth": persona.birth_province,
        "gender": persona.gender,
        "email": persona.email,
        "mobilePhone": persona.phone,
    }
    if face is EIDAS:
        del known["fiscalNumber"]
    return {name: known[name] for name in asked if name in known}
