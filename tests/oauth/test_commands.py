# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is done from the command line, and by the worker at night."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from demo.modules.patti.registration import write_registration
from demo.personas import LUCA
from iam.audit.models import AuditEvent
from iam.kernel.permissions import Section
from iam.oauth.models import AccessToken, AuthorizationCode, Client, SigningKey
from iam.oauth.tasks import maintain
from iam.roles.types import CASE_MANAGER
from tests import world
from tests.oauth import ground
from tests.oauth.ground import Module


def run(name: str, *arguments: str) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


def test_a_module_is_registered_from_a_file_and_again_without_harm(
    italy: None, db: None, tmp_path: Path
) -> None:
    path = write_registration(tmp_path, "http://localhost:8006", issuer=ground.issuer())

    for _ in range(2):
        assert "Registrato il modulo patti" in run("client_register", str(path))

    client = Client.objects.get(client_id="patti")
    assert client.redirect_uris == "http://localhost:8006/ritorno"
    assert client.client_jwks["keys"][0]["kid"]
    assert not any("d" in key for key in client.client_jwks["keys"])
    key = path.with_name("key.json")
    assert key.stat().st_mode & 0o077 == 0


def test_a_file_that_says_nothing_is_refused(italy: None, db: None, tmp_path: Path) -> None:
    path = tmp_path / "vuoto.json"
    path.write_text(json.dumps({"client_name": "Senza identificativo"}))

    with pytest.raises(CommandError):
        run("client_register", str(path))


def test_the_keys_are_made_once_and_turned_on_request(italy: None, db: None) -> None:
    SigningKey.objects.all().delete()
    assert "Da ora firma la chiave" in run("oauth_keys")
    assert "ci sono già" in run("oauth_keys")
    first = SigningKey.objects.get(state="active").kid
    coming = SigningKey.objects.get(state="next").kid

    run("oauth_keys", "--gira")

    assert SigningKey.objects.get(state="active").kid == coming
    assert SigningKey.objects.get(state="retired").kid == first
    assert AuditEvent.objects.filter(kind="oauth.signing-key.turned").count() >= 2


def test_at_night_what_expired_is_forgotten_and_old_keys_turn(italy: None, db: None) -> None:
    ground.open_comune(world.BOVEZZO, Section.PATTI)
    world.operator(LUCA, CASE_MANAGER)
    Module().install().enter(LUCA)
    long_ago = ground.clock.now() - timedelta(days=100)
    AccessToken.objects.update(expires=long_ago)
    AuthorizationCode.objects.update(expires=long_ago)
    SigningKey.objects.filter(state="active").update(activated_at=long_ago)
    old = SigningKey.objects.get(state="active").kid

    maintain.func(timestamp=0)

    assert not AccessToken.objects.exists()
    assert not AuthorizationCode.objects.exists()
    assert SigningKey.objects.get(pk=old).state == "retired"
