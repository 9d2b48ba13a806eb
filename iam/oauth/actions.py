# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What changes at the authorization server, and the answers that must leave evidence."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.db import connection
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry

from iam.audit.guard import action, disclosure, entrance, record, require
from iam.convenzioni.selectors import suspension_of
from iam.kernel.actor import Actor, Visitor
from iam.kernel.errors import Denied
from iam.kernel.keyring import keyring
from iam.kernel.law import Why
from iam.kernel.law import version as law_version
from iam.kernel.permissions import BENEFICIARY, Permission
from iam.kernel.places import NATIONAL
from iam.oauth.authorization_server.core import core_with, validator_for
from iam.oauth.clients.assertion import ALGORITHMS
from iam.oauth.clients.secrets import new_secret
from iam.oauth.configuration import ACCESS_TOKEN_SECONDS
from iam.oauth.errors import ClientKeyInvalid, OutsideTheToken, UnknownClient
from iam.oauth.events import (
    ClientRegistered,
    ClientSuspended,
    CodeIssued,
    DecisionGiven,
    EntryRefused,
    ExpiredForgotten,
    QuestionRejected,
    SigningKeysTurned,
    TokenIssued,
    TokenRefused,
    TokensRevoked,
)
from iam.oauth.models import (
    AccessToken,
    AuthorizationCode,
    Client,
    ClientAssertionJti,
    RefreshToken,
    SigningKey,
)
from iam.oauth.rights.entitlement import Entitlement, Territory
from iam.oauth.selectors import Acting, client_actor, person_actor, territories
from iam.oauth.tokens.signing import new_key
from iam.oauth.types import Answer, Question, Registration, Reply

REFUSED = 1
SUSPENDED, ELSEWHERE = "abilitazione", "territorio"
"""Statements of the law: the Comune is closed to all; the Comune is not the asker's."""

TOKENS_OUTLIVE = timedelta(days=1)
"""How long a retired key stays published: more than any token it signed lives."""

Token = TypeVar("Token", AccessToken, RefreshToken)


# --- keys of the service --------------------------------------------------------


@action(needs=Permission.OAUTH_MAINTAIN)
def turn_signing_keys(actor: Actor, /) -> str:
    """Make the next key sign and a new one next; return the kid that signs from now on."""
    require(actor, Permission.OAUTH_MAINTAIN, on=NATIONAL)
    old = SigningKey.objects.select_for_update().filter(state=SigningKey.State.ACTIVE).first()
    coming = SigningKey.objects.select_for_update().filter(state=SigningKey.State.NEXT).first()
    if old is not None:
        old.state, old.retired_at = SigningKey.State.RETIRED, actor.at
        old.save()
    if coming is None:
        coming = new_key(state=SigningKey.State.ACTIVE, at=actor.at)
    coming.state, coming.activated_at = SigningKey.State.ACTIVE, actor.at
    coming.save()
    following = new_key(state=SigningKey.State.NEXT, at=actor.at)
    following.save(force_insert=True)
    record(
        SigningKeysTurned(active=coming.kid, next=following.kid, retired=old.kid if old else None),
        by=actor,
    )
    return coming.kid


@action(needs=Permission.OAUTH_MAINTAIN)
def forget_expired(actor: Actor, /) -> int:
    """Delete codes, tokens, used assertions and keys that can no longer serve; return how many."""
    require(actor, Permission.OAUTH_MAINTAIN, on=NATIONAL)
    gone = actor.at - TOKENS_OUTLIVE
    expired = (
        AuthorizationCode.objects.filter(expires__lt=gone),
        RefreshToken.objects.filter(created__lt=gone, access_token=None),
        AccessToken.objects.filter(expires__lt=gone),
        ClientAssertionJti.objects.filter(expires__lt=gone),
        SigningKey.objects.filter(state=SigningKey.State.RETIRED, retired_at__lt=gone),
    )
    count = sum(rows.delete()[0] for rows in expired)
    record(ExpiredForgotten(rows=count), by=actor)
    return count


# --- clients --------------------------------------------------------------------


@action(needs=Permission.CLIENT_INSTALL)
def install_client(actor: Actor, /, *, registration: Registration) -> str | None:
    """Register a module, or change its registration; return its secret if it has just got one."""
    require(actor, Permission.CLIENT_INSTALL, on=NATIONAL)
    return _registered(actor, registration)


@action(needs=Permission.CLIENT_REGISTER)
def register_client(actor: Actor, /, *, registration: Registration) -> str | None:
    """The same as `install_client`, by a person."""
    require(actor, Permission.CLIENT_REGISTER, on=NATIONAL)
    return _registered(actor, registration)


