# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demonstration world is never trusted outside of a development machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

DEMO_FOLDERS = ("demo", "trust")


def _paths() -> list[Path]:
    chosen = settings.SIGNATURES
    return [Path(p) for p in (*chosen.get("TRUST_LIST_SIGNERS", ()), *chosen.get("PEC_CA", ()))]


def _of_the_demo(path: Path) -> bool:
    return any(path.parts[i : i + 2] == DEMO_FOLDERS for i in range(len(path.parts) - 1))


@register(Tags.security)
def demo_is_not_trusted(**_: Any) -> list[CheckMessage]:
    """Refuse to start with simulated trust unless the settings call themselves a demonstration."""
    if getattr(settings, "IAM_DEMO", False):
        return []
    named = [path for path in _paths() if _of_the_demo(path)]
    url = str(settings.SIGNATURES.get("TRUST_LIST_URL", ""))
    faults: list[CheckMessage] = [
        Error(
            f"SIGNATURES si fida del servizio fiduciario SIMULATO ({path}).",
            hint="Indica i certificati veri del gestore dell'elenco di fiducia e dei gestori PEC.",
            id="signatures.E001",
        )
        for path in named
    ]
    if url.startswith(("http://localhost", "http://127.", "http://[::1]")):
        faults.append(
            Error(
                "SIGNATURES['TRUST_LIST_URL'] punta a questa macchina.",
                hint="Indica l'indirizzo dell'elenco di fiducia italiano pubblicato da AgID.",
                id="signatures.E002",
            )
        )
    return faults


@register(Tags.security, deploy=True)
def trust_is_configured(**_: Any) -> list[CheckMessage]:
    """Warn, before going live, of a service that could verify nothing."""
    missing = [str(path) for path in _paths() if not path.exists()]
    return [
        Warning(
            f"Il certificato {path} non esiste: nessuna firma potrà essere verificata.",
            id="signatures.W001",
        )
        for path in missing
    ]
