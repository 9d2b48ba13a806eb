# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Kept files never change, and the trust list only goes forward."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import override_settings

from demo.trust.trust_list import make_trust_list
from iam.audit.event import Event
from iam.audit.guard import UnguardedActionError, action, record, require
from iam.audit.models import AuditEvent
from iam.kernel.actor import Actor
from iam.kernel.errors import Denied, NotFound
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL
from iam.signatures.actions import keep, load_trust_list
from iam.signatures.errors import FileIsEmpty, FileTooLarge, TrustListRefused
from iam.signatures.events import TrustListLoaded
from iam.signatures.models import StoredFile, TrustListCopy
from iam.signatures.selectors import stored_file, trust_in_use, trust_list_health
from iam.signatures.tasks import refresh_trust_list
from iam.signatures.types import MAX_BYTES, Binding, Reason
from iam.signatures.verdict.verifying import verify
from tests.signatures.trial import SINDACO, Trial, now

pytestmark = pytest.mark.usefixtures("committed_db")


def system(at: datetime | None = None) -> Actor:
    return Actor.system("trust-list", may={Permission.TRUST_LIST_LOAD}, at=at or now())


@action(needs=Permission.TRUST_LIST_LOAD)
def keep_something(actor: Actor, /, *, content: bytes, name: str = "nota.pdf") -> StoredFile:
    """Any room's action that keeps a file."""
    require(actor, Permission.TRUST_LIST_LOAD, on=NATIONAL)
    kept = keep(content, name=name, media_type="application/pdf", at=actor.at)
    record(_loaded(), by=actor)
    return kept


def _loaded() -> Event:
    return TrustListLoaded(
        territory="IT", sequence=1, sha256="", authorities=1, timestamp_authorities=0, excluded=0
    )


def test_a_kept_file_comes_back_as_it_was() -> None:
    kept = keep_something(system(), content=b"%PDF-1.7 firmato", name="C:\\tmp\\nota\n.pdf")

    found = stored_file(kept.pk)
    assert found.content == b"%PDF-1.7 firmato"
    assert found.name == "nota.pdf"
    assert b"firmato" not in bytes(found.sealed_content)


def test_a_file_is_kept_only_inside_an_action() -> None:
    with pytest.raises(UnguardedActionError):
        keep(b"x", name="x", media_type="", at=now())


def test_an_empty_or_too_large_file_is_refused_in_words() -> None:
    with pytest.raises(FileIsEmpty):
        keep_something(system(), content=b"")
    with pytest.raises(FileTooLarge) as refusal:
        keep_something(system(), content=bytes(MAX_BYTES + 1))
    assert "Il file pesa 21 MB" in refusal.value.sentence


@pytest.mark.parametrize("verb", ["UPDATE signatures_storedfile SET name = 'x'",
                                  "DELETE FROM signatures_storedfile",
                                  "TRUNCATE signatures_storedfile CASCADE"])  # fmt: skip
def test_nothing_changes_a_kept_file_not_even_its_owner(
    verb: str, owner_db: psycopg.Connection
) -> None:
    kept = keep_something(system(), content=b"firmato")

    with pytest.raises(psycopg.Error, match="file-immutabile"):
        owner_db.execute(verb)
    owner_db.rollback()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)
    assert stored_file(kept.pk).content == b"firmato"


def test_a_file_that_does_not_exist_is_not_found() -> None:
    from uuid import uuid4

    with pytest.raises(NotFound):
        stored_file(uuid4())


@pytest.fixture
def configured(firma: Trial) -> Iterator[Trial]:
    with override_settings(SIGNATURES=firma.settings):
        yield firma


def test_without_a_list_every_verdict_is_suspended(configured: Trial) -> None:
    assert not trust_list_health(at=now()).loaded
    verdict = verify(configured.signed(), binding=None, signers=[], trust=trust_in_use(), at=now())
    assert verdict.reason is Reason.TRUST_LIST_UNAVAILABLE


def test_a_loaded_list_is_used_and_is_on_record(configured: Trial) -> None:
    copy = load_trust_list(system(), content=configured.trust_list)

    verdict = verify(
        configured.signed(),
        binding=Binding(configured.sealed),
        signers=[SINDACO],
        trust=trust_in_use(),
        at=now(),
    )
    assert verdict.accepted
    assert verdict.trust_list_sha256 == copy.sha256
    assert AuditEvent.objects.get().kind == "signatures.trust-list.loaded"
    health = trust_list_health(at=now())
    assert (health.authorities, health.expired) == (1, False)


def test_an_older_or_false_list_never_takes_the_place_of_the_one_in_use(
    configured: Trial,
) -> None:
    load_trust_list(system(), content=configured.trust_list)
    older = make_trust_list(configured.pki, at=now() - timedelta(days=2))
    false = make_trust_list(configured.pki, at=now(), signer="ca-falsa")

    with pytest.raises(TrustListRefused, match="elenco-di-fiducia-rifiutato") as rollback:
        load_trust_list(system(), content=older)
    with pytest.raises(TrustListRefused):
        load_trust_list(system(), content=false)
    assert "precede quello in uso" in rollback.value.sentence
    assert TrustListCopy.objects.count() == 1
    refused = AuditEvent.objects.filter(outcome=1)
    assert refused.count() == 2


def test_only_its_job_loads_the_list(configured: Trial) -> None:
    with pytest.raises(Denied):
        load_trust_list(replace(system(), held=()), content=configured.trust_list)
    assert not TrustListCopy.objects.exists()


def test_the_job_fetches_the_list_and_leaves_it_when_it_has_not_changed(
    configured: Trial,
) -> None:
    refresh_trust_list(timestamp=0)
    refresh_trust_list(timestamp=0)

    assert TrustListCopy.objects.count() == 1
    assert AuditEvent.objects.count() == 1
