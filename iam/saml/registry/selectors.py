# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the registry tells: to who watches the service, and to who decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography import x509
from django.db.models import QuerySet

from iam.kernel.actor import Actor
from iam.kernel.errors import NotFound
from iam.kernel.law import allows
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL
from iam.saml.federation.certificate import published_certificates
from iam.saml.federation.service import service_provider
from iam.saml.metadata.identity_provider import ProviderMetadata, read_provider_metadata
from iam.saml.models import (
    IdentityProvider,
    RegistryChange,
    RegistryState,
    TrustedSigner,
)
from iam.saml.registry.comparing import hosts_of
from iam.saml.registry.signers import fingerprint
from iam.saml.registry.sources import sources
from iam.saml.registry.types import NEAR_EXPIRY, OUR_NEAR_EXPIRY, STALE_AFTER, Health
from iam.saml.types import Scheme


@dataclass(frozen=True, kw_only=True)
class Key:
    """A signing certificate: its fingerprint (hexadecimal), its last instant, and what of it."""

    fingerprint: str
    until: datetime
    name: str = ""
    new: bool = False
    gone: bool = False


@dataclass(frozen=True, kw_only=True)
class ProviderShown:
    """A provider as who decides sees it. `expiring`: none of its keys lasts much longer."""

    entity_id: str
    name: str
    scheme: Scheme
    origin: str
    sites: tuple[str, ...]
    keys: tuple[Key, ...]
    expiring: bool = False
    expired: bool = False


@dataclass(frozen=True, kw_only=True)
class ChangeShown:
    """A change with what it would replace; `before` and `after` are None where there is none."""

    row: RegistryChange
    before: ProviderShown | None
    after: ProviderShown | None
    signer: Key | None


def metadata_of(row: IdentityProvider) -> ProviderMetadata:
    """Return what is in force of a provider, in the words of its metadata."""
    return ProviderMetadata(
        entity_id=row.entity_id,
        organisation=row.name,
        certificates=tuple(bytes(certificate) for certificate in row.certificates),
        sso_post=row.sso_post,
        sso_redirect=row.sso_redirect,
        slo_post=row.slo_post,
        slo_redirect=row.slo_redirect,
        slo_response=row.slo_response,
        document=bytes(row.metadata),
    )


def trusted_signers(scheme: Scheme) -> tuple[bytes, ...]:
    """Return the certificates (DER) that persons trusted beside those of the settings."""
    rows = TrustedSigner.objects.filter(scheme=scheme.value).values_list("certificate", flat=True)
    return tuple(bytes(certificate) for certificate in rows)


def due(scheme: Scheme, *, at: datetime, every: float, after_fault: float) -> bool:
    """Whether it is time to look again: seconds since the last try, fewer after a failure."""
    state = RegistryState.objects.filter(pk=scheme.value).first()
    if state is None or state.tried_at is None:
        return True
    passed = (at - state.tried_at).total_seconds()
    return passed >= (after_fault if state.fault else every)


def registry_health(*, at: datetime) -> list[Health]:
    """Return how each registry of the settings stands at `at` (UTC)."""
    states = {state.scheme: state for state in RegistryState.objects.all()}
    found = []
    for source in sources():
        state = states.get(source.scheme.value, RegistryState(scheme=source.scheme.value))
        signer = bytes(state.signer) if state.signer else b""
        found.append(
            Health(
                scheme=source.scheme,
                url=source.url,
                checked_at=state.checked_at,
                tried_at=state.tried_at,
                fault=state.fault,
                stale=state.checked_at is None or at - state.checked_at > STALE_AFTER,
                signer=fingerprint(signer) if signer else "",
                signer_until=_until(signer) if signer else None,
                unreadable=source.unreadable,
                unusable=state.unusable,
            )
        )
    return found


def registry_warnings(*, at: datetime) -> tuple[str, ...]:
    """Return the codes of what who watches the service must know, none when all is well."""
    return tuple(_warnings(at))


def our_certificate_until(*, at: datetime) -> datetime | None:
    """Return when the last of our certificates ends, if it is near; None if it is not."""
    try:
        last = max(_until(one) for one in published_certificates(service_provider()))
    except (OSError, ValueError):
        return None  # there is none yet, or the start-up checks say what is wrong with it
    return last if last <= at + OUR_NEAR_EXPIRY else None


