# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading clients, tokens, and what a person may do in a module now. Nothing is cached."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.db import connection

from iam.convenzioni.selectors import gates_of
from iam.enti.selectors import ambito_codes_of, comuni_of
from iam.kernel import places
from iam.kernel.actor import Actor, Held, Visitor
from iam.oauth.configuration import ACCESS_TOKEN_SECONDS, IDENTITY_SCOPES, SIGNING_KEY_DAYS
from iam.oauth.models import ActingFor, Client, SigningKey
from iam.oauth.rights.entitlement import Entitlement, Territory, asked_permissions, entitlement
from iam.oauth.tokens.claims import Bearer, rights_claims
from iam.oauth.types import LiveToken
from iam.roles.selectors import held_by

CLIENT_NAMESPACE = UUID("0d6dc1d5-0e6b-5a53-8f0e-6c8d8f0f6a11")


@dataclass(frozen=True, slots=True)
class Acting:
    """With which grant, and after which log-in, a person works in a module."""

    grant: UUID | None
    spid_level: int
    authenticated_at: datetime | None

    @classmethod
    def of(cls, row: ActingFor | LiveToken) -> Acting:
        return cls(row.acting_grant, row.spid_level, row.authenticated_at)


def issuer() -> str:
    """Return the address that names this service in every token, without a final slash."""
    return str(settings.OAUTH2_PROVIDER["OIDC_ISS_ENDPOINT"])


def token_endpoint() -> str:
    return f"{issuer()}/oauth/token/"


def client_with(client_id: str) -> Client | None:
    """Return a registered client that is not suspended."""
    if "\x00" in client_id:
        return None
    found: Client | None = Client.objects.filter(client_id=client_id, suspended_at=None).first()
    return found


def signs_already() -> bool:
    """Return whether a key is in use."""
    return SigningKey.objects.filter(state=SigningKey.State.ACTIVE).exists()


def keys_are_old(at: datetime) -> bool:
    """Return whether no key in use is younger than its term; also when there is none."""
    young = SigningKey.objects.filter(
        state=SigningKey.State.ACTIVE, activated_at__gt=at - timedelta(days=SIGNING_KEY_DAYS)
    )
    return not young.exists()


def client_actor(client: Client, visitor: Visitor | Actor) -> Actor:
    """Return the module itself as an actor: it holds no grant, so the law allows it nothing."""
    return Actor(
        kind="client",
        id=uuid5(CLIENT_NAMESPACE, client.client_id),
        held=(),
        at=visitor.at,
        on=visitor.on,
        address=visitor.address,
        request_id=visitor.request_id,
        client=client.client_id,
    )


def person_actor(
    person: UUID, acting: Acting, held: Sequence[Held], *, client: Client, visitor: Visitor
) -> Actor:
    """Return the person as an actor inside a module."""
    return Actor(
        kind="person",
        id=person,
        held=tuple(held),
        at=visitor.at,
        on=visitor.on,
        address=visitor.address,
        request_id=visitor.request_id,
        spid_level=acting.spid_level,
        client=client.client_id,
        entered_at=acting.authenticated_at,
    )


def held_now(person: UUID, grant: UUID | None, visitor: Visitor) -> tuple[Held, ...]:
    """Return the one grant with which the person entered the module, if it is still in force."""
    if grant is None:
        return ()
    return tuple(held for held in held_by(person, visitor.on) if held.grant == grant)


def territories_of(held: Held, visitor: Visitor) -> list[Territory]:
    """Return the Comuni where `held` holds, with what is open there now."""
    if held.place.level == "nazionale":
        return [Territory(places.NATIONAL)]  # closed, whoever asks: there the law only says why
    if held.place.level == "ambito":
        found = comuni_of(held.place.ambito, on=visitor.on)
        return territories(found.values_list("pk", flat=True), visitor)
    return territories([held.place.comune], visitor)


def territories(comuni: Iterable[str], who: Visitor | Actor) -> list[Territory]:
    """Return each Comune in its Ambito of today, with what is open there now; unknown ones too."""
    codes = sorted(set(comuni))
    ambiti = ambito_codes_of(codes, on=who.on)
    gates = gates_of(codes, on=who.on)
    return [
        Territory(
            places.comune(code, in_ambito=ambiti.get(code, "")),
            covered=gates[code].covered,
            enabled=gates[code].enabled,
        )
        for code in codes
    ]


