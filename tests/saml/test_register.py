# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The register of log-ins: who finds what, what cannot be altered, what goes and what stays.

The adversaries: a curious administrator, somebody who erases traces, a thief of the database.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction

from demo.idp.responses import build
from demo.personas import ANNA, ELENA
from iam.audit import clock
from iam.audit.models import AuditEvent
from iam.kernel.actor import Actor
from iam.kernel.errors import Denied, NotFound
from iam.kernel.permissions import Permission
from iam.saml.models import LoginRecord
from iam.saml.register.actions import (
    purge_login_records,
    release_hold,
    report_anomaly,
    set_hold,
)
from iam.saml.register.errors import (
    HoldAlreadyReleased,
    NamesSomebody,
    NoticedInTheFuture,
    PersonUnknown,
    ReasonMissing,
)
from iam.saml.register.keeping import digest_of
from iam.saml.register.models import AnomalyNotice, LoginHold
from iam.saml.register.selectors import logins_of, logins_with, messages_of, opened_login
from tests import world
from tests.saml.browsing import events, leave_for_provider
from tests.saml.forging import signer

ACT, REASON = "Richiesta dell'autorità, protocollo 12", "Indagine in corso"


def log_in() -> LoginRecord:
    trip = leave_for_provider()
    trip.back()
    return LoginRecord.objects.get(request_id=trip.request_id)


def rpd() -> Actor:
    world.build()
    return world.rpd()


def facts(kind: str) -> dict[str, Any]:
    return dict(json.loads(bytes(events(kind)[-1].body))["facts"])


def system() -> Actor:
    return Actor.system("login-purge", may={Permission.LOGIN_PURGE}, at=clock.now())


def aged(owner: psycopg.Connection, *, months: int = 25) -> None:
    """Make every record older, as only the owner can, with the trigger off."""
    for statement in (
        "ALTER TABLE saml_login_record DISABLE TRIGGER login_record_is_append_only",
        f"UPDATE saml_login_record SET at = at - interval '{months} months'",
        "ALTER TABLE saml_login_record ENABLE TRIGGER login_record_is_append_only",
    ):
        owner.execute(statement)
    owner.commit()


# --- found


@pytest.mark.usefixtures("federation")
@pytest.mark.norma("SPID RT", "tracciatura", "per ogni transazione la coppia richiesta e risposta")
def test_a_log_in_is_found_by_reference_request_response_and_person() -> None:
    kept, franca = log_in(), rpd()

    for by, code in (
        ("reference", kept.reference),
        ("reference", f" {kept.reference.lower()} "),
        ("request_id", kept.request_id),
        ("response_id", kept.response_id),
    ):
        found = logins_with(franca, by=by, code=code)  # type: ignore[arg-type]  # one of three
        assert [line.reference for line in found] == [kept.reference]
    of_elena = logins_of(franca, codice_fiscale=ELENA.codice_fiscale, reason=REASON)

    assert [line.reference for line in of_elena] == [kept.reference]
    assert facts("saml.login-records.searched") == {
        "by": "person",
        "person": str(kept.person),
        "reason": REASON,
        "rows": 1,
    }


@pytest.mark.usefixtures("federation")
@pytest.mark.norma("SPID RT", "tracciatura", "i dati da poter estrarre")
def test_the_facts_that_the_rules_ask_for_are_read_from_the_messages() -> None:
    trip = leave_for_provider()
    answer = trip.answer()
    trip.back(build(answer, signer()))
    kept = LoginRecord.objects.get()

    read = messages_of(rpd(), reference=kept.reference, reason=REASON)

    assert read.facts["AuthnRequest ID"] == trip.request_id
    assert read.facts["Response ID"] == answer.response_id
    assert read.facts["Response Issuer"] == answer.identity_provider
    assert read.facts["Assertion ID"] == answer.assertion_id
    assert read.facts["Assertion subject"] == answer.name_id
    assert read.facts["Assertion NameQualifier"] == answer.identity_provider
    assert all(read.facts.values())
    assert ELENA.codice_fiscale in read.response
    assert facts("saml.login-messages.read")["person"] == str(kept.person)


@pytest.mark.usefixtures("federation")
def test_nothing_is_shown_that_is_not_first_on_record() -> None:
    kept, franca = log_in(), rpd()
    before = AuditEvent.objects.count()

    with pytest.raises(ReasonMissing):
        messages_of(franca, reference=kept.reference, reason="  ")
    with pytest.raises(NamesSomebody):
        messages_of(franca, reference=kept.reference, reason=f"per {ELENA.codice_fiscale}")
    with pytest.raises(PersonUnknown):
        logins_of(franca, codice_fiscale=ANNA.codice_fiscale, reason=REASON)
    with pytest.raises(NotFound):
        opened_login(franca, reference="2222-2222-22")

    assert AuditEvent.objects.count() == before + 4
    assert not events("saml.login-messages.read")


# --- a curious administrator


