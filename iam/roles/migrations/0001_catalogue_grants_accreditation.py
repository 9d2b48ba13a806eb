# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Catalogue, indications, grants and the practice of accreditation."""

import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("enti", "0001_territories"),
        ("signatures", "__first__"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Grant",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("role", models.CharField(max_length=40)),
                ("incompatibility", models.CharField(max_length=40)),
                (
                    "territory",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            models.F("comune"), models.F("ambito"), models.Value("IT")
                        ),
                        output_field=models.CharField(max_length=12),
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("act", models.CharField(max_length=200)),
                ("granted_by", models.UUIDField()),
                ("granted_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_by", models.UUIDField(blank=True, null=True)),
                ("end_reason", models.CharField(blank=True, max_length=300)),
                (
                    "ambito",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enti.ambito",
                    ),
                ),
                (
                    "comune",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enti.comune",
                    ),
                ),
                (
                    "ente",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enti.ente",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "profilo assegnato",
                "verbose_name_plural": "profili assegnati",
                "ordering": ("-granted_at", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Accreditation",
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
                            ("invitato", "Invitato"),
                            ("dati-compilati", "Dati compilati"),
                            ("documentazione-ricevuta", "Documentazione ricevuta"),
                            ("in-verifica", "In verifica"),
                            ("integrazione-richiesta", "Integrazione richiesta"),
                            ("atto-predisposto", "Atto predisposto"),
                            ("atto-controfirmato", "Atto controfirmato"),
                            ("censito", "Censito"),
                            ("comunicato", "Comunicato"),
                            ("sospeso", "Sospeso"),
                            ("cessato", "Cessato"),
                            ("rifiutato", "Rifiutato"),
                        ],
                        default="invitato",
                        max_length=30,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("given_name", models.CharField(blank=True, max_length=100)),
                ("family_name", models.CharField(blank=True, max_length=100)),
                ("codice_fiscale", models.BinaryField(null=True)),
                (
                    "codice_fiscale_index",
                    models.BinaryField(db_index=True, max_length=32, null=True),
                ),
                ("birth_date", models.DateField(blank=True, null=True)),
                ("birth_place", models.CharField(blank=True, max_length=4)),
                (
                    "gender",
                    models.CharField(
                        blank=True, choices=[("F", "Femminile"), ("M", "Maschile")], max_length=1
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=30)),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("documents_received_at", models.DateTimeField(blank=True, null=True)),
                ("reviewed_by", models.UUIDField(blank=True, null=True)),
                ("request_text", models.TextField(blank=True)),
                (
                    "legal_form",
                    models.CharField(
                        choices=[
                            (
                                "designato_2quaterdecies",
                                "Designato (art. 2-quaterdecies del Codice)",
                            ),
                            ("autorizzato_art29", "Autorizzato (art. 29 GDPR)"),
                            ("responsabile_art28", "Responsabile del trattamento (art. 28 GDPR)"),
                        ],
                        default="designato_2quaterdecies",
                        max_length=30,
                    ),
                ),
                ("act_protocol_number", models.CharField(blank=True, max_length=40)),
                ("act_protocol_date", models.DateField(blank=True, null=True)),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
                ("countersigned_at", models.DateTimeField(blank=True, null=True)),
                ("registered_at", models.DateTimeField(blank=True, null=True)),
                ("notice", models.UUIDField(blank=True, null=True, unique=True)),
                ("communicated_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("close_reason", models.CharField(blank=True, max_length=300)),
                (
                    "act",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="signatures.storedfile",
                    ),
                ),
                (
                    "ambito",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="practices",
                        to="enti.ambito",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "signatory",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enti.legalerappresentante",
                    ),
                ),
                (
                    "grant",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="roles.grant",
                    ),
                ),
            ],
            options={
                "verbose_name": "pratica di accreditamento",
                "verbose_name_plural": "pratiche di accreditamento",
                "ordering": ("ambito", "-opened_at"),
            },
        ),
        migrations.CreateModel(
            name="IncomingNote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("message", models.UUIDField(unique=True)),
                ("sender", models.EmailField(max_length=254)),
                ("subject", models.CharField(blank=True, max_length=300)),
                ("received_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("abbinata", "Abbinata alla pratica"),
                            ("non-certificata", "Non arrivata come PEC"),
                            ("mittente-sconosciuto", "Mittente non riconosciuto"),
                            ("senza-pratica", "Nessuna pratica in attesa di documenti"),
                            ("incompleta", "Allegati mancanti"),
                            ("esaminata", "Esaminata"),
                        ],
                        max_length=30,
                    ),
                ),
                ("missing", models.CharField(blank=True, max_length=200)),
                (
                    "accreditation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="roles.accreditation",
                    ),
                ),
            ],
            options={
                "verbose_name": "nota ricevuta",
                "verbose_name_plural": "note ricevute",
                "ordering": ("-received_at", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Indication",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("role", models.CharField(max_length=40)),
                ("whole_ambito", models.BooleanField(default=False)),
                ("act", models.CharField(max_length=200)),
                ("protocol_number", models.CharField(max_length=40)),
                ("protocol_date", models.DateField()),
                ("fund", models.CharField(blank=True, max_length=100)),
                ("employer", models.CharField(blank=True, max_length=200)),
                ("recorded_by", models.UUIDField()),
                ("recorded_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "comune",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enti.comune",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "indicazione del Comune",
                "verbose_name_plural": "indicazioni dei Comuni",
                "ordering": ("-recorded_at", "pk"),
            },
        ),
        migrations.AddField(
            model_name="grant",
            name="indication",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="grants",
                to="roles.indication",
            ),
        ),
        migrations.CreateModel(
            name="RoleVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(max_length=40)),
                ("version", models.PositiveSmallIntegerField()),
                ("denominazione", models.CharField(max_length=120)),
                ("summary", models.CharField(max_length=300)),
                (
                    "levels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("nazionale", "Nazionale"),
                                ("ambito", "Ambito"),
                                ("comune", "Comune"),
                            ],
                            max_length=10,
                        ),
                        size=None,
                    ),
                ),
                (
                    "may",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), size=None
                    ),
                ),
                ("incompatibility", models.CharField(max_length=40)),
                ("default_holder", models.CharField(blank=True, max_length=40)),
                ("source", models.CharField(max_length=300)),
                ("founding", models.BooleanField(default=False)),
                ("proposed_by", models.UUIDField(blank=True, null=True)),
                ("first_approver", models.UUIDField(blank=True, null=True)),
                ("second_approver", models.UUIDField(blank=True, null=True)),
                ("in_force_since", models.DateField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "versione del ruolo",
                "verbose_name_plural": "catalogo dei ruoli",
                "ordering": ("code", "-version"),
                "constraints": [
                    models.UniqueConstraint(fields=("code", "version"), name="role_version_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("founding", True),
                            ("in_force_since", None),
                            models.Q(
                                ("first_approver__isnull", False),
                                ("second_approver__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="role_version_in_force_has_two_approvals",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("first_approver", None),
                                models.Q(
                                    ("first_approver", models.F("proposed_by")), _negated=True
                                ),
                                _connector="OR",
                            ),
                            models.Q(
                                ("second_approver", None),
                                models.Q(
                                    ("second_approver", models.F("proposed_by")), _negated=True
                                ),
                                _connector="OR",
                            ),
                            models.Q(
                                ("first_approver", None),
                                ("second_approver", None),
                                models.Q(
                                    ("second_approver", models.F("first_approver")), _negated=True
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="role_version_approvers_are_three_persons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("levels", []), _negated=True),
                        name="role_version_has_a_level",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="grant",
            name="role_version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="grants",
                to="roles.roleversion",
            ),
        ),
        migrations.CreateModel(
            name="AccreditationDocument",
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
                            ("nota", "Nota di autorizzazione"),
                            ("documento-identita", "Documento di identità"),
                            ("codice-fiscale", "Copia del codice fiscale"),
                            ("delega", "Provvedimento di delega"),
                            ("altro", "Altro allegato"),
                        ],
                        max_length=30,
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("sha256", models.CharField(max_length=64)),
                ("protocol_number", models.CharField(blank=True, max_length=40)),
                ("protocol_date", models.DateField(blank=True, null=True)),
                ("received_at", models.DateTimeField()),
                (
                    "accreditation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="roles.accreditation",
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
                "verbose_name": "documento della pratica",
                "verbose_name_plural": "documenti della pratica",
                "ordering": ("received_at", "kind"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("accreditation", "kind", "sha256"),
                        name="accreditation_document_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ActUpload",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("ministero", "Firma per il Ministero"),
                            ("interessato", "Controfirma della persona designata"),
                        ],
                        max_length=20,
                    ),
                ),
                ("uploaded_by", models.UUIDField()),
                ("uploaded_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("da-verificare", "Da verificare"),
                            ("accettato", "Firma accettata"),
                            ("rifiutato", "Firma rifiutata"),
                            ("non-verificabile", "Firma non verificabile per ora"),
                        ],
                        default="da-verificare",
                        max_length=20,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=60)),
                ("report_sealed", models.BinaryField(null=True)),
                ("report_hash", models.CharField(blank=True, max_length=64)),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
                (
                    "accreditation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uploads",
                        to="roles.accreditation",
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
                "verbose_name": "atto caricato",
                "verbose_name_plural": "atti caricati",
                "ordering": ("-uploaded_at", "pk"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "accettato")),
                        fields=("accreditation", "stage"),
                        name="act_upload_one_accepted_per_stage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "accettato"), _negated=True),
                            models.Q(
                                models.Q(("report_hash", ""), _negated=True),
                                ("verified_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="act_upload_accepted_has_its_report",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CountersignLink",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("token_sha256", models.BinaryField(max_length=32, unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "accreditation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
                        to="roles.accreditation",
                    ),
                ),
            ],
            options={
                "verbose_name": "link di controfirma",
                "verbose_name_plural": "link di controfirma",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="countersign_link_expires_later",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="accreditation",
            index=models.Index(fields=["state"], name="accreditation_by_state"),
        ),
        migrations.AddConstraint(
            model_name="accreditation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["cessato", "rifiutato"]), _negated=True),
                fields=("ambito",),
                name="accreditation_one_open_per_ambito",
            ),
        ),
        migrations.AddConstraint(
            model_name="accreditation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["censito", "comunicato"]), _negated=True),
                    models.Q(("grant__isnull", False), ("registered_at__isnull", False)),
                    _connector="OR",
                ),
                name="accreditation_registered_has_a_grant",
            ),
        ),
        migrations.AddConstraint(
            model_name="accreditation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "comunicato"), _negated=True),
                    ("communicated_at__isnull", False),
                    _connector="OR",
                ),
                name="accreditation_communicated_was_delivered",
            ),
        ),
        migrations.AddConstraint(
            model_name="accreditation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["invitato", "cessato", "rifiutato"]),
                    models.Q(
                        ("birth_date__isnull", False),
                        ("codice_fiscale_index__isnull", False),
                        models.Q(("given_name", ""), _negated=True),
                        models.Q(("family_name", ""), _negated=True),
                        models.Q(("email", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="accreditation_compiled_has_its_fields",
            ),
        ),
        migrations.AddConstraint(
            model_name="incomingnote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "abbinata"), _negated=True),
                    ("accreditation__isnull", False),
                    _connector="OR",
                ),
                name="incoming_note_matched_has_its_practice",
            ),
        ),
        migrations.AddConstraint(
            model_name="indication",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)),
                fields=("comune", "person", "role", "protocol_number", "protocol_date"),
                name="indication_once_per_person_role_and_protocol",
            ),
        ),
        migrations.AddConstraint(
            model_name="indication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("act", ""), _negated=True),
                    models.Q(("protocol_number", ""), _negated=True),
                ),
                name="indication_names_its_act",
            ),
        ),
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)),
                fields=["ambito"],
                name="grant_by_ambito",
            ),
        ),
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)),
                fields=["comune"],
                name="grant_by_comune",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                expressions=[("person", "="), ("role", "="), ("territory", "="), ("period", "&&")],
                name="grant_once_per_person_role_and_territory",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                expressions=[("person", "="), ("incompatibility", "<>"), ("period", "&&")],
                name="grant_roles_are_compatible",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(("ambito", None), ("comune", None), _connector="OR"),
                name="grant_has_one_territory",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("period__isempty", False), ("period__startswith__isnull", False)
                ),
                name="grant_lasts_some_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("end_reason", ""), ("ended_at", None), ("ended_by", None)),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("ended_by__isnull", False),
                        models.Q(("end_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="grant_ends_with_a_name_and_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(("act", ""), _negated=True), name="grant_names_its_act"
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(("granted_by", models.F("person")), _negated=True),
                name="grant_is_never_to_oneself",
            ),
        ),
    ]
