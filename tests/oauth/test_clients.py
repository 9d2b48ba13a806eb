# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a module proves who it is."""

from __future__ import annotations

import time
from base64 import b64encode
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Http
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from iam.audit.models import AuditEvent
from iam.kernel.errors import Denied
from iam.oauth.actions import install_client, register_client
from iam.oauth.clients.assertion import ASSERTION_TYPE
from iam.oauth.errors import ClientKeyInvalid
from iam.oauth.models import Client, SigningKey
from tests import world
from tests.oauth import ground
from tests.oauth.ground import Module


@pytest.fixture
def module(italy: None, db: None) -> Module:
    return Module().install()


def asked(module: Module, assertion: str | None = None) -> Any:
    form = {"grant_type": "client_credentials", "scope": "iam:decide"}
    proof = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion or ""}
    return module.http.post("/oauth/token/", form | (proof if assertion else {}))


def test_a_signed_assertion_identifies_the_module(module: Module) -> None:
    answer = asked(module, module.assertion())

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert ground.claims_of(answer.json()["access_token"])["sub"] == module.client_id
    assert "refresh_token" not in answer.json()


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://altro.example"},
        {"iss": "altro"},
        {"sub": "altro"},
        {"exp": int(time.time()) - 60},
        {"exp": int(time.time()) + 3600},
        {"iat": int(time.time()) + 600},
        {"nbf": int(time.time()) + 600},
        {"jti": ""},
        {"jti": "j" * 256},
        {"jti": 7},
        {"exp": "domani"},
    ],
    ids=lambda changes: "-".join(changes),
)
def test_an_assertion_that_is_wrong_in_anything_is_refused(
    module: Module, changes: dict[str, Any]
) -> None:
    answer = asked(module, module.assertion(**changes))

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_the_key_must_be_the_registered_one(module: Module) -> None:
    stranger = Module(client_id=module.client_id, key=ECKey.generate_key("P-256", auto_kid=True))
    borrowed = jwt.encode(
        {"alg": "ES256", "kid": module.key.kid},
        ground.claims_of(module.assertion()) | {"jti": "altro"},
        stranger.key,
    )

    assert asked(module, stranger.assertion()).status_code == 401
    assert asked(module, borrowed).status_code == 401
    assert asked(module, "a.b.c").status_code == 401
    assert asked(module).status_code == 401


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (RSAKey.generate_key(2048, auto_kid=True), "RS256"),
        (OKPKey.generate_key("Ed25519", auto_kid=True), "EdDSA"),
    ],
    ids=["RS256", "EdDSA"],
)
def test_the_assertion_that_administrations_send_to_pdnd_is_accepted_as_it_is(
    module: Module, key: Any, algorithm: str
) -> None:
    client_id = str(uuid4())
    jwks = {"keys": [{**key.as_dict(private=False), "kid": key.kid}]}
    Module(client_id=client_id).install(jwks=jwks)
    claims = ground.claims_of(module.assertion()) | {
        "iss": client_id,
        "sub": client_id,
        "purposeId": str(uuid4()),
        "digest": {"alg": "SHA256", "value": "0" * 64},
    }
    header = {"kid": key.kid, "alg": algorithm, "typ": "JWT"}

    answer = asked(module, jwt.encode(header, claims, key, algorithms=[algorithm]))

    assert answer.status_code == 200


def test_a_secret_is_shown_once_and_kept_as_a_digest(module: Module) -> None:
    registration = Module(client_id="a-segreto").registration(jwks=None)
    secret = install_client(ground.system(), registration=registration)
    assert secret
    assert install_client(ground.system(), registration=registration) is None

    def post(password: str) -> int:
        basic = b64encode(f"a-segreto:{password}".encode()).decode()
        form = {"grant_type": "client_credentials", "scope": "iam:decide"}
        headers = {"Authorization": f"Basic {basic}"}
        return int(Http().post("/oauth/token/", form, headers=headers).status_code)

    assert post(secret) == 200
    assert post("sbagliato") == 401
    assert secret not in Client.objects.get(client_id="a-segreto").client_secret
    in_body = {"client_id": "a-segreto", "client_secret": secret}
    form = {"grant_type": "client_credentials", "scope": "iam:decide"}
    assert Http().post("/oauth/token/", form | in_body).status_code == 401


def test_a_module_with_a_key_has_no_secret_to_guess(module: Module) -> None:
    basic = b64encode(f"{module.client_id}:".encode()).decode()
    form = {"grant_type": "client_credentials", "scope": "iam:decide"}

    answer = Http().post("/oauth/token/", form, headers={"Authorization": f"Basic {basic}"})

    assert answer.status_code == 401
    in_body = {"client_id": module.client_id, "client_secret": ""}
    assert Http().post("/oauth/token/", form | in_body).status_code == 401


def test_in_its_own_name_a_module_gets_no_data(module: Module) -> None:
    form = {"grant_type": "client_credentials", "scope": "gepi:caso.completo", **module.proof()}

    assert module.http.post("/oauth/token/", form).json()["error"] == "invalid_scope"
    form = {"grant_type": "client_credentials", **module.proof()}
    assert module.http.post("/oauth/token/", form).json()["scope"] == ""


@pytest.mark.parametrize(
    "flow", ["password", "implicit", "urn:ietf:params:oauth:grant-type:device_code"]
)
def test_no_other_flow_is_served(module: Module, flow: str) -> None:
    answer = module.http.post("/oauth/token/", {"grant_type": flow, **module.proof()})

    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_a_private_key_sent_by_mistake_is_refused(module: Module) -> None:
    key = ECKey.generate_key("P-256", auto_kid=True)
    with pytest.raises(ClientKeyInvalid) as refusal:
        Module(client_id="distratto").install(jwks={"keys": [key.as_dict(private=True)]})
    assert "privata" in refusal.value.sentence


def test_only_the_super_utente_registers_modules(module: Module) -> None:
    registration = Module(client_id="nuovo").registration()
    with pytest.raises(Denied):
        register_client(world.amministratrice(), registration=registration)
    register_client(world.super_utente(), registration=registration)
    assert AuditEvent.objects.filter(kind="oauth.client.registered").count() == 2


def test_a_turn_of_the_keys_keeps_the_old_signatures_good(module: Module) -> None:
    token = module.own_token()
    published = {key["kid"] for key in module.http.get("/oauth/jwks/").json()["keys"]}

    active = ground.turn_signing_keys(ground.system())

    assert active in published, "the next key was published before it signed"
    keys = module.http.get("/oauth/jwks/").json()["keys"]
    assert len(keys) == 3
    assert not any("d" in key for key in keys)
    assert ground.header_of(token)["kid"] in {key["kid"] for key in keys}
    assert ground.header_of(module.own_token())["kid"] == active
    assert SigningKey.objects.filter(state="active").count() == 1
