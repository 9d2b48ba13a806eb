# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The worker: jobs of every room, and the two processes that make the log a proof."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from procrastinate.contrib.django import app

from iam.audit.sequencer.supervision import children, keep_alive


class Command(BaseCommand):
    help = "Esegue i lavori in coda e tiene vivi il sequenziatore e il testimone del registro."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--concurrency", type=int, default=4, help="lavori contemporanei")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        family = children(home=settings.IAM_HOME, conninfo=settings.SEQUENCER_CONNINFO)
        watch = threading.Thread(target=keep_alive, args=(family, stop), name="log")
        watch.start()
        try:
            # SIGTERM must end the jobs under way as Ctrl-C does: procrastinate handles both.
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            with app.replace_connector(app.connector.get_worker_connector()) as worker:  # type: ignore[attr-defined]  # Django's connector has it
                worker.run_worker(concurrency=options["concurrency"], delete_jobs="never")
        finally:
            stop.set()
            watch.join()
