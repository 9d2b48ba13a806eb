# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How long a verdict takes with the sandbox warm; beside it, the tools that people have.

Revocation answers come over loopback from a trust service of the bench's own. The peers
(pdfsig, openssl cms) only check the mathematics: no trust list, no revocation, no document
or person to match.
"""

import logging
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median, quantiles

from bench.result import Result

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")

ROUNDS = 30
P95_MS = {"PAdES B-B": 300, "PAdES B-T": 1000, "p7m": 200}


def measure() -> Iterable[Result]:
    import django

    django.setup()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)

    from demo.trust.signing import Form
    from iam.signatures.sandbox import pool
    from iam.signatures.types import Binding
    from tests.signatures.trial import SINDACO, now, trial

    firma = trial()
    binding = Binding(firma.sealed)
    files = {
        "PAdES B-B": firma.signed(form=Form.PADES),
        "PAdES B-T": firma.signed(form=Form.PADES_TIMESTAMPED),
        "p7m": firma.signed(form=Form.CADES),
    }

    def judge(content: bytes) -> None:
        verdict = pool.verify(
            content, binding=binding, signers=[SINDACO], trust=firma.store, at=now()
        )
        assert verdict.accepted, verdict.reason

    began = time.perf_counter()
    judge(files["PAdES B-B"])
    yield Result(name="verdetto, a freddo", value=(time.perf_counter() - began) * 1000, unit="ms")
    for name, content in files.items():
        found = timings(lambda content=content: judge(content))  # type: ignore[misc]  # bound now
        yield Result(name=f"verdetto {name}, mediana", value=median(found), unit="ms")
        yield Result(
            name=f"verdetto {name}, p95",
            value=quantiles(found, n=20)[18],
            unit="ms",
            at_most=P95_MS[name],
        )
    pool._worker.close()
    yield from _peers(files["PAdES B-B"], files["p7m"])


def timings(work: Callable[[], object]) -> list[float]:
    """Return the milliseconds of each round, after two that do not count."""
    found = []
    for _ in range(ROUNDS + 2):
        began = time.perf_counter()
        work()
        found.append((time.perf_counter() - began) * 1000)
    return found[2:]


def _peers(pades: bytes, cades: bytes) -> Iterable[Result]:
    with tempfile.TemporaryDirectory() as folder:
        pdf, p7m = Path(folder, "a.pdf"), Path(folder, "a.p7m")
        pdf.write_bytes(pades)
        p7m.write_bytes(cades)
        openssl = ["openssl", "cms", "-verify", "-noverify", "-binary", "-inform", "DER"]
        commands = {
            "pdfsig": ["pdfsig", "-nocert", str(pdf)],
            "openssl cms": [*openssl, "-in", str(p7m), "-out", os.devnull],
        }
        for name, command in commands.items():
            if shutil.which(command[0]) is None:
                continue
            found = timings(lambda command=command: _run(command))  # type: ignore[misc]  # bound now
            yield Result(name=f"{name}, solo matematica, mediana", value=median(found), unit="ms")


def _run(command: list[str]) -> None:
    subprocess.run(command, capture_output=True, check=True, timeout=30)
