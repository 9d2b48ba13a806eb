# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Go on with the log after its database was moved to another server by dump and restore."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction


class Command(BaseCommand):
    help = (
        "Apre una nuova epoca del registro, dopo un ripristino su un altro server. "
        "Va eseguito come proprietario della base di dati, a servizio fermo."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE audit_event IN ACCESS EXCLUSIVE MODE")
            cursor.execute(
                "SELECT epoch, cluster = system_identifier::text"
                " FROM audit_epoch, pg_control_system() ORDER BY epoch DESC LIMIT 1"
            )
            epoch, same = cursor.fetchone()
            if same:
                raise CommandError(
                    "La base di dati è ancora sul suo server: non serve una nuova epoca. "
                    "(epoca-gia-aperta)"
                )
            cursor.execute(
                "INSERT INTO audit_epoch (epoch, cluster)"
                " SELECT %s, system_identifier::text FROM pg_control_system()",
                (epoch + 1,),
            )
            cursor.execute(
                f"ALTER TABLE audit_event ALTER COLUMN log_epoch SET DEFAULT {int(epoch) + 1}"
            )
        self.stdout.write(f"Aperta l'epoca {epoch + 1} del registro. Puoi riavviare il servizio.")
