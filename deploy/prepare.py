# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""python -m deploy.prepare: migrations, privileges and reference data on a server of your own.

Run it before each new release serves, with DATABASE_OWNER_URL and the addresses of the other
roles. `make run` does the same by itself.
"""

import os
import sys

from config.environment import Environment
from deploy.local.commands import Commands
from deploy.local.errors import InstallationError
from deploy.local.home import create_home
from deploy.local.preparing import prepare_database, prepare_federation


def main() -> int:
    environment = Environment(os.environ)
    create_home(environment.home)
    try:
        with Commands(environment, role="app") as commands:
            prepare_database(environment, commands, demo=False)
            prepare_federation(environment, commands, demo=False)
    except InstallationError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
