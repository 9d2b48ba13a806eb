# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A process of its own that does one job of the room, to be killed half-way.

python -m tests.notifications.worker poll SMTP_PORT IMAP_PORT
python -m tests.notifications.worker send SMTP_PORT IMAP_PORT MESSAGE
"""

import sys

import django
from django.conf import settings

from demo.pec import MINISTRY, PASSWORD


def main(job: str, smtp_port: str, imap_port: str, *arguments: str) -> None:
    settings.PEC = {
        "SMTP_URL": f"smtp://localhost:{smtp_port}",
        "IMAP_URL": f"imap://localhost:{imap_port}",
        "ADDRESS": MINISTRY,
        "PASSWORD": PASSWORD,
    }
    django.setup()
    from iam.notifications import tasks

    print("ready", flush=True)
    if job == "poll":
        tasks.poll.func(timestamp=0)
    else:
        tasks.send.func(message=arguments[0])
    print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
