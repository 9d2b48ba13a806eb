# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Public bodies and territories; a Comune is in one Ambito at a time."""

import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="StatoEstero",
            fields=[
                (
                    "codice_catastale",
                    models.CharField(max_length=4, primary_key=True, serialize=False),
                ),
                ("denominazione", models.CharField(max_length=120)),
                ("denominazione_en", models.CharField(blank=True, max_length=120)),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
                ("sort_key", models.CharField(max_length=150)),
            ],
            options={
                "verbose_name": "Stato estero",
                "verbose_name_plural": "Stati esteri",
                "ordering": ("sort_key",),
            },
        ),
        migrations.CreateModel(
            name="Ente",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("comune", "Comune"),
                            ("ambito", "Ambito territoriale sociale"),
                            ("regione", "Regione"),
                            ("provincia-autonoma", "Provincia autonoma"),
                            ("ministero", "Ministero"),
                            ("ente-gestore", "Ente gestore"),
                            ("altro", "Altro soggetto accreditato"),
                        ],
                        max_length=20,
                    ),
                ),
                ("denominazione", models.CharField(max_length=200)),
                ("codice_fiscale_ente", models.CharField(blank=True, max_length=11)),
                ("codice_ipa", models.CharField(blank=True, max_length=20)),
                ("domicilio_digitale", models.EmailField(blank=True, max_length=254)),
                ("sort_key", models.CharField(max_length=250)),
            ],
            options={
                "verbose_name": "ente",
                "verbose_name_plural": "enti",
                "ordering": ("sort_key", "pk"),
                "indexes": [
                    models.Index(
                        django.db.models.functions.text.Upper("domicilio_digitale"),
                        name="ente_domicilio_digitale",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("codice_ipa", ""), _negated=True),
                        fields=("codice_ipa",),
                        name="ente_codice_ipa_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("codice_fiscale_ente", ""),
                            ("codice_fiscale_ente__regex", "^\\d{11}$"),
                            _connector="OR",
                        ),
                        name="ente_codice_fiscale_has_eleven_digits",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Provincia",
            fields=[
                ("sigla", models.CharField(max_length=2, primary_key=True, serialize=False)),
                ("codice_uts", models.CharField(max_length=3, unique=True)),
                ("denominazione", models.CharField(max_length=100)),
                ("sort_key", models.CharField(max_length=150)),
                (
                    "ente",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enti.ente",
                    ),
                ),
            ],
            options={
                "verbose_name": "Provincia",
                "verbose_name_plural": "Province",
                "ordering": ("sort_key",),
            },
        ),
        migrations.CreateModel(
            name="Comune",
            fields=[
                (
                    "codice_catastale",
                    models.CharField(max_length=4, primary_key=True, serialize=False),
                ),
                ("codice_istat", models.CharField(blank=True, max_length=6)),
                ("denominazione", models.CharField(max_length=120)),
                ("denominazione_altra_lingua", models.CharField(blank=True, max_length=120)),
                ("capoluogo", models.BooleanField(default=False)),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
                ("sort_key", models.CharField(max_length=250)),
                (
                    "successor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="predecessors",
                        to="enti.comune",
                    ),
                ),
                (
                    "ente",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comune",
                        to="enti.ente",
                    ),
                ),
                (
                    "provincia",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comuni",
                        to="enti.provincia",
                    ),
                ),
            ],
            options={
                "verbose_name": "Comune",
                "verbose_name_plural": "Comuni",
                "ordering": ("sort_key", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Regione",
            fields=[
                ("codice", models.CharField(max_length=2, primary_key=True, serialize=False)),
                ("denominazione", models.CharField(max_length=100)),
                ("sort_key", models.CharField(max_length=150)),
                (
                    "ente",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enti.ente",
                    ),
                ),
            ],
            options={
                "verbose_name": "Regione",
                "verbose_name_plural": "Regioni",
                "ordering": ("sort_key",),
            },
        ),
        migrations.AddField(
            model_name="provincia",
            name="regione",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="province",
                to="enti.regione",
            ),
        ),
        migrations.CreateModel(
            name="Ambito",
            fields=[
                ("codice", models.CharField(max_length=12, primary_key=True, serialize=False)),
                ("denominazione", models.CharField(max_length=200)),
                ("invented", models.BooleanField(default=False)),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
                ("sort_key", models.CharField(max_length=250)),
                (
                    "capofila",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ambiti_led",
                        to="enti.comune",
                    ),
                ),
                (
                    "ente",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ambito",
                        to="enti.ente",
                    ),
                ),
                (
                    "regione",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ambiti",
                        to="enti.regione",
                    ),
                ),
            ],
            options={
                "verbose_name": "Ambito",
                "verbose_name_plural": "Ambiti",
                "ordering": ("sort_key", "pk"),
            },
        ),
        migrations.CreateModel(
            name="AmbitoMembership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "ambito",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="enti.ambito",
                    ),
                ),
                (
                    "comune",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="enti.comune",
                    ),
                ),
            ],
            options={
                "verbose_name": "appartenenza all'Ambito",
                "verbose_name_plural": "appartenenze agli Ambiti",
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("comune", "="), ("period", "&&")],
                        name="comune_in_one_ambito_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)),
                        name="ambito_membership_lasts_some_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LegaleRappresentante",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("given_name", models.CharField(max_length=100)),
                ("family_name", models.CharField(max_length=100)),
                ("codice_fiscale", models.BinaryField()),
                ("codice_fiscale_index", models.BinaryField(db_index=True, max_length=32)),
                ("office", models.CharField(default="Legale rappresentante", max_length=100)),
                ("act", models.CharField(max_length=200)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("confirmed_by", models.UUIDField(blank=True, null=True)),
                (
                    "ente",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rappresentanti",
                        to="enti.ente",
                    ),
                ),
            ],
            options={
                "verbose_name": "legale rappresentante",
                "verbose_name_plural": "legali rappresentanti",
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("ente", "="), ("period", "&&")],
                        name="ente_has_one_legale_rappresentante_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)),
                        name="legale_rappresentante_lasts_some_day",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="comune",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass("sort_key", name="text_pattern_ops"),
                name="comune_by_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="comune",
            constraint=models.CheckConstraint(
                condition=models.Q(("codice_catastale__regex", "^[A-M]\\d{3}$")),
                name="comune_codice_catastale_is_a_letter_and_three_digits",
            ),
        ),
        migrations.AddConstraint(
            model_name="comune",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("codice_istat", ""), ("codice_istat__regex", "^\\d{6}$"), _connector="OR"
                ),
                name="comune_codice_istat_has_six_digits",
            ),
        ),
        migrations.AddConstraint(
            model_name="comune",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until", None), ("until__gte", models.F("since")), _connector="OR"
                ),
                name="comune_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="comune",
            constraint=models.UniqueConstraint(
                condition=models.Q(models.Q(("codice_istat", ""), _negated=True), ("until", None)),
                fields=("codice_istat",),
                name="comune_codice_istat_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="ambito",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until", None), ("until__gte", models.F("since")), _connector="OR"
                ),
                name="ambito_ends_after_it_begins",
            ),
        ),
    ]
