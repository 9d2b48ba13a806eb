# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A module of the platform, the Comuni it works on, and people who enter it, over HTTP."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_urlsafe
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

from django.conf import settings
from django.test import Client as Browser
from joserfc import jwt
from joserfc.jwk import ECKey

from demo.modules.patti.households import BY_ID
from demo.personas import GIORGIO, Persona
from iam.accounts.sessions.opening import open_session
from iam.accounts.types import VerifiedIdentity
from iam.audit import clock
from iam.convenzioni.models import Convenzione, Coverage, Enablement, SignedUpload, State
from iam.enti.models import LegaleRappresentante
from iam.enti.selectors import comune_with
from iam.kernel.actor import Actor
from iam.kernel.keyring import keyring
from iam.kernel.permissions import BENEFICIARY, Permission, Section
from iam.oauth.actions import install_client, turn_signing_keys
from iam.oauth.clients.assertion import ASSERTION_TYPE
from iam.oauth.configuration import IDENTITY_SCOPES, MACHINE_SCOPES
from iam.oauth.models import SigningKey
from iam.oauth.selectors import issuer
from iam.oauth.types import Registration
from iam.signatures.models import StoredFile
from tests import world

__all__ = [
    "Module",
    "came_back",
    "claims_of",
    "clock",
    "issuer",
    "question",
    "turn_signing_keys",
]

ALL_SCOPES = (
    *IDENTITY_SCOPES,
    *sorted(permission.value for permission in BENEFICIARY),
    *MACHINE_SCOPES,
)
ROSA, NICOLO, EMMA = BY_ID["BOV-001"].people
"""The invented codici fiscali of a household."""

WHY = {"purpose": "presa-in-carico", "practice": "PR-2026-0001"}


def system() -> Actor:
    may = {Permission.OAUTH_MAINTAIN, Permission.CLIENT_INSTALL}
    return Actor.system("tests", may=may, at=clock.now())


def build() -> None:
    """The small Italy, and keys to sign with. Every Comune is closed."""
    world.build()
    if not SigningKey.objects.exists():
        turn_signing_keys(system())


def open_comune(code: str, *sections: Section) -> None:
    """Put on record a convention in force and the enablement of its sections (all if none)."""
    now, opened = clock.now(), list(sections or Section)
    comune, place = comune_with(code), world.visitor()
    signer = LegaleRappresentante.objects.filter(ente=comune.ente_id).first()
    signer = signer or world.represent(comune.ente_id, GIORGIO, office="Sindaco")
    file = StoredFile(name="prova.pdf", media_type="application/pdf", size=1, sha256="0" * 64)
    file.sealed_content, file.stored_at = keyring().encrypt(b"x", about=file.pk.bytes), now
    file.save(force_insert=True)
    membership = comune.memberships.get(period__contains=place.on)
    convenzione = Convenzione.objects.create(
        number=f"PROVA-{uuid4().hex[:8]}",
        ente_id=comune.ente_id,
        ambito_id=membership.ambito_id,
        sections=opened,
        modello="prova",
        modello_sha256="0" * 64,
        rappresentante=signer,
        document=file,
        prepared_by=uuid4(),
        prepared_at=now,
    )
    accepted = SignedUpload.objects.create(
        convenzione=convenzione,
        file=file,
        state="accettato",
        uploaded_by=uuid4(),
        uploaded_at=now,
        verified_at=now,
        report_sealed=b"x",
        report_hash="0" * 64,
    )
    convenzione.state, convenzione.accepted = State.IN_VIGORE, accepted
    convenzione.in_force_since = now
    convenzione.save()
    Coverage.objects.create(convenzione=convenzione, comune=comune)
    for section in opened:
        Enablement.objects.create(
            comune=comune,
            section=section,
            convenzione=convenzione,
            report_hash="0" * 64,
            enabled_by=uuid4(),
            enabled_at=now,
        )


def close_comune(code: str) -> None:
    """Suspend the enablement, as its Amministratore would."""
    Enablement.objects.filter(comune=code).update(
        suspended_at=clock.now(), suspended_by=uuid4(), suspension_reason="Prova"
    )


def end_convention(code: str) -> None:
    Convenzione.objects.filter(coverage__comune=code).update(
        state=State.CESSATA, ceased_at=clock.now()
    )


def log_in(browser: Browser, persona: Persona, *, level: int = 2) -> None:
    """Put in the browser the session that a SPID log-in of this level would open."""
    session = browser.session
    fill_session(session, persona, level=level)
    session.save()
    browser.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)


def fill_session(session: Any, persona: Persona, *, level: int) -> None:
    """Do to a session what a verified log-in does."""
    identity = VerifiedIdentity(
        codice_fiscale=persona.codice_fiscale,
        given_name=persona.given_name,
        family_name=persona.family_name,
        scheme="spid",
        idp="https://idp.simulato.example",
        level=level,
    )
    browser = SimpleNamespace(session=session)
    open_session(browser, world.person(persona), identity, at=clock.now())


