# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes wrong on the machine, said to the person at the terminal in Italian."""


class InstallationError(Exception):
    """The installation cannot go on; the message says what happened and what to do."""
