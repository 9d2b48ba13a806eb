# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking a copy of the registry, and deciding on what may not be taken alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import psycopg
from django.db import OperationalError
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException

from iam.audit.guard import action, record, refusing, require
from iam.kernel.actor import Actor
from iam.kernel.errors import NotFound
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL
from iam.saml.events import ProviderRemoved
from iam.saml.metadata.identity_provider import ProviderMetadata, read_provider_metadata
from iam.saml.models import (
    IdentityProvider,
    RegistryChange,
    RegistryCopy,
    RegistryState,
    TrustedSigner,
)
from iam.saml.registry.comparing import changes, digest_of
from iam.saml.registry.errors import (
    ChangeSettled,
    FingerprintDiffers,
    ReasonMissing,
    SignerIsPublic,
)
from iam.saml.registry.events import (
    ChangeApproved,
    ChangeHeld,
    ChangeRefused,
    ChangeWithdrawn,
    ProviderChanged,
    RegistryChecked,
    RegistryFailed,
)
from iam.saml.registry.reading import check_provider, read_registry
from iam.saml.registry.selectors import metadata_of, trusted_signers
from iam.saml.registry.signers import fingerprint, is_public, typed
from iam.saml.registry.types import (
    Change,
    Copy,
    Decision,
    Difference,
    Origin,
    Source,
    Taken,
)
from iam.saml.types import Scheme

JOB = "saml.registry"

KEPT_COPIES = 10
"""Documents kept whole; of older ones only the digest stays, so that none can return."""


@action(needs=Permission.IDENTITY_PROVIDER_LOAD)
def take_copy(actor: Actor, /, *, source: Source, document: bytes) -> Taken:
    """Verify `document`, apply what is harmless, and hold the rest for a person.

    The first copy of a pinned signer is taken whole: before it nobody could enter to approve.
    Raises a `RegistryRefused`, and then nothing changes.
    """
    require(actor, Permission.IDENTITY_PROVIDER_LOAD, on=NATIONAL)
    state = _locked(source.scheme)
    signers = (*source.signers, *trusted_signers(source.scheme))
    copy = read_registry(
        document,
        signers=signers,
        at=actor.at,
        unsigned=source.may_be_unsigned and not signers,
    )
    if copy.signer is not None and not copy.pinned:
        return _hold_whole(actor, state, copy, Difference.OTHER_SIGNER)
    if _is_older(state, copy):
        return _hold_whole(actor, state, copy, Difference.OLDER_COPY)
    first = copy.pinned and not state.sha256
    _put_in_force(state, copy, at=actor.at)
    applied, held = _compare(actor, state, copy, first=first)
    record(
        RegistryChecked(
            scheme=state.scheme,
            digest=copy.sha256,
            signer=fingerprint(copy.signer) if copy.signer else "",
            certificates=sum(len(one.certificates) for one in copy.providers.values()),
            applied=len(applied),
            held=len(held),
        ),
        by=actor,
    )
    return Taken(
        scheme=source.scheme,
        providers=len(copy.providers),
        applied=tuple(applied),
        held=tuple(held),
        first=first,
    )


def _locked(scheme: Scheme) -> RegistryState:
    """Return the state, made at its first use, and keep others waiting until the end."""
    RegistryState.objects.get_or_create(scheme=scheme.value)
    return RegistryState.objects.select_for_update().get(pk=scheme.value)


def _is_older(state: RegistryState, copy: Copy) -> bool:
    """Whether a copy that another replaced comes back, or one that ends sooner than ours."""
    if copy.sha256 == state.sha256:
        return False
    known = RegistryCopy.objects.filter(scheme=state.scheme)
    if known.filter(sha256=copy.sha256).exists():
        return True
    ours = known.filter(replaced_at=None).values_list("valid_until", flat=True).first()
    return ours is not None and (copy.valid_until is None or copy.valid_until < ours)


def _hold_whole(actor: Actor, state: RegistryState, copy: Copy, difference: Difference) -> Taken:
    """Ask a person about the whole copy; the one in force is not confirmed, and grows old."""
    signer = copy.signer or b""
    of_signer = difference is Difference.OTHER_SIGNER
    about = fingerprint(signer) if of_signer else copy.sha256
    held = _hold(
        actor,
        state,
        about=about,
        digest=about,
        differences=(difference,),
        document=signer if of_signer else copy.document,
    )
    # Of two strangers in turn only the last one is asked about.
    _withdraw(actor, state, but={about}, among=(difference,))
    state.tried_at = actor.at
    state.fault = difference.value
    state.save()
    record(RegistryFailed(scheme=state.scheme, reason=difference.value), by=actor)
    return Taken(
        scheme=Scheme(state.scheme),
        providers=len(copy.providers),
        held=() if held is None else (held,),
    )