@dataclass
class Module:
    """A registered module and its key; it talks to the service through `http`."""

    client_id: str = "modulo-di-prova"
    name: str = "Modulo di prova"
    scopes: tuple[str, ...] = ALL_SCOPES
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", auto_kid=True))
    http: Browser = field(default_factory=Browser)
    first_party: bool = True

    @property
    def resource(self) -> str:
        return f"https://{self.client_id}.example/"

    @property
    def redirect_uri(self) -> str:
        return f"https://{self.client_id}.example/ritorno"

    def registration(self, **changes: Any) -> Registration:
        asked: dict[str, Any] = {
            "client_id": self.client_id,
            "name": self.name,
            "scopes": self.scopes,
            "redirect_uris": (self.redirect_uri,),
            "post_logout_redirect_uris": (f"{self.resource}uscita",),
            "resource": self.resource,
            "jwks": {"keys": [{**self.key.as_dict(private=False), "kid": self.key.kid}]},
            "first_party": self.first_party,
        }
        return Registration(**(asked | changes))

    def install(self, **changes: Any) -> Module:
        install_client(system(), registration=self.registration(**changes))
        return self

    # --- authorization ------------------------------------------------------

    def request(self, verifier: str, **changes: str | None) -> str:
        """Return the address that the module sends a browser to; None leaves a parameter out."""
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": " ".join(s for s in self.scopes if s not in MACHINE_SCOPES),
            "state": "stato",
            "nonce": "nonce-di-prova",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        } | changes
        return "/oauth/authorize/?" + urlencode({k: v for k, v in asked.items() if v is not None})

    def code(self, browser: Browser, verifier: str, **changes: str | None) -> str:
        """Return the code that the browser comes back with."""
        answer = browser.get(self.request(verifier, **changes))
        assert answer.status_code == 302, answer.content.decode()
        return came_back(answer)["code"]

    def exchange(self, code: str, verifier: str | None, **changes: str | None) -> Any:
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": verifier,
            **self.proof(),
        } | changes
        return self.http.post("/oauth/token/", {k: v for k, v in asked.items() if v is not None})

    def enter(self, persona: Persona, **changes: str | None) -> dict[str, Any]:
        """Return the answer of the token endpoint for a person who logs in and enters."""
        browser, verifier = Browser(), token_urlsafe(48)
        log_in(browser, persona)
        answer = self.exchange(self.code(browser, verifier, **changes), verifier)
        assert answer.status_code == 200, answer.content
        return answer.json()  # type: ignore[no-any-return]

    def refresh(self, token: str, **changes: str) -> Any:
        asked = {"grant_type": "refresh_token", "refresh_token": token, **self.proof()} | changes
        return self.http.post("/oauth/token/", asked)

    # --- its own identity -----------------------------------------------------

    def assertion(self, **changes: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": issuer(),
            "jti": token_urlsafe(16),
            "iat": now,
            "exp": now + 60,
        } | changes
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key)

    def proof(self, **changes: Any) -> dict[str, str]:
        return {
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.assertion(**changes),
        }

    def own_token(self) -> str:
        asked = {"grant_type": "client_credentials", "scope": "iam:decide", **self.proof()}
        answer = self.http.post("/oauth/token/", asked)
        assert answer.status_code == 200, answer.content
        return str(answer.json()["access_token"])

    # --- questions --------------------------------------------------------------

    def introspect(self, token: str) -> dict[str, Any]:
        answer = self.http.post("/oauth/introspect/", {"token": token, **self.proof()})
        assert answer.status_code == 200, answer.content
        return answer.json()  # type: ignore[no-any-return]

    def post(self, path: str, body: Any, *, own_token: str | None = None, **headers: str) -> Any:
        bearer = own_token or self.own_token()
        return self.http.post(
            path,
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {bearer}", **headers},
        )

    def ask(self, token: str, scope: str, comune: str, **changes: Any) -> dict[str, Any]:
        """Return the decision on one household for the person of `token`."""
        answer = self.post("/access/v1/evaluation", question(token, scope, comune, **changes))
        assert answer.status_code == 200, answer.content
        return answer.json()  # type: ignore[no-any-return]


def question(
    token: str,
    scope: str,
    comune: str,
    *,
    mine: bool = False,
    nucleo: str = "n-1",
    people: Sequence[str] = (ROSA,),
    **changes: Any,
) -> dict[str, Any]:
    """Return an evaluation request for the person of `token`, on the data of `people`."""
    return {
        "subject": {
            "type": "person",
            "id": claims_of(token)["sub"],
            "properties": {"access_token": token},
        },
        "action": {"name": scope},
        "resource": {
            "type": "nucleo",
            "id": nucleo,
            "properties": {
                "comune": comune,
                "assigned_to_me": mine,
                "interessati": list(people),
            },
        },
        "context": WHY,
    } | changes


def claims_of(token: str) -> dict[str, Any]:
    """Return what a token says, without verifying it."""
    return _part(token, 1)


def header_of(token: str) -> dict[str, Any]:
    return _part(token, 0)


def _part(token: str, number: int) -> dict[str, Any]:
    text = token.split(".")[number]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


def came_back(answer: Any) -> Mapping[str, str]:
    """Return the query with which a browser was sent back to the module."""
    return {
        name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()
    }