def _registered(actor: Actor, asked: Registration) -> str | None:
    client = Client.objects.select_for_update().filter(client_id=asked.client_id).first()
    client = client or Client(client_id=asked.client_id, client_secret="")
    secret = None
    if asked.jwks is not None:
        client.client_jwks = _usable_keys(asked.jwks)
        client.token_endpoint_auth_method = Client.PRIVATE_KEY_JWT
    elif not client.client_secret:
        secret = client.client_secret = new_secret()
        client.token_endpoint_auth_method = Client.CLIENT_SECRET_BASIC
    client.client_jwks_uri = asked.jwks_uri
    client.client_type = Client.CLIENT_CONFIDENTIAL
    client.authorization_grant_type = asked.grant_types[0]
    client.grant_types = list(asked.grant_types)
    client.name = asked.name
    client.allowed_scopes = list(asked.scopes)
    client.redirect_uris = " ".join(asked.redirect_uris)
    client.post_logout_redirect_uris = " ".join(asked.post_logout_redirect_uris)
    client.resource_identifier = asked.resource
    client.audiences = list(asked.audiences or ((asked.resource,) if asked.resource else ()))
    client.ente = asked.ente
    client.skip_authorization = asked.first_party
    client.save()
    record(
        ClientRegistered(
            client=client.client_id,
            scopes=tuple(client.allowed_scopes),
            grant_types=tuple(client.grant_types),
            redirect_uris=asked.redirect_uris,
            audiences=tuple(client.audiences),
            method=client.token_endpoint_auth_method,
        ),
        by=actor,
    )
    return secret


def _usable_keys(jwks: dict[str, Any]) -> dict[str, Any]:
    """Return public keys only. Raises `ClientKeyInvalid`."""
    keys = jwks.get("keys")
    if not isinstance(keys, list) or not keys:
        raise ClientKeyInvalid(detail="manca l'elenco keys")
    try:
        imported = [JWKRegistry.import_key(key) for key in keys]
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise ClientKeyInvalid(detail="una chiave non è leggibile") from error
    if any(key.key_type not in ("EC", "RSA", "OKP") for key in imported):
        raise ClientKeyInvalid(detail=f"gli algoritmi accettati sono {', '.join(ALGORITHMS)}")
    if any(key.is_private for key in imported):
        raise ClientKeyInvalid(detail="è stata inviata una chiave privata, da considerare persa")
    named = [{**key.as_dict(private=False), "kid": key.kid or key.thumbprint()} for key in imported]
    return {"keys": named}


@action(needs=Permission.CLIENT_REGISTER)
def suspend_client(actor: Actor, /, *, client_id: str) -> None:
    """Close a module at once: its tokens stop being active and nothing new is issued."""
    require(actor, Permission.CLIENT_REGISTER, on=NATIONAL)
    closed = Client.objects.filter(client_id=client_id).update(suspended_at=actor.at)
    if not closed:
        raise UnknownClient
    record(ClientSuspended(client=client_id), by=actor)


# --- the protocol ---------------------------------------------------------------


@entrance
def issue_code(
    visitor: Visitor,
    /,
    *,
    actor: Actor,
    acting: Acting,
    found: Entitlement | None,
    scopes: Sequence[str],
    credentials: dict[str, Any],
    request: Any,
) -> str:
    """Return the address to send the browser to, with a code in it.

    `credentials` are the parameters of an authorization request that was validated.
    """
    core = core_with(validator_for(visitor))
    location, *_ = core.create_authorization_response(
        request, list(scopes), credentials | {"acting": acting}, allow=True
    )
    record(
        CodeIssued(
            client=credentials["client_id"],
            person=actor.id,
            grant=acting.grant,
            scopes=tuple(scopes),
            territory=found.territory if found else (),
        ),
        by=actor,
        held=found.held if found else None,
    )
    return str(location)


@entrance
def refuse_entry(
    visitor: Visitor,
    /,
    *,
    actor: Actor,
    client: Client,
    asked: Sequence[str],
    reasons: Sequence[str],
    comune: str | None,
) -> None:
    """Record that a person found nothing in a module that they may see."""
    record(
        EntryRefused(
            client=client.client_id,
            person=actor.id,
            asked=tuple(asked),
            reasons=tuple(reasons),
            comune=comune,
        ),
        by=actor,
        outcome=REFUSED,
    )


@entrance
def exchange(visitor: Visitor, /, *, request: Any) -> Reply:
    """Answer the token endpoint. Refusals commit too: a replay closes its family for good."""
    validator = validator_for(visitor)
    _, headers, body, status = core_with(validator).create_token_response(request)
    seen = validator.seen
    flow = str(request.POST.get("grant_type", ""))[:60]
    if status == 200:
        _record_issued(visitor, seen, flow)
    else:
        _record_refused(visitor, seen, flow, body)
    return Reply(status, body, dict(headers))


