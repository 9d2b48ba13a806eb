# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One look at a registry: fetch, take, and write down what went wrong. Any copy lost is none."""

from __future__ import annotations

from datetime import datetime

import structlog

from iam.kernel.actor import Actor
from iam.kernel.permissions import Permission
from iam.saml.registry.actions import note_failure, take_copy
from iam.saml.registry.errors import RegistryRefused
from iam.saml.registry.fetching import fetch
from iam.saml.registry.types import Source, Taken

logger = structlog.get_logger(__name__)

SYSTEM = "saml-registry"


def refresh(source: Source, *, at: datetime, document: bytes | None = None) -> Taken:
    """Take the copy that `source` publishes, or `document` if it is given.

    Raises the `RegistryRefused` once it is written down; the last good copy stays.
    """
    system = Actor.system(SYSTEM, may={Permission.IDENTITY_PROVIDER_LOAD}, at=at)
    try:
        content = fetch(source.url) if document is None else document
        taken = take_copy(system, source=source, document=content)
    except RegistryRefused as refusal:
        logger.error("saml.registry.refused", scheme=source.scheme, reason=refusal.code)
        note_failure(system, scheme=source.scheme, reason=refusal.code)
        raise
    if taken.held:
        logger.warning("saml.registry.held", scheme=source.scheme, changes=len(taken.held))
    return taken