@pytest.mark.usefixtures("federation")
@pytest.mark.norma("GDPR", "5(1)(c)", "chi amministra gli accessi non segue le persone")
def test_a_super_utente_assists_with_a_code_but_neither_reads_messages_nor_follows_a_person() -> (
    None
):
    kept, elena = log_in(), world.super_utente()

    assert logins_with(elena, by="reference", code=kept.reference)
    assert opened_login(elena, reference=kept.reference).line.outcome == ""
    with pytest.raises(Denied) as refusal:
        messages_of(elena, reference=kept.reference, reason=REASON)
    with pytest.raises(Denied):
        logins_of(elena, codice_fiscale=ELENA.codice_fiscale, reason=REASON)
    assert "ingressi-delle-persone" in refusal.value.reasons
    assert len(events("audit.action.denied")) == 2


@pytest.mark.usefixtures("federation")
def test_an_amministratrice_finds_no_log_in_at_all() -> None:
    world.build()
    kept, anna = log_in(), world.amministratrice()

    with pytest.raises(Denied):
        logins_with(anna, by="reference", code=kept.reference)
    with pytest.raises(Denied):
        opened_login(anna, reference=kept.reference)
    with pytest.raises(Denied):
        set_hold(anna, reference=kept.reference, act=ACT, reason=REASON)
    with pytest.raises(Denied):
        report_anomaly(anna, reference=kept.reference, what="x", noticed_on=anna.on)


# --- somebody who alters or erases


@pytest.mark.usefixtures("federation")
@pytest.mark.norma("DPCM 24-10-2014", "13", "ogni accesso conservato è coperto dal registro")
def test_the_digest_of_the_whole_record_is_in_an_event_of_its_own() -> None:
    kept = log_in()
    told = facts("saml.login.kept")

    assert digest_of(kept) == bytes(kept.digest)
    assert told["digest"] == bytes(kept.digest).hex() == facts("saml.login.succeeded")["digest"]
    assert kept.event == events("saml.login.kept")[0].pk


@pytest.mark.usefixtures("federation")
def test_no_column_of_a_record_can_change_without_changing_its_digest() -> None:
    kept = log_in()
    written = digest_of(kept)

    for column in LoginRecord._meta.concrete_fields:
        if column.name in {"id", "digest", "event"}:
            continue
        was = getattr(kept, column.name)
        other = {"at": clock.now(), "person": uuid4()}.get(column.name, "altro")
        setattr(kept, column.name, b"altro" if column.name.endswith("_sealed") else other)
        assert digest_of(kept) != written, column.name
        setattr(kept, column.name, was)
    assert digest_of(kept) == written


def test_a_database_administrator_who_alters_a_record_is_found(
    committed_federation: str, owner_db: psycopg.Connection
) -> None:
    kept, franca = log_in(), rpd()
    assert opened_login(franca, reference=kept.reference).is_whole
    owner_db.execute("ALTER TABLE saml_login_record DISABLE TRIGGER login_record_is_append_only")
    owner_db.execute("UPDATE saml_login_record SET person = gen_random_uuid()")
    owner_db.commit()

    assert not opened_login(franca, reference=kept.reference).is_whole


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE saml_login_record SET outcome = 'altro'",
        "DELETE FROM saml_login_record",
        "TRUNCATE saml_login_record",
        "DELETE FROM saml_login_hold",
        "UPDATE saml_login_hold SET act = 'altro'",
        "UPDATE saml_anomaly_notice SET what = 'altro'",
        "DELETE FROM saml_anomaly_notice",
        "ALTER TABLE saml_login_record DISABLE TRIGGER ALL",
        "DROP FUNCTION saml_purge_login_records(integer)",
    ],
)
@pytest.mark.usefixtures("federation")
def test_the_role_of_the_application_can_only_add(statement: str) -> None:
    """Who takes over a worker of the service does not erase how she came in."""
    log_in()

    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_owner_too_is_stopped_from_rewriting_holds_and_notices(
    committed_federation: str, owner_db: psycopg.Connection
) -> None:
    kept, elena = log_in(), world.super_utente()
    set_hold(elena, reference=kept.reference, act=ACT, reason=REASON)
    report_anomaly(elena, reference=kept.reference, what="Prova", noticed_on=elena.on)

    for statement in (
        "UPDATE saml_login_hold SET reason = 'altro'",
        "DELETE FROM saml_login_hold",
        "TRUNCATE saml_login_hold",
        "UPDATE saml_anomaly_notice SET what = 'altro'",
        "DELETE FROM saml_anomaly_notice",
        "TRUNCATE saml_anomaly_notice",
    ):
        with pytest.raises(psycopg.errors.RestrictViolation), owner_db.transaction():
            owner_db.execute(statement)


# --- the end of the 24 months


@pytest.mark.norma("DPCM 24-10-2014", "13", "conservazione per 24 mesi, poi cancellazione")
def test_after_24_months_a_record_goes_and_its_digest_stays_in_the_log(
    committed_federation: str, owner_db: psycopg.Connection
) -> None:
    old = log_in()
    aged(owner_db)
    recent = log_in()

    assert purge_login_records(system()) == 1

    assert list(LoginRecord.objects.values_list("reference", flat=True)) == [recent.reference]
    told = facts("saml.login-records.purged")
    assert (told["rows"], told["blocked"]) == (1, 0)
    kept = {json.loads(bytes(e.body))["facts"]["record"] for e in events("saml.login.kept")}
    assert old.reference in kept


