# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The registry of identity providers: its copies, its signers, the changes that wait.

Pre-deploy, 1 of 1. Providers already there came from a folder, until the registry names them.
"""

import uuid

import django.contrib.postgres.fields
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("saml", "0001_federation"),
    ]

    operations = [
        migrations.CreateModel(
            name="RegistryChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("scheme", models.TextField()),
                ("about", models.TextField()),
                ("name", models.TextField(blank=True, default="")),
                (
                    "differences",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                ("digest", models.TextField()),
                ("document", models.BinaryField()),
                ("seen_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("decision", models.TextField(blank=True, default="")),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decided_by", models.UUIDField(blank=True, null=True)),
                ("reason", models.TextField(blank=True, default="")),
            ],
            options={
                "db_table": "saml_registry_change",
            },
        ),
        migrations.CreateModel(
            name="RegistryCopy",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("scheme", models.TextField()),
                ("sha256", models.TextField()),
                ("document", models.BinaryField()),
                ("valid_until", models.DateTimeField(blank=True, null=True)),
                ("taken_at", models.DateTimeField()),
                ("replaced_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "saml_registry_copy",
            },
        ),
        migrations.CreateModel(
            name="RegistryState",
            fields=[
                ("scheme", models.TextField(primary_key=True, serialize=False)),
                ("sha256", models.TextField(blank=True, default="")),
                ("signer", models.BinaryField(blank=True, null=True)),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                ("tried_at", models.DateTimeField(blank=True, null=True)),
                ("fault", models.TextField(blank=True, default="")),
                ("unusable", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "saml_registry_state",
            },
        ),
        migrations.CreateModel(
            name="TrustedSigner",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("scheme", models.TextField()),
                ("certificate", models.BinaryField()),
                ("fingerprint", models.TextField()),
                ("trusted_at", models.DateTimeField()),
                ("trusted_by", models.UUIDField()),
            ],
            options={
                "db_table": "saml_trusted_signer",
            },
        ),
        migrations.AddField(
            model_name="identityprovider",
            name="origin",
            field=models.TextField(default="cartella"),
        ),
        migrations.AddConstraint(
            model_name="identityprovider",
            constraint=models.CheckConstraint(
                condition=models.Q(("origin__in", ["registro", "cartella"])),
                name="identity_provider_has_an_origin",
            ),
        ),
        migrations.AddConstraint(
            model_name="registrychange",
            constraint=models.UniqueConstraint(
                models.F("scheme"),
                models.F("about"),
                condition=models.Q(("decision", ""), ("withdrawn_at__isnull", True)),
                name="registry_change_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="registrychange",
            constraint=models.CheckConstraint(
                condition=models.Q(("scheme__in", ["spid", "cie", "eidas"])),
                name="registry_change_has_a_scheme",
            ),
        ),
        migrations.AddConstraint(
            model_name="registrychange",
            constraint=models.CheckConstraint(
                condition=models.Q(("differences__len__gt", 0)),
                name="registry_change_says_what_differs",
            ),
        ),
        migrations.AddConstraint(
            model_name="registrychange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True),
                        ("decided_by__isnull", True),
                        ("decision", ""),
                        ("reason", ""),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("decision__in", ["approvata", "rifiutata"]),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="registry_change_decision_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="registrychange",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.Exact(
                    django.db.models.functions.text.Length("digest"), 64
                ),
                name="registry_change_digest_is_sha256",
            ),
        ),
        migrations.AddConstraint(
            model_name="registrycopy",
            constraint=models.UniqueConstraint(
                models.F("scheme"), models.F("sha256"), name="registry_copy_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="registrycopy",
            constraint=models.UniqueConstraint(
                models.F("scheme"),
                condition=models.Q(("replaced_at__isnull", True)),
                name="registry_copy_one_in_force",
            ),
        ),
        migrations.AddConstraint(
            model_name="registrycopy",
            constraint=models.CheckConstraint(
                condition=models.Q(("scheme__in", ["spid", "cie", "eidas"])),
                name="registry_copy_has_a_scheme",
            ),
        ),
        migrations.AddConstraint(
            model_name="registrycopy",
            constraint=models.CheckConstraint(
                condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                name="registry_copy_digest_is_sha256",
            ),
        ),
        migrations.AddConstraint(
            model_name="registrystate",
            constraint=models.CheckConstraint(
                condition=models.Q(("scheme__in", ["spid", "cie", "eidas"])),
                name="registry_state_has_a_scheme",
            ),
        ),
        migrations.AddConstraint(
            model_name="trustedsigner",
            constraint=models.UniqueConstraint(
                models.F("scheme"), models.F("fingerprint"), name="trusted_signer_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="trustedsigner",
            constraint=models.CheckConstraint(
                condition=models.Q(("scheme__in", ["spid", "cie", "eidas"])),
                name="trusted_signer_has_a_scheme",
            ),
        ),
    ]
