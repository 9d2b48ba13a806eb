# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.apps import AppConfig


class OAuthConfig(AppConfig):
    """The authorization server and the decision point of the platform's modules."""

    name = "iam.oauth"
    label = "oauth"
    verbose_name = "Autorizzazione dei moduli"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from iam.accounts.events import on_end_of_log_in
        from iam.oauth.actions import end_tokens

        on_end_of_log_in(end_tokens)
