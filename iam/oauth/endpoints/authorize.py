# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The authorization endpoint: a person enters a module with one of their profiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from oauth2_provider.exceptions import OAuthToolkitError

from iam.accounts.actions import leave
from iam.accounts.sessions.opening import chosen_grant, close_session, session_facts
from iam.accounts.types import SessionFacts
from iam.enti.selectors import ambito_with, comune_with
from iam.kernel.actor import Actor, Visitor
from iam.kernel.law import STRANGER, sentence_of
from iam.kernel.places import Place
from iam.oauth.actions import issue_code, refuse_entry
from iam.oauth.authorization_server.core import core_with, validator_for
from iam.oauth.configuration import SCOPES
from iam.oauth.endpoints.answers import back_to_client, go, in_ascii, let_forms_reach, visitor_of
from iam.oauth.errors import (
    BadAuthorizationRequest,
    LevelTooLow,
    NothingToSee,
    ProfileNotHeld,
    RedirectMismatch,
    UnknownClient,
)
from iam.oauth.models import Client
from iam.oauth.rights.entitlement import Entitlement, Refusal, asked_permissions
from iam.oauth.selectors import Acting, client_with, entitlements, person_actor
from iam.roles.selectors import held_by, role_names

LEVEL_NEEDED = 2
CLOSED = {"convenzione", "abilitazione"}


@dataclass(frozen=True)
class Asked:
    """A validated authorization request."""

    client: Client
    redirect_uri: str
    scopes: tuple[str, ...]
    credentials: dict[str, Any]
    prompt: frozenset[str]
    max_age: int | None

    @property
    def state(self) -> str:
        return str(self.credentials.get("state") or "")

    def refused(self, error: str, description: str = "") -> str:
        """Return the client's address with an error in it."""
        return back_to_client(
            self.redirect_uri,
            error=error,
            error_description=in_ascii(description),
            state=self.state,
        )