def entitlement_now(
    visitor: Visitor, person: UUID, acting: Acting, client: Client, scopes: Sequence[str]
) -> Entitlement | None:
    """Return what the grant of `acting` still gives `client`; None if there is none now."""
    held = held_now(person, acting.grant, visitor)
    if not held:
        return None
    actor = person_actor(person, acting, held, client=client, visitor=visitor)
    return _entitlement(actor, held[0], client, scopes, visitor)


def entitlements(
    actor: Actor, client: Client, scopes: Sequence[str], visitor: Visitor
) -> list[Entitlement]:
    """Return what each grant of the person would give `client`, those that give nothing too."""
    return [_entitlement(actor, held, client, scopes, visitor) for held in actor.held]


def _entitlement(
    actor: Actor, held: Held, client: Client, scopes: Sequence[str], visitor: Visitor
) -> Entitlement:
    asked = asked_permissions(scope for scope in scopes if scope in client.allowed_scopes)
    return entitlement(actor, held, asked, territories_of(held, visitor))


LIVE_TOKEN = """
SELECT token.jti, token.application_id, token.user_id, person.ceased_at IS NULL, token.scope,
       token.resource, token.expires, token.acting_grant, token.spid_level, token.authenticated_at
FROM oauth_accesstoken AS token
JOIN oauth_client AS client ON client.id = token.application_id AND client.suspended_at IS NULL
LEFT JOIN accounts_person AS person ON person.id = token.user_id
WHERE token.token_checksum = %s AND token.expires > %s
"""
"""Asked at each question: written out, since composing it would cost more than running it."""


def live_token(token: str, at: datetime) -> LiveToken | None:
    """Return a token that has not expired, of a client in use, found by its digest."""
    with connection.cursor() as cursor:
        cursor.execute(LIVE_TOKEN, [sha256(token.encode()).hexdigest(), at])
        row = cursor.fetchone()
    if row is None:
        return None
    jti, client, person, active, scope, resource, expires, *acting = row
    return LiveToken(
        jti,
        client,
        person,
        active,
        tuple(scope.split()),
        tuple(json.loads(resource) if isinstance(resource, str) else resource),
        expires,
        *acting,
    )


def client_of_own_token(token: str, visitor: Visitor) -> Client | None:
    """Return the module that a token was issued to in its own name, for the decision point."""
    found = live_token(token, visitor.at)
    if found is None or found.person is not None:
        return None
    if "iam:decide" not in found.scopes or issuer() not in found.audience:
        return None
    client: Client = Client.objects.get(pk=found.client)
    return client


def introspected(token: str, caller: Client, visitor: Visitor) -> dict[str, Any]:
    """Return what a token allows at this instant: RFC 7662, 2.2.

    The law is asked again: a right that was lost makes the token inactive. A token that is
    neither the caller's nor meant for it does not exist for the caller.
    """
    found = live_token(token, visitor.at) if token else None
    if found is None or not _concerns(found, caller) or not found.person_is_active:
        return {"active": False}
    client = caller if found.client == caller.pk else Client.objects.get(pk=found.client)
    if found.person is None:
        return _active(found, client, found.scopes, Bearer(sub=client.client_id, client=""))
    acting = Acting.of(found)
    if acting.grant is None:
        return _active(found, client, found.scopes, _bearer(found, acting, None))
    rights = entitlement_now(visitor, found.person, acting, client, found.scopes)
    if rights is None or not rights.scopes:
        return {"active": False}
    left = {permission.value for permission in rights.scopes} | set(IDENTITY_SCOPES)
    scopes = [scope for scope in found.scopes if scope in left]
    return _active(found, client, scopes, _bearer(found, acting, rights))


def _concerns(found: LiveToken, caller: Client) -> bool:
    return found.client == caller.pk or (
        bool(caller.resource_identifier) and caller.resource_identifier in found.audience
    )


def _bearer(found: LiveToken, acting: Acting, rights: Entitlement | None) -> Bearer:
    return Bearer(
        sub=str(found.person),
        client="",
        held=rights.held if rights else None,
        territory=rights.territory if rights else (),
        spid_level=acting.spid_level,
        authenticated_at=acting.authenticated_at,
    )


def _active(
    found: LiveToken, client: Client, scopes: Sequence[str], bearer: Bearer
) -> dict[str, Any]:
    return {
        "active": True,
        "iss": issuer(),
        "sub": bearer.sub,
        "aud": list(found.audience),
        "client_id": client.client_id,
        "token_type": "Bearer",
        "iat": int(found.expires.timestamp()) - ACCESS_TOKEN_SECONDS,
        "exp": int(found.expires.timestamp()),
        "jti": str(found.jti),
        "scope": " ".join(scopes),
        **rights_claims(bearer),
    }
