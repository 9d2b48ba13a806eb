# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Conventions, the signed files, the enablement of Comuni; and the sequence of their numbers."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("enti", "0001_territories"),
        ("signatures", "0001_kept_files_and_trust_lists"),
    ]

    operations = [
        migrations.CreateModel(
            name="Convenzione",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.CharField(max_length=30, unique=True)),
                (
                    "sections",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("patti", "patti"),
                                ("anagrafici", "anagrafici"),
                                ("puc", "puc"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                    ),
                ),
                ("modello", models.CharField(max_length=20)),
                ("modello_sha256", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pronta", "Pronta da firmare"),
                            ("verificata", "Firma verificata"),
                            ("in-vigore", "In vigore"),
                            ("cessata", "Cessata"),
                        ],
                        default="pronta",
                        max_length=20,
                    ),
                ),
                ("prepared_by", models.UUIDField()),
                ("prepared_at", models.DateTimeField()),
                ("in_force_since", models.DateTimeField(blank=True, null=True)),
                ("expires_on", models.DateField(blank=True, null=True)),
                ("ceased_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ambito",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enti.ambito",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="signatures.storedfile",
                    ),
                ),
                (
                    "ente",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enti.ente",
                    ),
                ),
                (
                    "rappresentante",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enti.legalerappresentante",
                    ),
                ),
            ],
            options={
                "verbose_name": "convenzione",
                "verbose_name_plural": "convenzioni",
                "ordering": ("-prepared_at", "pk"),
            },
        ),
        migrations.CreateModel(
            name="SignedUpload",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ricevuto", "Ricevuto, in verifica"),
                            ("accettato", "Firma valida"),
                            ("rifiutato", "Rifiutato"),
                            ("in-sospeso", "Controllo da ripetere"),
                        ],
                        default="ricevuto",
                        max_length=20,
                    ),
                ),
                ("uploaded_by", models.UUIDField()),
                ("uploaded_at", models.DateTimeField()),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=60)),
                ("report_sealed", models.BinaryField(null=True)),
                ("report_hash", models.CharField(blank=True, max_length=64)),
                (
                    "signers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                (
                    "convenzione",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uploads",
                        to="convenzioni.convenzione",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="signatures.storedfile",
                    ),
                ),
            ],
            options={
                "verbose_name": "file firmato",
                "verbose_name_plural": "file firmati",
                "ordering": ("-uploaded_at", "pk"),
            },
        ),
        migrations.AddField(
            model_name="convenzione",
            name="accepted",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="convenzioni.signedupload",
            ),
        ),
        migrations.CreateModel(
            name="Coverage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "comune",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enti.comune",
                    ),
                ),
                (
                    "convenzione",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="coverage",
                        to="convenzioni.convenzione",
                    ),
                ),
            ],
            options={
                "verbose_name": "Comune coperto",
                "verbose_name_plural": "Comuni coperti",
                "constraints": [
                    models.UniqueConstraint(fields=("convenzione", "comune"), name="coverage_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Enablement",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "section",
                    models.CharField(
                        choices=[("patti", "patti"), ("anagrafici", "anagrafici"), ("puc", "puc")],
                        max_length=20,
                    ),
                ),
                ("report_hash", models.CharField(max_length=64)),
                ("enabled_by", models.UUIDField()),
                ("enabled_at", models.DateTimeField()),
                ("suspended_at", models.DateTimeField(blank=True, null=True)),
                ("suspended_by", models.UUIDField(blank=True, null=True)),
                ("suspension_reason", models.CharField(blank=True, max_length=300)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "comune",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enti.comune",
                    ),
                ),
                (
                    "convenzione",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enablements",
                        to="convenzioni.convenzione",
                    ),
                ),
            ],
            options={
                "verbose_name": "abilitazione",
                "verbose_name_plural": "abilitazioni",
                "ordering": ("comune", "section"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("comune", "section"),
                        name="enablement_one_per_comune_and_section",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("report_hash__regex", "^[0-9a-f]{64}$")),
                        name="enablement_rests_on_a_report",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("suspended_at", None),
                                ("suspended_by", None),
                                ("suspension_reason", ""),
                            ),
                            models.Q(
                                ("suspended_at__isnull", False),
                                ("suspended_by__isnull", False),
                                models.Q(("suspension_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="enablement_suspended_with_a_name_and_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at", None),
                            ("ended_at__gte", models.F("enabled_at")),
                            _connector="OR",
                        ),
                        name="enablement_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="signedupload",
            index=models.Index(
                condition=models.Q(("state__in", ["ricevuto", "in-sospeso"])),
                fields=["uploaded_at"],
                name="upload_to_verify",
            ),
        ),
        migrations.AddConstraint(
            model_name="signedupload",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "ricevuto"),
                    models.Q(
                        ("report_sealed__isnull", False),
                        ("verified_at__isnull", False),
                        models.Q(("report_hash", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="upload_judged_has_its_report",
            ),
        ),
        migrations.AddConstraint(
            model_name="convenzione",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "cessata"), _negated=True),
                fields=("ente",),
                name="convenzione_one_open_per_ente",
            ),
        ),
        migrations.AddConstraint(
            model_name="convenzione",
            constraint=models.CheckConstraint(
                condition=models.Q(("sections", []), _negated=True),
                name="convenzione_covers_a_section",
            ),
        ),
        migrations.AddConstraint(
            model_name="convenzione",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["pronta", "cessata"]),
                    ("accepted__isnull", False),
                    _connector="OR",
                ),
                name="convenzione_in_force_was_verified",
            ),
        ),
        migrations.AddConstraint(
            model_name="convenzione",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "in-vigore"), _negated=True),
                    ("in_force_since__isnull", False),
                    _connector="OR",
                ),
                name="convenzione_in_force_has_its_first_day",
            ),
        ),
        migrations.RunSQL("CREATE SEQUENCE convenzione_number", "DROP SEQUENCE convenzione_number"),
    ]