class _SentBackError(Exception):
    """The client made an error that it must hear itself; the browser goes back to it."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


@never_cache
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponseBase:
    """Lead a person into a module, or say why not. A POST tells the profile that was chosen."""
    visitor = visitor_of(request)
    try:
        asked = _validated(request, visitor)
    except _SentBackError as error:
        return go(error.address)
    facts = session_facts(request)
    if facts is None or not request.user.is_authenticated or _again(asked, facts, visitor):
        return _to_login(request, asked, facts, visitor)
    return _enter(request, asked, facts, visitor)


# --- the request ------------------------------------------------------------------


def _validated(request: HttpRequest, visitor: Visitor) -> Asked:
    client = client_with(request.GET.get("client_id", ""))
    if client is None:
        raise UnknownClient
    redirect_uri = _redirect_uri(request, client)
    state = request.GET.get("state", "")
    try:
        core = core_with(validator_for(visitor))
        scopes, credentials = core.validate_authorization_request(request)
        prompt, max_age = _openid_wishes(request)
        _name_resources(request, client, credentials)
    except OAuthToolkitError as error:
        told = error.oauthlib_error
        if getattr(told, "redirect_uri", None) is None and told.error == "invalid_request":
            raise BadAuthorizationRequest(detail=in_ascii(str(told.description))) from error
        description = in_ascii(str(told.description or ""))
        address = back_to_client(
            redirect_uri, error=told.error, error_description=description, state=state
        )
        raise _SentBackError(address) from error
    except _WrongError as error:
        address = back_to_client(
            redirect_uri, error=error.error, error_description=error.description, state=state
        )
        raise _SentBackError(address) from error
    return Asked(client, redirect_uri, tuple(scopes), credentials, prompt, max_age)


class _WrongError(Exception):
    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error, self.description = error, description


def _redirect_uri(request: HttpRequest, client: Client) -> str:
    registered = client.redirect_uris.split()
    given = request.GET.get("redirect_uri") or (registered[0] if len(registered) == 1 else "")
    if not client.redirect_uri_allowed(given):
        raise RedirectMismatch(name=client.name, difference=_difference(given, registered))
    return given


def _difference(given: str, registered: Sequence[str]) -> str:
    """Say where `given` differs from the registered address that is most like it."""
    if not given:
        return "l'indirizzo manca"
    if not registered:
        return "il modulo non ha indirizzi registrati"
    parts = {"protocollo": 0, "server e porta": 1, "percorso": 2, "parametri": 3, "frammento": 4}
    came = urlsplit(given)
    differing: list[list[str]] = [
        [
            f"{name} ricevuto «{came[part]}», registrato «{urlsplit(known)[part]}»"
            for name, part in parts.items()
            if came[part] != urlsplit(known)[part]
        ]
        for known in registered
    ]
    return "; ".join(sorted(differing, key=len)[0]) or "l'indirizzo è scritto in modo diverso"


def _openid_wishes(request: HttpRequest) -> tuple[frozenset[str], int | None]:
    prompt = frozenset(request.GET.get("prompt", "").split())
    given = request.GET.get("max_age")
    if given is not None and not (given.isascii() and given.isdigit()):
        raise _WrongError("invalid_request", "max_age must be a number of seconds")
    if "request" in request.GET or "request_uri" in request.GET:
        raise _WrongError("request_not_supported", "request objects are not supported")
    return prompt, int(given) if given is not None else None


def _name_resources(request: HttpRequest, client: Client, credentials: dict[str, Any]) -> None:
    """RFC 8707: a client names only resources among its audiences."""
    asked = request.GET.getlist("resource")
    if not set(asked) <= set(client.audiences):
        raise _WrongError("invalid_target", "The client has no such resource among its audiences.")
    credentials["resource"] = asked


# --- the person -------------------------------------------------------------------


def _again(asked: Asked, facts: SessionFacts, visitor: Visitor) -> bool:
    """Whether the client wants a fresh log-in. A POST answers a page shown after it."""
    if "login" in asked.prompt:
        return True
    if asked.max_age is None:
        return False
    return (visitor.at - facts.entered_at).total_seconds() > asked.max_age


def _to_login(
    request: HttpRequest, asked: Asked, facts: SessionFacts | None, visitor: Visitor
) -> HttpResponseBase:
    if "none" in asked.prompt:
        return go(asked.refused("login_required"))
    if facts is not None:
        leave(visitor, person=facts.person)
        close_session(request)
    query = request.GET.copy()
    query.pop("prompt", None)
    query.pop("max_age", None)
    back = f"{reverse('oauth:resume')}?{query.urlencode()}"
    return redirect(f"{settings.LOGIN_URL}?{urlencode({'prossima': back})}")


@never_cache
@require_safe
def resume(request: HttpRequest) -> HttpResponse:
    """Take up the request again after the log-in, from a page of ours.

    The identity provider sends the browser here by a form. If the answers were redirects all the
    way to the module, the provider's own content security policy would have to allow the module:
    browsers apply form-action to every redirect of the chain.
    """
    address = f"{reverse('oauth:authorize')}?{request.GET.urlencode()}"
    client = client_with(request.GET.get("client_id", ""))
    response = render(request, "oauth/riprendi.html", {"client": client, "address": address})
    response["Refresh"] = f"0; url={address}"
    return response


def _enter(
    request: HttpRequest, asked: Asked, facts: SessionFacts, visitor: Visitor
) -> HttpResponseBase:
    acting = Acting(None, facts.level, facts.entered_at)
    actor = person_actor(
        facts.person,
        acting,
        held_by(facts.person, visitor.on),
        client=asked.client,
        visitor=visitor,
    )
    if facts.level < LEVEL_NEEDED:
        return _refuse(
            request, asked, actor, visitor, LevelTooLow(name=asked.client.name), ("livello-spid",)
        )
    if not asked_permissions(asked.scopes):
        return _issued(request, asked, actor, acting, None, visitor)
    found = entitlements(actor, asked.client, asked.scopes, visitor)
    usable = [one for one in found if one.scopes]
    if not usable:
        return _nothing(request, asked, actor, found, visitor)
    return _with_profile(request, asked, actor, acting, usable, visitor)


def _with_profile(
    request: HttpRequest,
    asked: Asked,
    actor: Actor,
    acting: Acting,
    usable: list[Entitlement],
    visitor: Visitor,
) -> HttpResponseBase:
    by_grant: dict[UUID | None, Entitlement] = {one.held.grant: one for one in usable}
    if request.method == "POST":
        if "annulla" in request.POST:
            return go(asked.refused("access_denied", "La persona ha annullato."))
        chosen = by_grant.get(_uuid(request.POST.get("profilo", "")))
        if chosen is None:
            raise ProfileNotHeld(name=asked.client.name)
        return _issued(request, asked, actor, acting, chosen, visitor)
    preferred = by_grant.get(chosen_grant(request))
    if asked.client.skip_authorization and (len(usable) == 1 or preferred):
        return _issued(request, asked, actor, acting, preferred or usable[0], visitor)
    if "none" in asked.prompt:
        return go(asked.refused("interaction_required"))
    return let_forms_reach(_choice(request, asked, usable, visitor), asked.redirect_uri)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _issued(
    request: HttpRequest,
    asked: Asked,
    actor: Actor,
    acting: Acting,
    found: Entitlement | None,
    visitor: Visitor,
) -> HttpResponseBase:
    acting = Acting(found.held.grant if found else None, acting.spid_level, acting.authenticated_at)
    address = issue_code(
        visitor,
        actor=actor,
        acting=acting,
        found=found,
        scopes=asked.scopes,
        credentials=asked.credentials,
        request=request,
    )
    return let_forms_reach(go(address), asked.redirect_uri)


# --- pages ------------------------------------------------------------------------


def _choice(
    request: HttpRequest, asked: Asked, usable: list[Entitlement], visitor: Visitor
) -> HttpResponse:
    names = role_names(on=visitor.on)
    profiles = [
        {
            "grant": one.held.grant,
            "role": names.get(one.held.role, one.held.role),
            "place": place_named(one.held.place),
            "may": [SCOPES[permission.value] for permission in sorted(one.scopes)],
        }
        for one in usable
    ]
    return render(
        request, "oauth/scegli_profilo.html", {"client": asked.client, "profiles": profiles}
    )


def _nothing(
    request: HttpRequest, asked: Asked, actor: Actor, found: list[Entitlement], visitor: Visitor
) -> HttpResponse:
    refusals = [refusal for one in found for refusal in one.refusals]
    nearest = min(refusals, key=lambda refusal: len(refusal.decision.reasons), default=None)
    reasons = nearest.decision.reasons if nearest else (STRANGER,)
    why = _why(nearest) if nearest else sentence_of(STRANGER)
    comune = nearest.territory.place.comune if nearest else None
    refusal = NothingToSee(name=asked.client.name, why=why)
    return _refuse(request, asked, actor, visitor, refusal, reasons, comune=comune or None)


def _why(refusal: Refusal) -> str:
    """Tell what the person lacks; a closed Comune matters only if nothing else does."""
    reasons, place = set(refusal.decision.reasons), refusal.territory.place
    if place.comune and reasons <= CLOSED:
        name = place_named(place)
        return f"Il {name} non è ancora abilitato. {refusal.decision.sentence}"
    of_the_person = [reason for reason in refusal.decision.reasons if reason not in CLOSED]
    return " ".join(sentence_of(reason) for reason in of_the_person)


def place_named(place: Place) -> str:
    """Return the place in words."""
    if place.comune:
        return f"Comune di {comune_with(place.comune)}"
    if place.ambito:
        return str(ambito_with(place.ambito))
    return "Italia"


def _refuse(
    request: HttpRequest,
    asked: Asked,
    actor: Actor,
    visitor: Visitor,
    refusal: NothingToSee | LevelTooLow,
    reasons: Sequence[str],
    *,
    comune: str | None = None,
) -> HttpResponse:
    refuse_entry(
        visitor,
        actor=actor,
        client=asked.client,
        asked=[permission.value for permission in asked_permissions(asked.scopes)],
        reasons=reasons,
        comune=comune,
    )
    back = asked.refused("access_denied", refusal.sentence)
    if "none" in asked.prompt:
        return go(back)
    told = {"client": asked.client, "refusal": refusal, "back": back, "reasons": reasons}
    return render(request, "oauth/non_puoi_entrare.html", told, status=refusal.status)
