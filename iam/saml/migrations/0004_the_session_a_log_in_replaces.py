# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A request remembers the session in which it began: a log-in made anew takes its place."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("saml", "0003_login_register")]

    operations = [
        migrations.AddField(
            model_name="authnrequest",
            name="session",
            field=models.TextField(blank=True, default="", db_default=""),
        ),
    ]
