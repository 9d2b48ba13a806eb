# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pre-deploy. The outbox, what providers prove about it, and what arrived; nothing is old yet."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("signatures", "0001_kept_files_and_trust_lists"),
    ]

    operations = [
        migrations.CreateModel(
            name="FetchedMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mailbox", models.CharField(max_length=254)),
                ("uidvalidity", models.BigIntegerField()),
                ("uid", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField()),
                ("fetched_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "messaggio letto dalla casella",
                "verbose_name_plural": "messaggi letti dalla casella",
                "ordering": ("-pk",),
                "indexes": [models.Index(fields=["sha256"], name="fetched_message_by_digest")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("mailbox", "uidvalidity", "uid"),
                        name="fetched_message_once_per_uid",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IncomingMessage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sender", models.CharField(max_length=254)),
                ("certified", models.BooleanField()),
                ("transport", models.CharField(blank=True, max_length=20)),
                ("subject", models.CharField(blank=True, max_length=300)),
                ("text", models.TextField(blank=True)),
                ("identificativo", models.CharField(blank=True, max_length=300)),
                ("message_id", models.CharField(blank=True, max_length=500)),
                ("sent_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("verdict", models.CharField(max_length=20)),
                ("verdict_detail", models.CharField(blank=True, max_length=100)),
                ("state", models.CharField(default="da-esaminare", max_length=20)),
                ("about", models.UUIDField(blank=True, null=True)),
                ("examined_at", models.DateTimeField(blank=True, null=True)),
                ("examined_by", models.UUIDField(blank=True, null=True)),
                ("discarded_because", models.CharField(blank=True, max_length=300)),
                (
                    "fetched",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incoming",
                        to="notifications.fetchedmessage",
                    ),
                ),
            ],
            options={
                "verbose_name": "messaggio in arrivo",
                "verbose_name_plural": "messaggi in arrivo",
                "ordering": ("-received_at", "pk"),
            },
        ),
        migrations.CreateModel(
            name="IncomingAttachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=200)),
                ("media_type", models.CharField(max_length=100)),
                ("size", models.PositiveIntegerField()),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="signatures.storedfile",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="notifications.incomingmessage",
                    ),
                ),
            ],
            options={
                "verbose_name": "allegato in arrivo",
                "verbose_name_plural": "allegati in arrivo",
                "ordering": ("position",),
            },
        ),
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("channel", models.CharField(max_length=10)),
                ("kind", models.CharField(max_length=80)),
                ("about", models.UUIDField()),
                ("ambito", models.CharField(blank=True, max_length=40)),
                ("comune", models.CharField(blank=True, max_length=4)),
                ("read_with", models.CharField(max_length=60)),
                ("sender", models.CharField(max_length=254)),
                ("subject", models.CharField(max_length=300)),
                ("body", models.TextField()),
                ("dedupe_key", models.CharField(max_length=200)),
                ("reference", models.CharField(max_length=100)),
                ("state", models.CharField(default="da-inviare", max_length=20)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("next_at", models.DateTimeField()),
                ("queued_at", models.DateTimeField()),
                ("queued_by", models.UUIDField()),
                ("attempted_at", models.DateTimeField(blank=True, null=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("last_answer", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "verbose_name": "messaggio in uscita",
                "verbose_name_plural": "messaggi in uscita",
                "ordering": ("-queued_at", "pk"),
                "indexes": [
                    models.Index(fields=["about", "-queued_at"], name="outbox_message_about"),
                    models.Index(
                        condition=models.Q(("state", "da-inviare")),
                        fields=["next_at"],
                        name="outbox_message_due",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("dedupe_key",), name="outbox_message_once_per_key"
                    ),
                    models.UniqueConstraint(
                        fields=("reference",), name="outbox_message_has_own_reference"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "da-inviare",
                                    "esito-ignoto",
                                    "inviato",
                                    "accettato",
                                    "consegnato",
                                    "non-accettato",
                                    "non-consegnato",
                                ],
                            )
                        ),
                        name="outbox_message_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["pec"])),
                        name="outbox_message_channel_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "da-inviare"),
                            models.Q(("attempted_at__isnull", False), ("attempts__gt", 0)),
                            _connector="OR",
                        ),
                        name="outbox_message_left_after_an_attempt",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("settled_at__isnull", False),
                                ("state__in", ["consegnato", "non-accettato", "non-consegnato"]),
                            ),
                            models.Q(
                                ("settled_at__isnull", True),
                                (
                                    "state__in",
                                    ["da-inviare", "esito-ignoto", "inviato", "accettato"],
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="outbox_message_settled_has_its_instant",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutboxAttachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="signatures.storedfile",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="notifications.outboxmessage",
                    ),
                ),
            ],
            options={
                "verbose_name": "allegato in uscita",
                "verbose_name_plural": "allegati in uscita",
                "ordering": ("position",),
            },
        ),
        migrations.CreateModel(
            name="OutboxRecipient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("address", models.CharField(max_length=254)),
                ("state", models.CharField(default="in-attesa", max_length=20)),
                ("at", models.DateTimeField(blank=True, null=True)),
                ("detail", models.CharField(blank=True, max_length=500)),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recipients",
                        to="notifications.outboxmessage",
                    ),
                ),
            ],
            options={
                "verbose_name": "destinatario",
                "verbose_name_plural": "destinatari",
                "ordering": ("position",),
            },
        ),
        migrations.CreateModel(
            name="RawPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "fetched",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="notifications.fetchedmessage",
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
                "verbose_name": "parte del messaggio originale",
                "verbose_name_plural": "parti del messaggio originale",
                "ordering": ("position",),
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("identificativo", models.CharField(max_length=300)),
                ("recipient", models.CharField(blank=True, max_length=254)),
                ("last_word", models.BooleanField(default=False)),
                ("msgid", models.CharField(blank=True, max_length=500)),
                ("provider", models.CharField(blank=True, max_length=200)),
                ("fault", models.CharField(blank=True, max_length=20)),
                ("detail", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField()),
                ("verdict", models.CharField(max_length=20)),
                ("verdict_detail", models.CharField(blank=True, max_length=100)),
                ("applied", models.BooleanField(default=False)),
                (
                    "fetched",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipt",
                        to="notifications.fetchedmessage",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="notifications.outboxmessage",
                    ),
                ),
            ],
            options={
                "verbose_name": "ricevuta",
                "verbose_name_plural": "ricevute",
                "ordering": ("at", "fetched_id"),
            },
        ),
        migrations.AddIndex(
            model_name="incomingmessage",
            index=models.Index(fields=["about", "-received_at"], name="incoming_message_about"),
        ),
        migrations.AddIndex(
            model_name="incomingmessage",
            index=models.Index(
                condition=models.Q(("state", "da-esaminare")),
                fields=["-received_at"],
                name="incoming_message_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="incomingmessage",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("verdict", "valida"), models.Q(("identificativo", ""), _negated=True)
                ),
                fields=("identificativo",),
                name="incoming_message_counts_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="incomingmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["da-esaminare", "abbinato", "scartato"])),
                name="incoming_message_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="incomingmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("verdict__in", ["valida", "non-valida", "assente", "non-verificabile"])
                ),
                name="incoming_message_verdict_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="incomingmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("certified", False), ("verdict", "valida"), _connector="OR"),
                name="incoming_message_certified_only_if_signed",
            ),
        ),
        migrations.AddConstraint(
            model_name="incomingmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "abbinato"), _negated=True),
                    ("about__isnull", False),
                    _connector="OR",
                ),
                name="incoming_message_matched_has_its_practice",
            ),
        ),
        migrations.AddConstraint(
            model_name="incomingmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "scartato"), _negated=True),
                    models.Q(("discarded_because", ""), _negated=True),
                    _connector="OR",
                ),
                name="incoming_message_discarded_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="incomingattachment",
            constraint=models.UniqueConstraint(
                fields=("message", "position"), name="incoming_attachment_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="outboxattachment",
            constraint=models.UniqueConstraint(
                fields=("message", "file"), name="outbox_attachment_once_per_message"
            ),
        ),
        migrations.AddConstraint(
            model_name="outboxrecipient",
            constraint=models.UniqueConstraint(
                fields=("message", "address"), name="outbox_recipient_once_per_message"
            ),
        ),
        migrations.AddConstraint(
            model_name="outboxrecipient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["in-attesa", "consegnato", "non-consegnato", "esterno"])
                ),
                name="outbox_recipient_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="outboxrecipient",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "in-attesa"), ("at__isnull", False), _connector="OR"),
                name="outbox_recipient_settled_has_its_instant",
            ),
        ),
        migrations.AddConstraint(
            model_name="rawpart",
            constraint=models.UniqueConstraint(
                fields=("fetched", "position"), name="raw_part_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("verdict", "valida"), models.Q(("identificativo", ""), _negated=True)
                ),
                fields=("identificativo", "kind", "recipient", "last_word"),
                name="receipt_counts_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "",
                            "accettazione",
                            "avvenuta-consegna",
                            "errore-consegna",
                            "non-accettazione",
                            "preavviso-errore-consegna",
                            "presa-in-carico",
                            "rilevazione-virus",
                        ],
                    )
                ),
                name="receipt_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("verdict__in", ["valida", "non-valida", "assente", "non-verificabile"])
                ),
                name="receipt_verdict_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("applied", False),
                    models.Q(("message__isnull", False), ("verdict", "valida")),
                    _connector="OR",
                ),
                name="receipt_applied_only_if_signed",
            ),
        ),
    ]
