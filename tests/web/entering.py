# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Coming in without an identity provider: the session that the SPID endpoint would open."""

from __future__ import annotations

from types import SimpleNamespace

from django.conf import settings
from django.test import Client

from demo.personas import Persona
from iam.accounts.sessions.opening import open_session
from iam.accounts.sessions.store import SessionStore
from iam.accounts.types import VerifiedIdentity
from iam.audit import clock
from tests import world


def session_of(persona: Persona, *, level: int = 2) -> str:
    """Return the key of an open session of the persona."""
    browser = SimpleNamespace(session=SessionStore())
    identity = VerifiedIdentity(
        codice_fiscale=persona.codice_fiscale,
        given_name=persona.given_name,
        family_name=persona.family_name,
        scheme="spid",
        idp="https://idp.example",
        level=level,
        email=persona.email,
    )
    open_session(browser, world.person(persona), identity, at=clock.now())
    browser.session.save()
    return str(browser.session.session_key)


def browser_of(persona: Persona, *, level: int = 2) -> Client:
    """Return a client logged in as the persona."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(persona, level=level)
    return client