def _put_in_force(state: RegistryState, copy: Copy, *, at: datetime) -> None:
    if copy.sha256 != state.sha256:
        mine = RegistryCopy.objects.filter(scheme=state.scheme)
        mine.filter(replaced_at=None).update(replaced_at=at)
        RegistryCopy(
            scheme=state.scheme,
            sha256=copy.sha256,
            document=copy.document,
            valid_until=copy.valid_until,
            taken_at=at,
        ).save(force_insert=True)
        kept = mine.order_by("-taken_at", "-pk").values_list("pk", flat=True)[:KEPT_COPIES]
        mine.exclude(pk__in=list(kept)).exclude(document=b"").update(document=b"")
    state.sha256 = copy.sha256
    state.signer = copy.signer
    state.checked_at = state.tried_at = at
    state.fault = ""
    state.unusable = copy.unusable
    state.save()


def _compare(
    actor: Actor, state: RegistryState, copy: Copy, *, first: bool
) -> tuple[list[str], list[UUID]]:
    """Return the providers changed, and the changes held. What is no longer said is withdrawn."""
    mine = IdentityProvider.objects.filter(scheme=state.scheme)
    foreign = set(mine.filter(origin=Origin.FOLDER).values_list("entity_id", flat=True))
    known = {row.entity_id: metadata_of(row) for row in mine.filter(origin=Origin.REGISTRY.value)}
    applied: list[str] = []
    held: list[UUID] = []
    said = set()
    for change in changes(known, copy, at=actor.at):
        if change.entity_id in foreign:
            continue
        said.add(change.entity_id)
        if first or (change.harmless and copy.signer is not None):
            _apply(actor, state.scheme, change)
            applied.append(change.entity_id)
            said.discard(change.entity_id)
        elif (new := _hold_change(actor, state, change, copy)) is not None:
            held.append(new)
    _withdraw(actor, state, but=said)
    return applied, held


def _apply(actor: Actor, scheme: str, change: Change) -> None:
    if change.metadata is None:
        IdentityProvider.objects.filter(
            scheme=scheme, entity_id=change.entity_id, origin=Origin.REGISTRY.value
        ).delete()
        record(ProviderRemoved(scheme=scheme, provider=change.entity_id), by=actor)
        return
    _write(scheme, change.metadata, at=actor.at)
    record(
        ProviderChanged(
            scheme=scheme,
            provider=change.entity_id,
            digest=sha256(change.metadata.document).hexdigest(),
            certificates=len(change.metadata.certificates),
            differences=tuple(sorted(change.differences)),
        ),
        by=actor,
    )


def _write(scheme: str, metadata: ProviderMetadata, *, at: datetime) -> None:
    IdentityProvider.objects.update_or_create(
        scheme=scheme,
        entity_id=metadata.entity_id,
        defaults={
            "origin": Origin.REGISTRY.value,
            "name": metadata.organisation,
            "certificates": list(metadata.certificates),
            "sso_post": metadata.sso_post,
            "sso_redirect": metadata.sso_redirect,
            "slo_post": metadata.slo_post,
            "slo_redirect": metadata.slo_redirect,
            "slo_response": metadata.slo_response,
            "metadata": metadata.document,
            "loaded_at": at,
        },
    )


def _hold_change(actor: Actor, state: RegistryState, change: Change, copy: Copy) -> UUID | None:
    unsigned = {Difference.UNSIGNED} if copy.signer is None else set()
    return _hold(
        actor,
        state,
        about=change.entity_id,
        name=change.metadata.organisation if change.metadata else "",
        digest=digest_of(change),
        differences=sorted(change.differences | unsigned),
        document=change.metadata.document if change.metadata else b"",
    )


def _hold(
    actor: Actor,
    state: RegistryState,
    *,
    about: str,
    digest: str,
    differences: Iterable[Difference],
    document: bytes,
    name: str = "",
) -> UUID | None:
    """Return the change that now waits; None if the same waits already or was refused."""
    rows = RegistryChange.objects.filter(scheme=state.scheme, about=about, withdrawn_at=None)
    if rows.filter(digest=digest, decision__in=("", Decision.REFUSED.value)).exists():
        return None
    for other in rows.filter(decision=""):
        _take_back(actor, other)
    change = RegistryChange(
        scheme=state.scheme,
        about=about,
        name=name,
        differences=[difference.value for difference in differences],
        digest=digest,
        document=document,
        seen_at=actor.at,
    )
    change.save(force_insert=True)
    record(
        ChangeHeld(
            change=change.pk,
            scheme=change.scheme,
            provider=about,
            differences=tuple(change.differences),
        ),
        by=actor,
    )
    return change.pk


def _withdraw(
    actor: Actor,
    state: RegistryState,
    *,
    but: set[str],
    among: tuple[Difference, ...] = (),
) -> None:
    rows = RegistryChange.objects.filter(scheme=state.scheme, decision="", withdrawn_at=None)
    if among:
        rows = rows.filter(differences__overlap=[difference.value for difference in among])
    for change in rows.exclude(about__in=but):
        _take_back(actor, change)


def _take_back(actor: Actor, change: RegistryChange) -> None:
    change.withdrawn_at = actor.at
    change.save(update_fields=["withdrawn_at"])
    record(ChangeWithdrawn(change=change.pk, scheme=change.scheme, provider=change.about), by=actor)


