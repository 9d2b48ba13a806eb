# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The log, its tree, and the triggers that keep both append-only."""

import django.contrib.postgres.indexes
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

APPEND_ONLY = (
    "audit_event",
    "audit_epoch",
    "audit_batch",
    "audit_checkpoint",
    "audit_cosignature",
)

FUNCTIONS = """
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'registro-sola-aggiunta: % su % non è ammesso', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION audit_tile_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.level <> OLD.level OR NEW.index <> OLD.index
       OR length(NEW.hashes) <= length(OLD.hashes)
       OR substring(NEW.hashes FOR length(OLD.hashes)) <> OLD.hashes THEN
        RAISE EXCEPTION 'registro-sola-aggiunta: la tessera % / % può solo crescere',
            OLD.level, OLD.index USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
"""

DROP_FUNCTIONS = """
DROP FUNCTION audit_refuse_change() CASCADE;
DROP FUNCTION audit_tile_only_grows() CASCADE;
"""


def refusing(table: str, what: str) -> str:
    """ALWAYS: replication mode, the way round ordinary triggers, does not silence this one."""
    return f"""
CREATE TRIGGER {table}_append_only BEFORE {what} ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_append_only;
"""


TILES = """
CREATE TRIGGER audit_tile_only_grows BEFORE UPDATE ON audit_tile
    FOR EACH ROW EXECUTE FUNCTION audit_tile_only_grows();
ALTER TABLE audit_tile ENABLE ALWAYS TRIGGER audit_tile_only_grows;
ALTER TABLE audit_tile ALTER COLUMN hashes SET STORAGE EXTERNAL;
ALTER TABLE audit_tile ADD CONSTRAINT audit_tile_holds_whole_hashes
    CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0);
"""

IDENTITY = "ALTER TABLE audit_event ALTER COLUMN id SET GENERATED ALWAYS"

FIRST_EPOCH = """
INSERT INTO audit_epoch (epoch, cluster)
SELECT 1, system_identifier::text FROM pg_control_system()
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("root", models.BinaryField()),
                ("note", models.TextField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "audit_checkpoint",
            },
        ),
        migrations.CreateModel(
            name="Cosignature",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "size",
                        "witness",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("size", models.BigIntegerField()),
                ("witness", models.TextField()),
                ("line", models.TextField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "audit_cosignature",
            },
        ),
        migrations.CreateModel(
            name="LogEpoch",
            fields=[
                ("epoch", models.IntegerField(primary_key=True, serialize=False)),
                ("cluster", models.TextField()),
                (
                    "opened_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "db_table": "audit_epoch",
            },
        ),
        migrations.CreateModel(
            name="Tile",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "level",
                        "index",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("level", models.SmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("hashes", models.BinaryField()),
            ],
            options={
                "db_table": "audit_tile",
            },
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("log_epoch", models.IntegerField(db_default=1)),
                (
                    "xid",
                    models.BigIntegerField(
                        db_default=django.db.models.functions.comparison.Cast(
                            django.db.models.functions.comparison.Cast(
                                models.Func(function="pg_current_xact_id"), models.TextField()
                            ),
                            models.BigIntegerField(),
                        )
                    ),
                ),
                ("at", models.DateTimeField()),
                ("kind", models.TextField()),
                (
                    "outcome",
                    models.SmallIntegerField(
                        choices=[(0, "riuscito"), (1, "rifiutato"), (2, "errore")], default=0
                    ),
                ),
                ("actor", models.UUIDField(null=True)),
                ("actor_kind", models.TextField(blank=True, default="")),
                ("role", models.TextField(blank=True, default="")),
                ("acting_grant", models.UUIDField(null=True)),
                ("ambito", models.TextField(blank=True, default="")),
                ("comune", models.TextField(blank=True, default="")),
                ("ente", models.TextField(blank=True, default="")),
                ("person", models.UUIDField(null=True)),
                ("subject", models.BinaryField(null=True)),
                ("client", models.TextField(blank=True, default="")),
                ("purpose", models.TextField(blank=True, default="")),
                ("practice", models.TextField(blank=True, default="")),
                ("request_id", models.TextField(blank=True, default="")),
                ("address", models.TextField(blank=True, default="")),
                ("body", models.BinaryField()),
                ("leaf", models.BinaryField()),
            ],
            options={
                "db_table": "audit_event",
                "ordering": ("-id",),
                "indexes": [
                    models.Index(
                        models.F("log_epoch"),
                        models.F("xid"),
                        models.F("id"),
                        name="audit_event_order",
                    ),
                    models.Index(
                        models.F("subject"),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("subject__isnull", False)),
                        name="audit_event_subject",
                    ),
                    models.Index(
                        models.F("actor"),
                        models.OrderBy(models.F("id"), descending=True),
                        name="audit_event_actor",
                    ),
                    models.Index(
                        models.F("person"),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("person__isnull", False)),
                        name="audit_event_person",
                    ),
                    models.Index(
                        models.F("ambito"),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(
                            ("subject__isnull", True), models.Q(("ambito", ""), _negated=True)
                        ),
                        name="audit_event_ambito",
                    ),
                    models.Index(
                        models.F("comune"),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("outcome", 0), _negated=True),
                        name="audit_event_refused",
                    ),
                    django.contrib.postgres.indexes.BrinIndex(
                        models.F("at"), name="audit_event_at"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            django.db.models.functions.text.Length("leaf"), 32
                        ),
                        name="audit_event_leaf_is_sha256",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("first_leaf", models.BigIntegerField(primary_key=True, serialize=False)),
                ("n", models.IntegerField()),
                ("log_epoch", models.IntegerField()),
                ("xid_from", models.BigIntegerField()),
                ("xid_to", models.BigIntegerField()),
                ("root", models.BinaryField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "audit_batch",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("n__gt", 0)), name="audit_batch_is_not_empty"
                    ),
                    models.UniqueConstraint(
                        models.F("log_epoch"),
                        models.F("xid_to"),
                        name="audit_batch_follows_the_order",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        *(
            migrations.RunSQL(
                refusing(table, "UPDATE OR DELETE OR TRUNCATE"), migrations.RunSQL.noop
            )
            for table in APPEND_ONLY
        ),
        migrations.RunSQL(refusing("audit_tile", "DELETE OR TRUNCATE"), migrations.RunSQL.noop),
        migrations.RunSQL(TILES, migrations.RunSQL.noop),
        migrations.RunSQL(IDENTITY, migrations.RunSQL.noop),
        migrations.RunSQL(FIRST_EPOCH, migrations.RunSQL.noop),
    ]
