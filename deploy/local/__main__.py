# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""python -m deploy.local: see the supervisor."""

import sys

from deploy.local.supervisor import main

if __name__ == "__main__":
    sys.exit(main())