def _record_issued(visitor: Visitor, seen: Any, flow: str) -> None:
    found: Entitlement | None = getattr(seen, "entitlement", None)
    person = seen.user.pk if seen.user else None
    by = client_actor(seen.client, visitor)
    if person is not None:
        held = (found.held,) if found else ()
        by = person_actor(person, seen.acting, held, client=seen.client, visitor=visitor)
    record(
        TokenIssued(
            client=seen.client.client_id,
            flow=flow,
            jti=seen.jti,
            audience=tuple(seen.resource),
            scopes=tuple(seen.scopes),
            territory=found.territory if found else (),
            seconds=ACCESS_TOKEN_SECONDS,
            person=person,
            grant=found.held.grant if found else None,
        ),
        by=by,
        held=found.held if found else None,
    )


def _record_refused(visitor: Visitor, seen: Any, flow: str, body: str) -> None:
    client: Client | None = getattr(seen, "client", None)
    known = client is not None and getattr(seen, "authenticated", False)
    user = getattr(seen, "user", None)
    record(
        TokenRefused(
            flow=flow,
            error=str(json.loads(body).get("error", "")),
            client=client.client_id if client is not None else None,
            person=user.pk if user else None,
            replayed=bool(getattr(seen, "replayed", False)),
        ),
        by=client_actor(client, visitor) if known and client else visitor,
        outcome=REFUSED,
    )


@entrance
def revoke(visitor: Visitor, /, *, request: Any) -> Reply:
    """Answer the revocation endpoint (RFC 7009): the client's own tokens and their kin."""
    validator = validator_for(visitor)
    _, headers, body, status = core_with(validator).create_revocation_response(request)
    if status == 200:
        client = validator.seen.client
        record(TokensRevoked(client=client.client_id), by=client_actor(client, visitor))
    else:
        _record_refused(visitor, validator.seen, "revoke", body)
    return Reply(status, body or "", dict(headers))


@entrance
def end_module_session(visitor: Visitor, /, *, person: UUID, client: Client) -> None:
    """Revoke every token that `client` holds for `person`."""
    for refresh in RefreshToken.objects.filter(user=person, application=client, revoked=None):
        refresh.revoke()
    AccessToken.objects.filter(user=person, application=client).delete()
    record(TokensRevoked(client=client.client_id, person=person), by=client_actor(client, visitor))


def end_tokens(who: Actor | Visitor, /, *, person: UUID, log_ins: tuple[datetime, ...]) -> None:
    """Revoke all that modules got from a session's log-ins. A step of the action that ends it."""
    from_it: dict[str, Any] = {"user": person, "authenticated_at__in": log_ins}
    clients = {
        row.application
        for rows in (
            RefreshToken.objects.filter(revoked=None, **from_it),
            AccessToken.objects.filter(**from_it),
        )
        for row in rows.select_related("application")
    }
    for refresh in RefreshToken.objects.filter(revoked=None, **from_it):
        refresh.revoke()
    AccessToken.objects.filter(**from_it).delete()
    AuthorizationCode.objects.filter(**from_it).delete()
    for client in sorted(clients, key=lambda one: str(one.client_id)):
        record(
            TokensRevoked(client=client.client_id, person=person),
            by=client_actor(client, who),
        )


# --- rows of the protocol: called by the toolkit's hooks, inside one of the above -----


