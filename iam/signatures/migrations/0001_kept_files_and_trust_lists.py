# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Kept files, which nothing may change, and copies of the trust list."""

import uuid

from django.db import migrations, models
from django.db.models import F, Q

IMMUTABLE = """
CREATE FUNCTION signatures_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'file-immutabile: % su % non e'' ammesso', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER stored_file_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE
    ON signatures_storedfile FOR EACH STATEMENT EXECUTE FUNCTION signatures_refuse_change();
ALTER TABLE signatures_storedfile ENABLE ALWAYS TRIGGER stored_file_never_changes;
CREATE TRIGGER trust_list_copy_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE
    ON signatures_trustlistcopy FOR EACH STATEMENT EXECUTE FUNCTION signatures_refuse_change();
ALTER TABLE signatures_trustlistcopy ENABLE ALWAYS TRIGGER trust_list_copy_never_changes;
"""

UNDO = """
DROP FUNCTION signatures_refuse_change() CASCADE;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                ("media_type", models.CharField(max_length=100)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("sealed_content", models.BinaryField()),
                ("stored_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "file conservato",
                "verbose_name_plural": "file conservati",
                "indexes": [models.Index(fields=["sha256"], name="stored_file_by_digest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(size__gt=0, size__lte=20971520),
                        name="stored_file_is_at_most_20_mb",
                    ),
                    models.CheckConstraint(
                        condition=Q(sha256__regex="^[0-9a-f]{64}$"),
                        name="stored_file_has_a_digest",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TrustListCopy",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("territory", models.CharField(max_length=2)),
                ("sequence", models.PositiveIntegerField()),
                ("issued_at", models.DateTimeField()),
                ("next_update", models.DateTimeField()),
                ("sha256", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                ("authorities", models.PositiveIntegerField()),
                ("timestamp_authorities", models.PositiveIntegerField()),
                ("excluded", models.JSONField(default=list)),
                ("loaded_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "copia dell'elenco di fiducia",
                "verbose_name_plural": "copie dell'elenco di fiducia",
                "ordering": ["-loaded_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["territory", "sha256"], name="trust_list_copy_is_kept_once"
                    ),
                    models.CheckConstraint(
                        condition=Q(authorities__gt=0), name="trust_list_copy_has_authorities"
                    ),
                    models.CheckConstraint(
                        condition=Q(next_update__gt=F("issued_at")),
                        name="trust_list_copy_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.RunSQL(IMMUTABLE, UNDO),
    ]
