# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sending people to their identity provider, and letting them in when they come back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

import structlog
from django.db import transaction
from lxml import etree

from iam.accounts.actions import welcome, welcome_from_abroad
from iam.accounts.selectors import is_foreign
from iam.accounts.types import VerifiedIdentity
from iam.audit.guard import entrance, record
from iam.kernel.actor import Visitor
from iam.kernel.errors import DomainError
from iam.kernel.keyring import keyring
from iam.saml.errors import (
    AlreadyUsed,
    AnotherBrowser,
    LogoutRefused,
    MessageTooLarge,
    OurFault,
    ProviderUnknown,
    RequestExpired,
    ResponseRefused,
    Unsolicited,
)
from iam.saml.events import (
    LoginRefused,
    LoginStarted,
    LoginSucceeded,
    LoginWaiting,
    LogoutAnswered,
    LogoutRequested,
    LogoutStarted,
    ProviderLoaded,
    ProviderRemoved,
    ServiceFaulted,
)
from iam.saml.federation.certificate import signing_key
from iam.saml.federation.service import ServiceProvider
from iam.saml.messages.authn_request import NewRequest, signed_authn_request
from iam.saml.messages.common import PostForm, new_id
from iam.saml.messages.logout import (
    LogoutAsked,
    logout_request,
    read_logout_request,
    signed_logout_response,
)
from iam.saml.metadata.identity_provider import ProviderMetadata
from iam.saml.models import AuthnRequest, IdentityProvider
from iam.saml.register.keeping import keep, new_reference
from iam.saml.registry.types import Origin
from iam.saml.response.verification import verify
from iam.saml.selectors import provider_with
from iam.saml.signing.redirect import signed_query, verified_query
from iam.saml.signing.verifying import check_identifiers, verified
from iam.saml.types import Answered, Asked, Comparison, Scheme
from iam.saml.xml.names import samlp
from iam.saml.xml.reading import decoded, inflated, parsed
from iam.saml.xml.schema import check_schema

logger = structlog.get_logger(__name__)

REQUEST_LIFETIME = timedelta(minutes=20)
"""How long a person may take at her provider; providers give up after about ten minutes."""

NOT_LINKED = "eidas-da-collegare"
"""The outcome, in the register of log-ins, of an identity that waits."""

FORGET_AFTER = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """Where the browser goes next: a form to send, or an address to follow."""

    form: PostForm | None
    address: str
    provider: IdentityProvider


