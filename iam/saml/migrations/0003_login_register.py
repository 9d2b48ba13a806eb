# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Holds on the register of log-ins, notices of anomalous use, and the one way out of it.

The application's role can no longer delete: the function here belongs to the owner, deletes
only what is older than 24 months by the database's clock, and leaves what somebody holds.
Source: DPCM 24-10-2014, art. 13.
"""

import uuid

from django.db import migrations, models

GUARDS = """
CREATE OR REPLACE FUNCTION saml_login_record_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < clock_timestamp() - interval '24 months'
       AND NOT EXISTS (
           SELECT 1 FROM saml_login_hold AS hold
           WHERE hold.released_at IS NULL
             AND (hold.reference = OLD.reference OR hold.person = OLD.person)
       )
    THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the register of log-ins is append-only'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'login_record_is_append_only';
END $$;

CREATE FUNCTION saml_purge_login_records(most integer)
RETURNS TABLE (reference text, digest bytea)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    DELETE FROM public.saml_login_record AS gone
    WHERE gone.id IN (
        SELECT old.id FROM public.saml_login_record AS old
        WHERE old.at < clock_timestamp() - interval '24 months'
          AND NOT EXISTS (
              SELECT 1 FROM public.saml_login_hold AS hold
              WHERE hold.released_at IS NULL
                AND (hold.reference = old.reference OR hold.person = old.person)
          )
        ORDER BY old.id LIMIT most FOR UPDATE SKIP LOCKED
    )
    RETURNING gone.reference, gone.digest
$$;
REVOKE ALL ON FUNCTION saml_purge_login_records(integer) FROM PUBLIC;

CREATE FUNCTION saml_login_hold_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.released_at IS NULL AND NEW.released_at IS NOT NULL
       AND (NEW.id, NEW.reference, NEW.person, NEW.act, NEW.reason, NEW.set_by, NEW.set_at)
           IS NOT DISTINCT FROM
           (OLD.id, OLD.reference, OLD.person, OLD.act, OLD.reason, OLD.set_by, OLD.set_at)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a hold on the register of log-ins is released once and never deleted'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'login_hold_stays';
END $$;
CREATE TRIGGER login_hold_stays BEFORE UPDATE OR DELETE ON saml_login_hold
    FOR EACH ROW EXECUTE FUNCTION saml_login_hold_stays();
CREATE TRIGGER login_hold_is_never_emptied BEFORE TRUNCATE ON saml_login_hold
    FOR EACH STATEMENT EXECUTE FUNCTION saml_login_hold_stays();

CREATE FUNCTION saml_anomaly_notice_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a notice of anomalous use is append-only'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'anomaly_notice_stays';
END $$;
CREATE TRIGGER anomaly_notice_stays BEFORE UPDATE OR DELETE ON saml_anomaly_notice
    FOR EACH ROW EXECUTE FUNCTION saml_anomaly_notice_stays();
CREATE TRIGGER anomaly_notice_is_never_emptied BEFORE TRUNCATE ON saml_anomaly_notice
    FOR EACH STATEMENT EXECUTE FUNCTION saml_anomaly_notice_stays();
"""
DROP_GUARDS = """
DROP TRIGGER anomaly_notice_stays ON saml_anomaly_notice;
DROP TRIGGER anomaly_notice_is_never_emptied ON saml_anomaly_notice;
DROP FUNCTION saml_anomaly_notice_stays();
DROP TRIGGER login_hold_stays ON saml_login_hold;
DROP TRIGGER login_hold_is_never_emptied ON saml_login_hold;
DROP FUNCTION saml_login_hold_stays();
DROP FUNCTION saml_purge_login_records(integer);
CREATE OR REPLACE FUNCTION saml_login_record_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < clock_timestamp() - interval '24 months' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the register of log-ins is append-only'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'login_record_is_append_only';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("saml", "0002_registry")]

    operations = [
        migrations.AddField(
            model_name="loginrecord",
            name="event",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="loginrecord",
            index=models.Index(
                condition=models.Q(("outcome", "spid-nostro-errore")),
                fields=["at"],
                name="login_record_our_faults",
            ),
        ),
        migrations.CreateModel(
            name="LoginHold",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reference", models.TextField(blank=True, default="")),
                ("person", models.UUIDField(blank=True, null=True)),
                ("act", models.TextField()),
                ("reason", models.TextField()),
                ("set_by", models.UUIDField()),
                ("set_at", models.DateTimeField()),
                ("release_act", models.TextField(blank=True, default="")),
                ("release_reason", models.TextField(blank=True, default="")),
                ("released_by", models.UUIDField(blank=True, null=True)),
                ("released_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "saml_login_hold",
                "indexes": [
                    models.Index(
                        models.F("reference"),
                        condition=models.Q(("released_at__isnull", True)),
                        name="login_hold_reference",
                    ),
                    models.Index(
                        models.F("person"),
                        condition=models.Q(("released_at__isnull", True)),
                        name="login_hold_person",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        name="login_hold_is_on_a_record_or_a_person",
                        condition=models.Q(("person__isnull", False), ("reference", ""))
                        | (~models.Q(("reference", "")) & models.Q(("person__isnull", True))),
                    ),
                    models.CheckConstraint(
                        name="login_hold_has_an_act_and_a_reason",
                        condition=~models.Q(("act", "")) & ~models.Q(("reason", "")),
                    ),
                    models.CheckConstraint(
                        name="login_hold_is_released_by_another_with_an_act",
                        condition=models.Q(
                            ("released_at__isnull", True), ("released_by__isnull", True)
                        )
                        | (
                            models.Q(("released_at__isnull", False), ("released_by__isnull", False))
                            & ~models.Q(("release_act", ""))
                            & ~models.Q(("release_reason", ""))
                            & ~models.Q(("released_by", models.F("set_by")))
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AnomalyNotice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reference", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", models.UUIDField()),
                ("noticed_on", models.DateField()),
                ("what", models.TextField()),
                ("to_provider", models.TextField()),
                ("to_agency", models.TextField()),
            ],
            options={
                "db_table": "saml_anomaly_notice",
                "indexes": [models.Index(models.F("reference"), name="anomaly_notice_reference")],
                "constraints": [
                    models.CheckConstraint(
                        name="anomaly_notice_says_what", condition=~models.Q(("what", ""))
                    )
                ],
            },
        ),
        migrations.RunSQL(GUARDS, DROP_GUARDS),
    ]
