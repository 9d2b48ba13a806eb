# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Identities of other States (eIDAS): nobody's, until a Super Utente links them."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_attempts"),
    ]

    operations = [
        migrations.CreateModel(
            name="ForeignIdentity",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reference", models.TextField(unique=True)),
                ("provider", models.TextField()),
                ("code_index", models.BinaryField(max_length=32, unique=True)),
                ("sealed", models.BinaryField()),
                ("first_seen", models.DateTimeField()),
                ("last_seen", models.DateTimeField(db_index=True)),
                ("linked_at", models.DateTimeField(blank=True, null=True)),
                ("linked_by", models.UUIDField(blank=True, null=True)),
                ("act", models.TextField(blank=True, default="")),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="foreign_identities",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "accounts_foreign_identity",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("act", ""),
                                ("linked_at", None),
                                ("linked_by", None),
                                ("person", None),
                            ),
                            models.Q(
                                ("linked_at__isnull", False),
                                ("person__isnull", False),
                                ("linked_by__isnull", False),
                                models.Q(("act", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="foreign_identity_linked_by_an_act",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("person", None),
                            models.Q(("linked_by", models.F("person")), _negated=True),
                            _connector="OR",
                        ),
                        name="foreign_identity_not_linked_by_its_owner",
                    ),
                ],
            },
        ),
    ]