@action(needs=Permission.IDENTITY_PROVIDER_LOAD)
def note_failure(actor: Actor, /, *, scheme: Scheme, reason: str) -> None:
    """Write down that no good copy was had; `reason` is the code of the refusal."""
    require(actor, Permission.IDENTITY_PROVIDER_LOAD, on=NATIONAL)
    state = _locked(scheme)
    state.tried_at = actor.at
    state.fault = reason
    state.save()
    record(RegistryFailed(scheme=scheme.value, reason=reason), by=actor)


# --- what a person decides


@action(needs=Permission.PROVIDER_DECIDE)
def approve_change(
    actor: Actor, /, *, change: UUID, reason: str, fingerprint_typed: str = ""
) -> RegistryChange:
    """Put in force what `change` says. A new signer needs its fingerprint, had from elsewhere.

    Raises `NotFound`, `ChangeSettled`, `ReasonMissing`, `FingerprintDiffers`, `SignerIsPublic`
    or `MetadataUnusable`.
    """
    require(actor, Permission.PROVIDER_DECIDE, on=NATIONAL)
    row = _open(change)
    differences = frozenset(Difference(value) for value in row.differences)
    if Difference.OTHER_SIGNER in differences:
        _trust(actor, row, fingerprint_typed)
    elif Difference.OLDER_COPY in differences:
        _reinstate(row, at=actor.at)
    else:
        _apply(actor, row.scheme, _change_of(row, differences))
    _decide(actor, row, Decision.APPROVED, reason)
    record(
        ChangeApproved(
            change=row.pk,
            scheme=row.scheme,
            provider=row.about,
            differences=tuple(row.differences),
            digest=row.digest,
            reason=row.reason,
        ),
        by=actor,
    )
    _look_again()
    return row


@action(needs=Permission.PROVIDER_DECIDE)
def refuse_change(actor: Actor, /, *, change: UUID, reason: str) -> RegistryChange:
    """Leave in force what is; the same change is not asked again.

    Raises `NotFound`, `ChangeSettled` or `ReasonMissing`.
    """
    require(actor, Permission.PROVIDER_DECIDE, on=NATIONAL)
    row = _open(change)
    _decide(actor, row, Decision.REFUSED, reason)
    record(
        ChangeRefused(
            change=row.pk,
            scheme=row.scheme,
            provider=row.about,
            differences=tuple(row.differences),
            digest=row.digest,
            reason=row.reason,
        ),
        by=actor,
    )
    return row


def _open(change: UUID) -> RegistryChange:
    """Return the change, if it still waits; workers and other persons take turns on its state."""
    scheme = RegistryChange.objects.filter(pk=change).values_list("scheme", flat=True).first()
    if scheme is None:
        raise NotFound
    _locked(Scheme(scheme))
    row = RegistryChange.objects.select_for_update().get(pk=change)
    if row.decision or row.withdrawn_at is not None:
        raise ChangeSettled()
    return row


def _decide(actor: Actor, row: RegistryChange, decision: Decision, reason: str) -> None:
    row.decision = decision.value
    row.decided_at = actor.at
    row.decided_by = actor.id
    row.reason = reason.strip()
    with refusing({"registry_change_decision_is_whole": ReasonMissing()}):
        row.save()


def _change_of(row: RegistryChange, differences: frozenset[Difference]) -> Change:
    metadata = None
    if Difference.REMOVED_PROVIDER not in differences:
        metadata = read_provider_metadata(bytes(row.document), source=row.about)
        check_provider(metadata)
    return Change(entity_id=row.about, differences=differences, metadata=metadata)


def _trust(actor: Actor, row: RegistryChange, fingerprint_typed: str) -> None:
    certificate = bytes(row.document)
    if is_public(certificate):
        raise SignerIsPublic()
    if typed(fingerprint_typed) != fingerprint(certificate):
        raise FingerprintDiffers()
    TrustedSigner.objects.update_or_create(
        scheme=row.scheme,
        fingerprint=fingerprint(certificate),
        defaults={
            "certificate": certificate,
            "trusted_at": actor.at,
            "trusted_by": actor.id,
        },
    )


def _reinstate(row: RegistryChange, *, at: datetime) -> None:
    """Make an older copy the one in force; the next look compares the providers with it."""
    copies = RegistryCopy.objects.filter(scheme=row.scheme)
    copies.filter(replaced_at=None).update(replaced_at=at)
    copies.update_or_create(
        scheme=row.scheme,
        sha256=row.about,
        defaults={"document": bytes(row.document), "taken_at": at, "replaced_at": None},
    )
    RegistryState.objects.filter(pk=row.scheme).update(sha256=row.about)


def _look_again() -> None:
    """Queue a look at the registries in the transaction under way; one that waits is enough.

    Raises `OperationalError` if the database is gone, as every other write does.
    """
    try:
        app.configure_task(JOB).defer(timestamp=0)
    except ConnectorException as fault:
        if isinstance(fault.__cause__, psycopg.OperationalError | psycopg.InterfaceError):
            raise OperationalError from fault
        raise
