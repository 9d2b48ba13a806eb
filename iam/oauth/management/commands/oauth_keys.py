# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Make the first signing keys, or turn them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from iam.audit import clock
from iam.kernel.actor import Actor
from iam.kernel.permissions import Permission
from iam.oauth.actions import turn_signing_keys
from iam.oauth.selectors import signs_already


class Command(BaseCommand):
    help = "Crea le chiavi di firma dei token se mancano; con --gira passa alla chiave successiva."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--gira", action="store_true", help="passa alla chiave successiva")

    def handle(self, *args: Any, **options: Any) -> None:
        if signs_already() and not options["gira"]:
            self.stdout.write("Le chiavi di firma ci sono già.")
            return
        system = Actor.system("oauth-keys", may={Permission.OAUTH_MAINTAIN}, at=clock.now())
        self.stdout.write(f"Da ora firma la chiave {turn_signing_keys(system)}.")