def test_a_day_before_the_24_months_nothing_goes(
    committed_federation: str, owner_db: psycopg.Connection
) -> None:
    log_in()
    aged(owner_db, months=24)
    owner_db.execute("ALTER TABLE saml_login_record DISABLE TRIGGER login_record_is_append_only")
    owner_db.execute("UPDATE saml_login_record SET at = at + interval '1 day'")
    owner_db.commit()

    assert purge_login_records(system()) == 0


@pytest.mark.norma("DPCM 24-10-2014", "13", "ciò che un'autorità chiede resta")
@pytest.mark.parametrize("whole_person", [False, True])
def test_a_held_record_stays_until_another_person_releases_it(
    committed_federation: str, owner_db: psycopg.Connection, whole_person: bool
) -> None:
    elena, franca = world.super_utente(), rpd()
    kept = log_in()
    hold = set_hold(
        elena, reference=kept.reference, act=ACT, reason=REASON, whole_person=whole_person
    )
    aged(owner_db)

    assert purge_login_records(system()) == 0
    assert facts("saml.login-records.purged")["blocked"] == 1
    with pytest.raises(psycopg.errors.RestrictViolation), owner_db.transaction():
        owner_db.execute("DELETE FROM saml_login_record")

    release_hold(franca, hold=hold, act="Archiviazione n. 7", reason="Indagine chiusa")
    assert purge_login_records(system()) == 1
    with pytest.raises(HoldAlreadyReleased):
        release_hold(franca, hold=hold, act=ACT, reason=REASON)


@pytest.mark.usefixtures("federation")
def test_who_set_a_hold_cannot_free_the_traces_for_deletion() -> None:
    kept, elena = log_in(), world.super_utente()
    hold = set_hold(elena, reference=kept.reference, act=ACT, reason=REASON)

    with pytest.raises(Denied) as refusal:
        release_hold(elena, hold=hold, act=ACT, reason=REASON)

    assert refusal.value.reasons == ("chi-chiede-non-approva",)
    assert LoginHold.objects.get().released_at is None


@pytest.mark.usefixtures("federation")
def test_the_database_too_wants_another_person_to_release_a_hold() -> None:
    kept, elena = log_in(), world.super_utente()
    set_hold(elena, reference=kept.reference, act=ACT, reason=REASON)
    row = LoginHold.objects.get()
    row.release_act, row.release_reason = ACT, REASON
    row.released_by, row.released_at = elena.id, elena.at

    with pytest.raises(DatabaseError, match="released_by_another"), transaction.atomic():
        row.save(update_fields=["release_act", "release_reason", "released_by", "released_at"])


@pytest.mark.usefixtures("federation")
def test_a_hold_says_which_act_and_why_and_names_nobody() -> None:
    kept, elena = log_in(), world.super_utente()

    for act, reason, refusal in (
        ("", REASON, ReasonMissing),
        (ACT, " ", ReasonMissing),
        (ACT, f"Indagine su {ELENA.codice_fiscale}", NamesSomebody),
    ):
        with pytest.raises(refusal):
            set_hold(elena, reference=kept.reference, act=act, reason=reason)
    assert not LoginHold.objects.exists()


@pytest.mark.usefixtures("federation")
def test_no_person_can_purge() -> None:
    job = system()
    person = replace(job, kind="person", spid_level=3)

    with pytest.raises(Denied):
        purge_login_records(person)


# --- anomalous use


@pytest.mark.usefixtures("federation")
@pytest.mark.norma("DPCM 24-10-2014", "13(3)", "l'uso anomalo si segnala al gestore e ad AgID")
def test_the_notice_of_an_anomalous_use_is_ready_for_the_provider_and_for_agid() -> None:
    kept, elena = log_in(), world.super_utente()

    report_anomaly(
        elena, reference=kept.reference, what="La persona non riconosce", noticed_on=elena.on
    )

    notice = AnomalyNotice.objects.get()
    for text in (notice.to_provider, notice.to_agency):
        for fact in (
            kept.provider,
            kept.request_id,
            kept.response_id,
            kept.assertion_id,
            kept.reference,
            "art. 13, comma 3",
            "La persona non riconosce",
        ):
            assert fact in text
        assert ELENA.codice_fiscale not in text
        assert ELENA.family_name not in text
    told = facts("saml.anomaly.reported")
    assert (told["record"], told["person"]) == (kept.reference, str(kept.person))


@pytest.mark.usefixtures("federation")
def test_a_notice_needs_its_facts() -> None:
    kept, elena = log_in(), world.super_utente()

    with pytest.raises(NoticedInTheFuture):
        report_anomaly(
            elena,
            reference=kept.reference,
            what="x",
            noticed_on=elena.on + timedelta(days=1),
        )
    with pytest.raises(ReasonMissing):
        report_anomaly(elena, reference=kept.reference, what="", noticed_on=elena.on)
    assert not AnomalyNotice.objects.exists()