def spend_assertion(client: Client, *, jti: str, expires: datetime) -> bool:
    """Return True the first time, in whatever process: a second transaction waits for the first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO oauth_clientassertionjti (client_id, jti, expires) VALUES (%s, %s, %s)"
            " ON CONFLICT ON CONSTRAINT assertion_is_used_once DO NOTHING",
            [client.pk, jti, expires],
        )
        return bool(cursor.rowcount == 1)


def locked_code(code: str, client: Client) -> AuthorizationCode | None:
    """Return the code, held until the end of the transaction."""
    return (
        AuthorizationCode.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(code=code, application=client)
        .first()
    )


def mark_acting(row: AuthorizationCode, acting: Acting) -> None:
    """Write on a code with which grant it was given, in the transaction that made it."""
    _copy(acting, row)
    row.save(update_fields=["acting_grant", "spid_level", "authenticated_at"])


def consume_code(row: AuthorizationCode, *, at: datetime) -> None:
    """Mark a code as used, in the transaction of its exchange."""
    row.consumed_at = at
    row.save(update_fields=["consumed_at"])


def close_family(family: UUID) -> None:
    """Revoke all that came from one authorization, in the transaction that saw it used twice."""
    RefreshToken.revoke_family(family)
    AccessToken.objects.filter(token_family=family).delete()


def keep_token(row: Token, acting: Acting | None) -> Token:
    """Save a token, not its text, in the transaction of its exchange."""
    if acting is not None:
        _copy(acting, row)
    row.save(force_insert=True)
    return row


def _copy(acting: Acting, row: AuthorizationCode | AccessToken | RefreshToken) -> None:
    row.acting_grant = acting.grant
    row.spid_level = acting.spid_level
    row.authenticated_at = acting.authenticated_at


# --- the decision point ---------------------------------------------------------


def answer(
    actor: Actor, permission: Permission, questions: Sequence[Question], *, within: bool
) -> list[Answer]:
    """Ask the law for each question on `permission`: one transaction, its events, then answers.

    Each question leaves one event for each person whose data it asks (law 9).
    `within` says whether the person's token holds the permission: the law's yes is not enough.
    Raises `Unavailable` when the evidence cannot be written (law 9).
    """
    asking = _ANSWERING[permission]
    return asking(actor, permission=permission, questions=tuple(questions), within=within)


def _answered(
    actor: Actor, /, *, permission: Permission, questions: tuple[Question, ...], within: bool
) -> list[Answer]:
    where = territories({question.comune for question in questions}, actor)
    by_code = {territory.place.comune: territory for territory in where}
    answers = [
        _one(actor, permission, question, by_code[question.comune], within=within)
        for question in questions
    ]
    return _with_motives(questions, answers)


def _one(
    actor: Actor, permission: Permission, question: Question, where: Territory, *, within: bool
) -> Answer:
    why = Why(question.purpose, question.practice, subjects=len(question.interessati))
    decision, held, refusal = uuid4(), None, None
    try:
        held = require(actor, permission, on=where.nucleo(own=question.own), why=why)
        if not within:
            raise OutsideTheToken
    except Denied as no:
        held, refusal = None, no
    reasons = refusal.reasons if refusal else ()
    asked_with = next(iter(actor.held), None)
    for subject in _subjects(question):
        record(
            DecisionGiven(
                decision=decision,
                client=actor.client,
                person=actor.id,
                grant=held.grant if held else None,
                permission=permission.value,
                comune=question.comune,
                section=str(permission.section),
                subject=subject,
                own=question.own,
                allowed=refusal is None,
                reasons=reasons,
                purpose=question.purpose,
                practice=question.practice,
            ),
            by=actor,
            held=asked_with,
            outcome=REFUSED if refusal else 0,
        )
    sentence = refusal.sentence if refusal else ""
    return Answer(decision, refusal is None, reasons, sentence, law_version())


def _subjects(question: Question) -> tuple[str, ...]:
    """Return whom an event is about; the household itself when the module named nobody."""
    return question.interessati or (keyring().pseudonym(question.resource).hex(),)


def _with_motives(questions: Sequence[Question], answers: Sequence[Answer]) -> list[Answer]:
    """Add why the Comune is suspended, which its Amministratore writes for its operators alone."""
    comuni = [
        question.comune if SUSPENDED in answer.reasons and ELSEWHERE not in answer.reasons else ""
        for question, answer in zip(questions, answers, strict=True)
    ]
    rows = {comune: suspension_of(comune) for comune in set(comuni) if comune}
    motives = {comune: row.suspension_reason for comune, row in rows.items() if row}
    return [
        replace(answer, sentence=f"{answer.sentence} {_motive(motives[comune])}")
        if comune in motives
        else answer
        for comune, answer in zip(comuni, answers, strict=True)
    ]


def _motive(written: str) -> str:
    text = f"Motivo della sospensione: {written}"
    return text if text.endswith((".", "!", "?")) else f"{text}."


_ANSWERING = {
    permission: disclosure(needs=permission)(_answered) for permission in sorted(BENEFICIARY)
}


@entrance
def reject_questions(
    visitor: Visitor,
    /,
    *,
    client: Client,
    person: UUID | None,
    questions: Sequence[tuple[Question, str, str]],
) -> list[Answer]:
    """Answer no to questions that may not even be put to the law: (question, reason, sentence)."""
    by = client_actor(client, visitor)
    answers = []
    for question, reason, sentence in questions:
        decision = uuid4()
        for subject in _subjects(question):
            record(
                QuestionRejected(
                    decision=decision,
                    client=client.client_id,
                    reason=reason,
                    permission=question.action,
                    comune=question.comune,
                    subject=subject,
                    purpose=question.purpose,
                    practice=question.practice,
                    person=person,
                ),
                by=by,
                outcome=REFUSED,
            )
        answers.append(Answer(decision, False, (reason,), sentence, law_version()))
    return answers
