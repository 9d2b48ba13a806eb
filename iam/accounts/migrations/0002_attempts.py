# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How often each address or person did a thing of late; see iam/accounts/limits."""

import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Attempts",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "rule", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("rule", models.TextField()),
                ("key", models.BinaryField()),
                ("full_at", models.DateTimeField(db_index=True)),
                ("told_at", models.DateTimeField(null=True, blank=True)),
            ],
            options={
                "db_table": "accounts_attempts",
                "constraints": [
                    models.CheckConstraint(
                        name="attempts_key_is_a_pseudonym",
                        condition=django.db.models.lookups.Exact(
                            django.db.models.functions.text.Length("key"), 32
                        ),
                    )
                ],
            },
        ),
    ]