def _warnings(at: datetime) -> Iterator[str]:
    if our_certificate_until(at=at) is not None:
        yield "nostro-certificato-in-scadenza"
    health = registry_health(at=at)
    for one in health:
        if one.stale:
            yield f"registro-{one.scheme}-fermo"
        if one.unreadable:
            yield f"registro-{one.scheme}-certificato-illeggibile"
        if one.signer_until is not None and one.signer_until <= at + NEAR_EXPIRY:
            yield f"registro-{one.scheme}-firmatario-in-scadenza"
    if not health:
        return
    if RegistryChange.objects.filter(decision="", withdrawn_at=None).exists():
        yield "gestori-modifiche-da-decidere"
    if any(one.expiring for one in _shown(IdentityProvider.objects.all(), at=at)):
        yield "gestori-certificati-in-scadenza"


def _until(certificate: bytes) -> datetime:
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc


# --- for who decides


def may_decide(actor: Actor) -> bool:
    return allows(actor, Permission.PROVIDER_DECIDE, on=NATIONAL)


def providers_in_force(actor: Actor) -> list[ProviderShown]:
    """Return the providers people may choose, by name; none for who may not decide."""
    if not may_decide(actor):
        return []
    rows = IdentityProvider.objects.order_by("scheme", "name", "entity_id")
    return list(_shown(rows, at=actor.at))


def open_changes(actor: Actor) -> QuerySet[RegistryChange]:
    """Return what waits for a decision, oldest first; none for who may not decide."""
    rows = RegistryChange.objects.filter(decision="", withdrawn_at=None).defer("document")
    return (rows if may_decide(actor) else rows.none()).order_by("seen_at", "pk")


def decided_changes(actor: Actor) -> QuerySet[RegistryChange]:
    """Return what was decided, newest first; none for who may not decide."""
    rows = RegistryChange.objects.exclude(decision="").defer("document")
    return (rows if may_decide(actor) else rows.none()).order_by("-decided_at", "pk")


def change_with(actor: Actor, identifier: UUID) -> ChangeShown:
    """Return a change beside what it would replace. Raises `NotFound`."""
    row = RegistryChange.objects.filter(pk=identifier).first()
    if row is None or not may_decide(actor):
        raise NotFound
    document = bytes(row.document)
    if {"altro-firmatario", "copia-precedente"} & set(row.differences):
        signer = _key(document) if "altro-firmatario" in row.differences else None
        return ChangeShown(row=row, before=None, after=None, signer=signer)
    old = IdentityProvider.objects.filter(scheme=row.scheme, entity_id=row.about).first()
    before = metadata_of(old) if old else None
    after = read_provider_metadata(document, source=row.about) if document else None
    scheme = Scheme(row.scheme)
    return ChangeShown(
        row=row,
        before=_provider(before, scheme, "", at=actor.at, beside=after) if before else None,
        after=_provider(after, scheme, "", at=actor.at, beside=before) if after else None,
        signer=None,
    )


def _shown(rows: QuerySet[IdentityProvider], *, at: datetime) -> Iterator[ProviderShown]:
    for row in rows:
        yield _provider(metadata_of(row), Scheme(row.scheme), row.origin, at=at)


def _provider(
    metadata: ProviderMetadata,
    scheme: Scheme,
    origin: str,
    *,
    at: datetime,
    beside: ProviderMetadata | None = None,
) -> ProviderShown:
    keys = tuple(
        _key(certificate, marked=beside is not None and certificate not in beside.certificates)
        for certificate in metadata.certificates
    )
    last = max(key.until for key in keys)
    return ProviderShown(
        entity_id=metadata.entity_id,
        name=metadata.organisation,
        scheme=scheme,
        origin=origin,
        sites=tuple(sorted(hosts_of(metadata))),
        keys=keys,
        expired=last <= at,
        expiring=last <= at + NEAR_EXPIRY,
    )


def _key(certificate: bytes, *, marked: bool = False) -> Key:
    loaded = x509.load_der_x509_certificate(certificate)
    return Key(
        fingerprint=fingerprint(certificate),
        until=loaded.not_valid_after_utc,
        name=loaded.subject.rfc4514_string(),
        new=marked,
    )
