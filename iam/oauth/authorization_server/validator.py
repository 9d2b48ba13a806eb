# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The hooks of django-oauth-toolkit where our rules enter the protocol.

One validator lives as long as one request: it carries the instant, read once at the edge.
"""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any
from uuid import UUID, uuid4

from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.oauth2.rfc6749 import errors

from iam.kernel.actor import Visitor
from iam.oauth import actions
from iam.oauth.clients.assertion import ASSERTION_TYPE, BadAssertionError, claimed_client, verify
from iam.oauth.configuration import (
    ACCESS_TOKEN_SECONDS,
    ID_TOKEN_SECONDS,
    IDENTITY_SCOPES,
    REFRESH_TOKEN_SECONDS,
)
from iam.oauth.models import AccessToken, Client, RefreshToken
from iam.oauth.rights.entitlement import Entitlement
from iam.oauth.selectors import Acting, entitlement_now, issuer, token_endpoint
from iam.oauth.tokens.claims import ACCESS, IDENTITY, SPID_LEVEL, Bearer, access_claims
from iam.oauth.tokens.signing import sign

log = logging.getLogger(__name__)

BASIC, POST = Client.CLIENT_SECRET_BASIC, Client.CLIENT_SECRET_POST


class Validator(OAuth2Validator):  # type: ignore[misc]  # the toolkit has no types
    def __init__(self, visitor: Visitor) -> None:
        super().__init__()
        self.visitor = visitor
        self.seen: Any = None  # the request of the protocol, for the event

    # --- who the client is --------------------------------------------------

    def client_authentication_required(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        return True

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Accept only the one method that the client registered: RFC 9700, 2.5."""
        self.seen = request
        if getattr(request, "client_assertion", None):
            known = self._authenticate_assertion(request)
        elif self._extract_basic_auth(request):
            known = self._authenticate_basic_auth(request) and self._registered(request, BASIC)
        else:
            known = self._authenticate_request_body(request) and self._registered(request, POST)
        if known:
            request.client_id = request.client.client_id
            request.authenticated = True
        return bool(known)

    def authenticate_client_id(
        self, client_id: str, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """No client is public here."""
        return False

    def _registered(self, request: Any, method: str) -> bool:
        return bool(request.client.token_endpoint_auth_method == method)

    def _authenticate_assertion(self, request: Any) -> bool:
        if getattr(request, "client_assertion_type", None) != ASSERTION_TYPE:
            return False
        try:
            return self._proved(request)
        except BadAssertionError as reason:
            log.info("oauth.assertion.refused", extra={"reason": str(reason)})
            raise errors.InvalidClientError(description=str(reason), request=request) from reason

    def _proved(self, request: Any) -> bool:
        client_id = claimed_client(request.client_assertion)
        if request.client_id not in (None, client_id):
            raise BadAssertionError("client_id is not the sub of the assertion")
        client = self._load_application(client_id, request)
        if client is None or not self._registered(request, Client.PRIVATE_KEY_JWT):
            return False
        proof = verify(
            request.client_assertion,
            client_id=client_id,
            keys=client.client_jwks["keys"],
            audiences={issuer(), token_endpoint()},
            now=self.visitor.at,
        )
        if not actions.spend_assertion(client, jti=proof.jti, expires=proof.expires):
            raise BadAssertionError("this jti was used already")
        return True

    # --- what may be asked --------------------------------------------------

    def validate_redirect_uri(
        self, client_id: str, redirect_uri: str, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        return bool(request.client.redirect_uri_allowed(redirect_uri))

    def validate_silent_login(self, request: Any) -> bool:
        """prompt=none is decided by the authorization page, which knows the browser."""
        return True

    def validate_silent_authorization(self, request: Any) -> bool:
        return True

    def _check_and_set_request_resource(self, request: Any) -> None:
        """Name the audience: what was asked, if the client may; else its first. RFC 8707, 2."""
        if getattr(request, "audience_named", False):
            return
        super()._check_and_set_request_resource(request)
        machine = request.grant_type == "client_credentials"
        allowed = [issuer()] if machine else list(request.client.audiences)
        asked = request.resource or allowed[:1]
        if not asked or not set(asked) <= set(allowed):
            raise errors.CustomOAuth2Error(
                error="invalid_target",
                description="The client has no such resource among its audiences.",
                request=request,
            )
        request.resource = asked
        request.audience_named = True

    # --- codes ----------------------------------------------------------------

    def _create_authorization_code(self, request: Any, code: Any, expires: Any = None) -> Any:
        row = super()._create_authorization_code(request, code, expires)
        actions.mark_acting(row, request.acting)
        return row

    def validate_code(
        self, client_id: str, code: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Lock the code until the answer is written: of two exchanges the second finds it used.

        A second use revokes what the first obtained: RFC 9700, 4.5.
        """
        row = actions.locked_code(code, client)
        if row is None or row.expires <= self.visitor.at:
            return False
        if row.consumed_at is not None:
            actions.close_family(row.token_family)
            request.replayed = True
            return False
        request.user, request.code_row = row.user, row
        request.nonce = row.nonce or None
        request.claims = json.loads(row.claims or "{}")
        request.token_family = row.token_family
        return self._entitle(request, Acting.of(row), row.scope.split())

    def invalidate_authorization_code(
        self, client_id: str, code: str, request: Any, *args: Any, **kwargs: Any
    ) -> None:
        actions.consume_code(request.code_row, at=self.visitor.at)

    # --- refresh --------------------------------------------------------------

    def validate_refresh_token(
        self, refresh_token: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        if not super().validate_refresh_token(refresh_token, client, request):
            return False
        row = request.refresh_token_instance
        acting = Acting.of(row)
        request.token_family = row.token_family
        return self._is_fresh(acting) and self._entitle(request, acting, row.scope.split())

    def _is_fresh(self, acting: Acting) -> bool:
        """However often renewed, a session in a module ends a working day after the log-in."""
        if acting.authenticated_at is None:
            return False
        return self.visitor.at - acting.authenticated_at < timedelta(seconds=REFRESH_TOKEN_SECONDS)

    def get_original_scopes(
        self, refresh_token: str, request: Any, *args: Any, **kwargs: Any
    ) -> str:
        """What was authorised, less what the person has lost since."""
        return " ".join(request.scopes)

    def _entitle(self, request: Any, acting: Acting, scopes: list[str]) -> bool:
        """Ask the law again, now. False when a token was for beneficiary data and none is left."""
        found = entitlement_now(self.visitor, request.user.pk, acting, request.client, scopes)
        request.acting, request.entitlement = acting, found
        request.authorised_scope = " ".join(scopes)
        if found is None:
            request.scopes = [s for s in scopes if s in request.client.allowed_scopes]
            return acting.grant is None and request.user.is_active
        data = {permission.value for permission in found.scopes}
        identity = set(request.client.allowed_scopes) & set(IDENTITY_SCOPES)
        request.scopes = [s for s in scopes if s in data or s in identity]
        return bool(data) and request.user.is_active

    # --- tokens ---------------------------------------------------------------

    def access_token(self, request: Any) -> str:
        """Return the signed access token. Called before the row is saved."""
        self._check_and_set_request_resource(request)
        request.jti = uuid4()
        claims = access_claims(
            self._bearer(request),
            issuer=issuer(),
            audience=request.resource,
            scopes=request.scopes,
            jti=request.jti,
            at=self.visitor.at,
            seconds=ACCESS_TOKEN_SECONDS,
        )
        return sign(claims, kind=ACCESS)

    def refresh_token(self, request: Any) -> str:
        """Return 256 random bits; only their digest is kept."""
        return token_urlsafe(32)

    def _bearer(self, request: Any) -> Bearer:
        client = request.client.client_id
        if request.grant_type == "client_credentials":
            return Bearer(sub=client, client=client)
        found: Entitlement | None = request.entitlement
        return Bearer(
            sub=str(request.user.pk),
            client=client,
            held=found.held if found else None,
            territory=found.territory if found else (),
            spid_level=request.acting.spid_level,
            authenticated_at=request.acting.authenticated_at,
        )

    def _create_access_token(
        self, expires: Any, request: Any, token: Any, source_refresh_token: Any = None
    ) -> Any:
        row = AccessToken(
            user=request.user,
            application=request.client,
            scope=token["scope"],
            expires=self.visitor.at + timedelta(seconds=ACCESS_TOKEN_SECONDS),
            source_refresh_token=source_refresh_token,
            resource=request.resource,
            jti=request.jti,
            token_family=getattr(request, "token_family", None),
        )
        found: Entitlement | None = getattr(request, "entitlement", None)
        row.territory = list(found.territory) if found else []
        self._set_token_value(row, token["access_token"])
        return actions.keep_token(row, getattr(request, "acting", None))

    def _create_refresh_token(
        self, request: Any, refresh_token_code: str, access_token: Any, previous: Any
    ) -> Any:
        family: UUID = previous.token_family if previous else request.token_family
        row = RefreshToken(
            user=request.user,
            application=request.client,
            access_token=access_token,
            token_family=family,
            resource=request.resource,
            scope=request.authorised_scope,
        )
        self._set_token_value(row, refresh_token_code)
        return actions.keep_token(row, request.acting)

    # --- identity -------------------------------------------------------------

    def finalize_id_token(
        self, id_token: dict[str, Any], token: Any, token_handler: Any, request: Any
    ) -> str:
        """Sign who logged in. Claims on rights stay in the access token."""
        issued = int(self.visitor.at.timestamp())
        id_token |= {
            "iss": issuer(),
            "sub": str(request.user.pk),
            "iat": issued,
            "exp": issued + ID_TOKEN_SECONDS,
            "jti": str(uuid4()),
        }
        if request.acting.authenticated_at is not None:
            id_token["auth_time"] = int(request.acting.authenticated_at.timestamp())
            id_token["acr"] = SPID_LEVEL.format(level=request.acting.spid_level)
        if request.nonce:
            id_token["nonce"] = request.nonce
        if "profile" in request.scopes:
            id_token["name"] = request.user.full_name
            id_token["given_name"] = request.user.given_name
            id_token["family_name"] = request.user.family_name
        return sign(id_token, kind=IDENTITY)
