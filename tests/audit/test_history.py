# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""django-auditlog's history of records: masked, attributed, and mirrored into the log."""

import json

import pytest
from auditlog.registry import auditlog
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from iam.audit import history
from iam.audit.guard import action, record, require
from iam.audit.models import AuditEvent, Change
from iam.kernel.actor import Actor
from iam.kernel.permissions import Permission
from iam.kernel.places import NATIONAL
from tests.audit.readers import CODICE_FISCALE, ComuneOpened, holding

pytestmark = pytest.mark.django_db

Tracked = ContentType
"""Any model that the service does not track already."""


@pytest.fixture(autouse=True)
def tracked() -> object:
    auditlog.register(Tracked, mask_fields=["model"])
    yield
    auditlog.unregister(Tracked)


@action(needs=Permission.NETWORK_READ)
def name_it(actor: Actor, /, *, name: str) -> None:
    require(actor, Permission.NETWORK_READ, on=NATIONAL)
    Tracked.objects.create(app_label="prova", model=name)
    record(ComuneOpened(comune="B102", ambito="BS-04"), by=actor)


def test_a_change_is_attributed_masked_and_mirrored_in_the_same_transaction() -> None:
    actor = holding("SUPER_UTENTE", NATIONAL, Permission.NETWORK_READ)
    name_it(actor, name=CODICE_FISCALE)

    change = Change.objects.get()
    assert change.actor_id_text == str(actor.id)
    assert change.cid == actor.request_id
    assert change.changes["model"][1] == history.mask(CODICE_FISCALE)
    assert CODICE_FISCALE not in f"{change.object_repr} {json.dumps(change.changes)}"
    mirrored = AuditEvent.objects.get(kind="audit.record.changed")
    assert mirrored.actor == actor.id
    facts = json.loads(bytes(mirrored.body))["facts"]
    assert (facts["change"], facts["how"], facts["guarded"]) == (change.pk, "create", True)


def test_a_change_that_is_rolled_back_leaves_neither_history_nor_event() -> None:
    with transaction.atomic():
        Tracked.objects.create(app_label="prova", model="x")
        transaction.set_rollback(True)
    assert not Change.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_change_outside_of_any_action_is_marked_as_such() -> None:
    Tracked.objects.create(app_label="prova", model="x")
    facts = json.loads(bytes(AuditEvent.objects.get().body))["facts"]
    assert facts["guarded"] is False


def test_a_mask_tells_equal_values_and_hides_them_whole() -> None:
    assert history.mask(CODICE_FISCALE) == history.mask(CODICE_FISCALE.lower())
    assert history.mask("") == ""
    assert CODICE_FISCALE[8:] not in history.mask(CODICE_FISCALE)