@dataclass(frozen=True, kw_only=True)
class Entered:
    """An answer was accepted. `session` is the key of the session in which the log-in began."""

    person: Any  # accounts.Person: its module is private to its room
    identity: VerifiedIdentity
    next_page: str
    session: str


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An identity of another State was recognised, and is linked to nobody: it opens nothing.

    `reference` is what its owner tells, so that a Super Utente finds it.
    """

    reference: str
    given_name: str


@dataclass(frozen=True, kw_only=True)
class Refused:
    """An answer was not accepted; `reference` is what the person tells the assistance."""

    refusal: DomainError
    reference: str
    provider: str = ""

    @property
    def headline(self) -> str:
        if isinstance(self.refusal, ResponseRefused):
            return self.refusal.headline
        return "Non puoi entrare"


@entrance
def send_to_provider(
    visitor: Visitor,
    /,
    *,
    us: ServiceProvider,
    entity_id: str,
    browser: bytes,
    session: str = "",
    next_page: str = "",
    level: int | None = None,
) -> Sent:
    """Write down a new request and return how the browser carries it to the provider.

    `browser` is the SHA-256 of its cookie; `level` is ours unless a higher one is needed.
    Raises `ProviderUnknown`.
    """
    provider = provider_with(entity_id, scheme=us.scheme)
    if provider is None:
        raise ProviderUnknown()
    _forget_old_requests(visitor)
    key = signing_key(us)
    asked = NewRequest(
        id=new_id(),
        destination=provider.sso_post or provider.sso_redirect,
        level=max(level or us.level, us.level),
        comparison=us.comparison,
        at=visitor.at,
    )
    document = signed_authn_request(asked, provider=us, key=key)
    AuthnRequest(
        id=asked.id,
        scheme=us.scheme.value,
        provider=provider,
        level=asked.level,
        comparison=asked.comparison.value,
        address=us.acs_url,
        attribute_set=us.attribute_set.index,
        purpose=us.purpose,
        next_page=next_page,
        browser=browser,
        session=session,
        document_sealed=keyring().encrypt(document, about=asked.id.encode()),
        issued_at=visitor.at,
        expires_at=visitor.at + REQUEST_LIFETIME,
    ).save(force_insert=True)
    record(
        LoginStarted(
            scheme=us.scheme.value, provider=provider.entity_id, request=asked.id, level=asked.level
        ),
        by=visitor,
    )
    relay_state = new_id()
    if provider.sso_post:
        form = PostForm(
            action=provider.sso_post,
            field="SAMLRequest",
            document=document,
            relay_state=relay_state,
        )
        return Sent(form=form, address="", provider=provider)
    query = signed_query("SAMLRequest", document, relay_state=relay_state, key=key)
    return Sent(form=None, address=_with_query(provider.sso_redirect, query), provider=provider)


def _with_query(address: str, query: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{query}"


def _forget_old_requests(visitor: Visitor) -> None:
    """A request nobody answered says nothing after a day; the register keeps the answered ones."""
    AuthnRequest.objects.filter(expires_at__lt=visitor.at - FORGET_AFTER).delete()


@entrance
def receive_response(
    visitor: Visitor, /, *, us: ServiceProvider, field: str | None, browser: bytes
) -> Entered | Waiting | Refused:
    """Verify the answer in a form field and let the person in; a refusal is an outcome, on record.

    An identity of another State lets in the person to whom it was linked, or waits.

    The request it answers is consumed by the first answer that its own browser brings, good
    or bad; one from elsewhere leaves it as it is. No `field` means a body too large to be read.
    """
    reference = new_reference()
    request: AuthnRequest | None = None
    document = b""
    root: etree._Element | None = None
    try:
        if field is None:
            raise MessageTooLarge()
        document = decoded(field)
        root = parsed(document)
        request = _consumed(root, us=us, browser=browser, visitor=visitor)
        answered = verify(root, _asked(request, us), now=visitor.at)
    except ResponseRefused as refusal:
        _record_refusal(
            visitor, us, refusal, reference=reference, request=request, root=root, document=document
        )
        name = request.provider.name if request else ""
        return Refused(refusal=refusal, reference=reference, provider=name)
    identity = _identity(answered, request)
    try:
        with transaction.atomic():
            arrived = (
                welcome_from_abroad(visitor, identity=identity, reference=reference)
                if us.scheme is Scheme.EIDAS
                else welcome(visitor, identity=identity)
            )
    except DomainError as refusal:
        _record_refusal(
            visitor, us, refusal, reference=reference, request=request, root=root, document=document
        )
        return Refused(refusal=refusal, reference=reference)
    waits = is_foreign(arrived)
    kept = keep(
        visitor,
        reference=reference,
        request=request,
        response=document,
        response_id=answered.response_id,
        assertion_id=answered.assertion_id,
        outcome=NOT_LINKED if waits else "",
        person=None if waits else arrived.pk,
    )
    told: dict[str, Any] = {
        "scheme": us.scheme.value,
        "provider": request.provider.entity_id,
        "request": request.pk,
        "record": reference,
        "digest": bytes(kept.digest).hex(),
        "level": answered.level,
    }
    if is_foreign(arrived):
        record(LoginWaiting(identity=arrived.pk, **told), by=visitor)
        return Waiting(reference=arrived.reference, given_name=identity.given_name)
    record(LoginSucceeded(person=arrived.pk, **told), by=visitor)
    return Entered(
        person=arrived,
        identity=identity,
        next_page=request.next_page,
        session=request.session,
    )


def _consumed(
    root: etree._Element, *, us: ServiceProvider, browser: bytes, visitor: Visitor
) -> AuthnRequest:
    """Take the request that `root` answers, once: of two answers at once, one finds it gone."""
    wanted = root.get("InResponseTo") or ""
    if root.tag != samlp("Response") or not wanted or "\0" in wanted:
        raise Unsolicited()
    mine = AuthnRequest.objects.filter(pk=wanted, scheme=us.scheme.value)
    taken = mine.filter(
        browser=browser, consumed_at__isnull=True, expires_at__gt=visitor.at
    ).update(consumed_at=visitor.at)
    request = mine.select_related("provider").first()
    if request is None:
        raise Unsolicited()
    if bytes(request.browser) != browser:
        raise AnotherBrowser()
    if not taken and request.consumed_at is not None:
        raise AlreadyUsed()
    if not taken:
        raise RequestExpired()
    return request


def _asked(request: AuthnRequest, us: ServiceProvider) -> Asked:
    return Asked(
        scheme=us.scheme,
        request_id=request.pk,
        issued_at=request.issued_at,
        address=request.address,
        service_provider=us.entity_id,
        identity_provider=request.provider.entity_id,
        certificates=tuple(bytes(c) for c in request.provider.certificates),
        level=request.level,
        comparison=Comparison(request.comparison),
        required_attributes=us.required_attributes,
    )


def _identity(answered: Answered, request: AuthnRequest) -> VerifiedIdentity:
    said = answered.attributes
    return VerifiedIdentity(
        codice_fiscale=answered.codice_fiscale,
        given_name=said["name"],
        family_name=said["familyName"],
        email=said.get("email", ""),
        scheme=Scheme(request.scheme).value,
        idp=request.provider.entity_id,
        level=answered.level,
        spid_code=said.get("spidCode", ""),
        session_index=answered.session_index,
        name_id=answered.name_id,
        birth_date=said.get("dateOfBirth", ""),
    )


def _record_refusal(
    visitor: Visitor,
    us: ServiceProvider,
    refusal: DomainError,
    *,
    reference: str,
    request: AuthnRequest | None,
    root: etree._Element | None,
    document: bytes,
) -> None:
    """Leave evidence; the messages are kept only if they answer a request of ours."""
    digest = None
    if request is not None:
        kept = keep(
            visitor,
            reference=reference,
            request=request,
            response=document,
            response_id="" if root is None else root.get("ID") or "",
            outcome=refusal.code,
        )
        digest = bytes(kept.digest).hex()
    record(
        LoginRefused(
            scheme=us.scheme.value,
            reason=refusal.code,
            record=reference,
            provider=request.provider.entity_id if request else None,
            request=request.pk if request else None,
            digest=digest,
        ),
        by=visitor,
        outcome=1,
    )
    if isinstance(refusal, OurFault) and request is not None:
        number = int(str(refusal.facts["number"]))
        logger.error(
            "saml.service.faulted",
            provider=request.provider.entity_id,
            number=number,
            reference=reference,
        )
        record(
            ServiceFaulted(provider=request.provider.entity_id, number=number, record=reference),
            by=visitor,
            outcome=2,
        )


@entrance
def accept_logout(
    visitor: Visitor, /, *, us: ServiceProvider, field: str, query: str
) -> LogoutAsked:
    """Return the verified request of a provider to send a person away.

    `query` is the raw query string of the Redirect binding, empty for POST, and then the
    signature is inside the message. Raises `LogoutRefused`.
    """
    asked, provider = _verified_logout(us, field=field, query=query)
    if not asked.is_fresh(at=visitor.at):
        raise LogoutRefused()
    record(LogoutRequested(provider=provider.entity_id), by=visitor)
    return asked


@entrance
def answer_logout(
    visitor: Visitor, /, *, us: ServiceProvider, entity_id: str, request_id: str, here: bool
) -> PostForm:
    """Tell a provider that the person is gone, `here` or not. Raises `LogoutRefused`."""
    provider = provider_with(entity_id, scheme=us.scheme)
    if provider is None:
        raise LogoutRefused()
    destination = provider.slo_response or provider.slo_post or provider.slo_redirect
    record(LogoutAnswered(provider=provider.entity_id, here=here), by=visitor)
    return PostForm(
        action=destination,
        field="SAMLResponse",
        document=signed_logout_response(
            in_response_to=request_id,
            destination=destination,
            provider=us,
            key=signing_key(us),
            at=visitor.at,
        ),
    )


@entrance
def start_logout(
    visitor: Visitor, /, *, us: ServiceProvider, entity_id: str, name_id: str, session_index: str
) -> str:
    """Return the address where a person who left here leaves her provider as well.

    Nobody waits for an answer: CIE gives none. Raises `LogoutRefused`.
    Source: CIE, single logout ("simple logout").
    """
    provider = provider_with(entity_id, scheme=us.scheme)
    if provider is None or not provider.slo_redirect:
        raise LogoutRefused()
    request = logout_request(
        destination=provider.slo_redirect,
        provider=us,
        name_id=name_id,
        name_qualifier=provider.entity_id,
        session_index=session_index,
        at=visitor.at,
    )
    record(LogoutStarted(provider=provider.entity_id), by=visitor)
    query = signed_query("SAMLRequest", request, relay_state=new_id(), key=signing_key(us))
    return _with_query(provider.slo_redirect, query)


def _verified_logout(
    us: ServiceProvider, *, field: str, query: str
) -> tuple[LogoutAsked, IdentityProvider]:
    """Return what a provider of ours asks, once its signature was checked."""
    try:
        document = inflated(decoded(field)) if query else decoded(field)
        root = parsed(document)
        check_identifiers(root)
        asked = read_logout_request(root)
        provider = provider_with(asked.issuer, scheme=us.scheme) if asked else None
        if provider is None:
            raise LogoutRefused()
        certificates = [bytes(certificate) for certificate in provider.certificates]
        if query:
            signed_field, _ = verified_query("SAMLRequest", query, certificates=certificates)
            root = parsed(inflated(decoded(signed_field)))
        else:
            check_schema(root, kind="protocol")
            root = verified(root, certificates)
    except ResponseRefused as refusal:
        raise LogoutRefused() from refusal
    asked = read_logout_request(root)
    if asked is None or asked.issuer != provider.entity_id or asked.destination != us.slo_url:
        raise LogoutRefused()
    return asked, provider


@entrance
def load_provider(
    visitor: Visitor, /, *, metadata: ProviderMetadata, scheme: Scheme = Scheme.SPID
) -> IdentityProvider:
    """Take over the metadata of a provider, new or known, from a folder of ours."""
    facts = {
        "origin": Origin.FOLDER.value,
        "name": metadata.organisation,
        "certificates": list(metadata.certificates),
        "sso_post": metadata.sso_post,
        "sso_redirect": metadata.sso_redirect,
        "slo_post": metadata.slo_post,
        "slo_redirect": metadata.slo_redirect,
        "slo_response": metadata.slo_response,
        "metadata": metadata.document,
        "loaded_at": visitor.at,
    }
    provider, _ = IdentityProvider.objects.update_or_create(
        scheme=scheme.value, entity_id=metadata.entity_id, defaults=facts
    )
    record(
        ProviderLoaded(
            scheme=scheme.value,
            provider=metadata.entity_id,
            digest=sha256(metadata.document).hexdigest(),
            certificates=len(metadata.certificates),
        ),
        by=visitor,
    )
    return provider


@entrance
def remove_provider(visitor: Visitor, /, *, entity_id: str, scheme: Scheme = Scheme.SPID) -> None:
    """Stop offering a provider; requests on their way to it can no longer be answered."""
    provider = provider_with(entity_id, scheme=scheme)
    if provider is None:
        raise ProviderUnknown()
    provider.delete()
    record(ProviderRemoved(scheme=scheme.value, provider=entity_id), by=visitor)
