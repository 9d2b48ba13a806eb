# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Identity providers, requests under way, and the register of log-ins.

The register only grows: no row changes, and none goes before 24 months have passed.
Source: DPCM 24-10-2014, art. 13, comma 2.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

REGISTER = """
CREATE FUNCTION saml_login_record_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < clock_timestamp() - interval '24 months' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the register of log-ins is append-only'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'login_record_is_append_only';
END $$;
CREATE TRIGGER login_record_is_append_only BEFORE UPDATE OR DELETE ON saml_login_record
    FOR EACH ROW EXECUTE FUNCTION saml_login_record_stays();
CREATE TRIGGER login_record_is_never_emptied BEFORE TRUNCATE ON saml_login_record
    FOR EACH STATEMENT EXECUTE FUNCTION saml_login_record_stays();
"""
DROP_REGISTER = """
DROP TRIGGER login_record_is_append_only ON saml_login_record;
DROP TRIGGER login_record_is_never_emptied ON saml_login_record;
DROP FUNCTION saml_login_record_stays();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="IdentityProvider",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("scheme", models.TextField(default="spid")),
                ("entity_id", models.TextField()),
                ("name", models.TextField()),
                (
                    "certificates",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BinaryField(), size=None
                    ),
                ),
                ("sso_post", models.TextField(blank=True, default="")),
                ("sso_redirect", models.TextField(blank=True, default="")),
                ("slo_post", models.TextField(blank=True, default="")),
                ("slo_redirect", models.TextField(blank=True, default="")),
                ("slo_response", models.TextField(blank=True, default="")),
                ("metadata", models.BinaryField()),
                ("loaded_at", models.DateTimeField()),
            ],
            options={
                "db_table": "saml_identity_provider",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("scheme"),
                        models.F("entity_id"),
                        name="identity_provider_once_per_scheme",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scheme__in", ["spid", "cie", "eidas"])),
                        name="identity_provider_has_a_scheme",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.GreaterThan(
                            models.Func("certificates", function="cardinality"), 0
                        ),
                        name="identity_provider_has_a_certificate",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sso_post", ""), _negated=True),
                            models.Q(("sso_redirect", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="identity_provider_has_an_address",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LoginRecord",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("reference", models.TextField(unique=True)),
                ("at", models.DateTimeField()),
                ("scheme", models.TextField()),
                ("provider", models.TextField()),
                ("request_id", models.TextField()),
                ("response_id", models.TextField(blank=True, default="")),
                ("assertion_id", models.TextField(blank=True, default="")),
                ("outcome", models.TextField(blank=True, default="")),
                ("person", models.UUIDField(blank=True, null=True)),
                ("request_sealed", models.BinaryField()),
                ("response_sealed", models.BinaryField()),
                ("digest", models.BinaryField()),
            ],
            options={
                "db_table": "saml_login_record",
                "indexes": [
                    models.Index(models.F("request_id"), name="login_record_request"),
                    models.Index(models.F("response_id"), name="login_record_response"),
                    models.Index(
                        models.F("person"),
                        models.OrderBy(models.F("at"), descending=True),
                        name="login_record_person",
                    ),
                    models.Index(models.F("at"), name="login_record_at"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("scheme__in", ["spid", "cie", "eidas"])),
                        name="login_record_has_a_scheme",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            django.db.models.functions.text.Length("digest"), 32
                        ),
                        name="login_record_digest_is_sha256",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", ""), _negated=True),
                            ("person__isnull", False),
                            _connector="OR",
                        ),
                        name="login_record_success_has_a_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuthnRequest",
            fields=[
                ("id", models.TextField(primary_key=True, serialize=False)),
                ("scheme", models.TextField(default="spid")),
                ("level", models.SmallIntegerField()),
                ("comparison", models.TextField(default="minimum")),
                ("address", models.TextField()),
                ("attribute_set", models.SmallIntegerField(default=0)),
                ("purpose", models.TextField(blank=True, default="")),
                ("next_page", models.TextField(blank=True, default="")),
                ("browser", models.BinaryField()),
                ("document_sealed", models.BinaryField()),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("consumed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="saml.identityprovider",
                    ),
                ),
            ],
            options={
                "db_table": "saml_authn_request",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id__regex", "^_[0-9a-f]{32}$")),
                        name="authn_request_cannot_be_guessed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scheme__in", ["spid", "cie", "eidas"])),
                        name="authn_request_has_a_scheme",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__gte", 1), ("level__lte", 3)),
                        name="authn_request_level_is_spid",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            django.db.models.functions.text.Length("browser"), 32
                        ),
                        name="authn_request_belongs_to_a_browser",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("issued_at"))),
                        name="authn_request_expires_after_issue",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("consumed_at__isnull", True),
                            ("consumed_at__lt", models.F("expires_at")),
                            _connector="OR",
                        ),
                        name="authn_request_used_before_expiry",
                    ),
                ],
            },
        ),
        migrations.RunSQL(REGISTER, DROP_REGISTER),
    ]
