# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What this room writes: kept files, and copies of the trust list."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from pathlib import PurePath
from uuid import uuid4

from iam.audit.guard import action, record, refusing, require
from iam.audit.guard.frames import current
from iam.kernel.actor import Actor
from iam.kernel.keyring import keyring
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL
from iam.signatures.errors import FileIsEmpty, FileTooLarge, TrustListRefused
from iam.signatures.events import TrustListLoaded
from iam.signatures.models import StoredFile, TrustListCopy
from iam.signatures.types import MAX_BYTES, TrustStore

MEGABYTE = 1024 * 1024


def keep(content: bytes, *, name: str, media_type: str, at: datetime) -> StoredFile:
    """Keep `content` for ever, encrypted, and return its row.

    It is a step of another room's action, which asks the law and records the event;
    outside of any it raises `UnguardedActionError`. The same bytes may be kept twice:
    each arrival is a fact of its own.

    Raises `FileIsEmpty` or `FileTooLarge` (20 MB).
    """
    current()
    if not content:
        raise FileIsEmpty
    if len(content) > MAX_BYTES:
        raise FileTooLarge(megabytes=-(-len(content) // MEGABYTE))
    identifier = uuid4()
    with refusing(
        {"stored_file_is_at_most_20_mb": FileTooLarge(megabytes=-(-len(content) // MEGABYTE))}
    ):
        return StoredFile.objects.create(
            id=identifier,
            name=_file_name(name),
            media_type=media_type[:100] or "application/octet-stream",
            size=len(content),
            sha256=sha256(content).hexdigest(),
            sealed_content=keyring().encrypt(content, about=identifier.bytes),
            stored_at=at,
        )


@action(needs=Permission.TRUST_LIST_LOAD)
def load_trust_list(actor: Actor, /, *, content: bytes) -> TrustListCopy:
    """Take `content` as the trust list in use, once it is verified and not older than the last.

    A list already loaded is recorded again and kept once. Raises `TrustListRefused`.
    Source: ETSI TS 119 612, 5.3 (sequence number, issue, next update).
    """
    from iam.signatures.sandbox.pool import read_trust_list
    from iam.signatures.trust.configuration import trust_list_signers

    require(actor, Permission.TRUST_LIST_LOAD, on=NATIONAL)
    store = TrustStore(trust_list=content, trust_list_signers=trust_list_signers())
    summary = read_trust_list(store, at=actor.at)
    if summary.refusal:
        raise TrustListRefused(why=summary.refusal)
    newest = TrustListCopy.objects.filter(territory=summary.territory).first()
    if newest is not None and summary.sequence < newest.sequence:
        raise TrustListRefused(
            why=f"il suo numero ({summary.sequence}) precede quello in uso ({newest.sequence})."
        )
    copy, _ = TrustListCopy.objects.get_or_create(
        territory=summary.territory,
        sha256=store.trust_list_sha256,
        defaults={
            "sequence": summary.sequence,
            "issued_at": summary.issued_at,
            "next_update": summary.next_update,
            "content": content,
            "authorities": summary.authorities,
            "timestamp_authorities": summary.timestamp_authorities,
            "excluded": list(summary.excluded),
            "loaded_at": actor.at,
        },
    )
    record(
        TrustListLoaded(
            territory=summary.territory,
            sequence=summary.sequence,
            sha256=store.trust_list_sha256,
            authorities=summary.authorities,
            timestamp_authorities=summary.timestamp_authorities,
            excluded=len(summary.excluded),
        ),
        by=actor,
    )
    return copy


def _file_name(name: str) -> str:
    """Return the last part of `name`, whatever system it comes from, without control marks."""
    last = PurePath(name.replace("\\", "/")).name
    return "".join(mark for mark in last if mark.isprintable())[-255:] or "documento"
