# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must be true before the service starts: nobody simulated opens the door in production."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def in_production() -> bool:
    """Whether only the registry's providers may let people in: development and tests say no."""
    return not settings.SAML.get("FURTHER_PROVIDERS", False)


@register(Tags.security)
def no_extra_providers_in_production(**kwargs: Any) -> Iterable[CheckMessage]:
    """A folder of further identity providers is for development and tests only."""
    if in_production() and settings.SAML.get("IDP_METADATA_DIR"):
        yield Error(
            "IAM_SPID_IDP_METADATA_DIR non è ammessa in produzione: "
            "i gestori di identità vengono solo dal registro.",
            id="saml.E001",
        )
    if in_production() and settings.IAM_DEMO:
        yield Error("In produzione non si può usare il mondo simulato.", id="saml.E002")


@register(Tags.database)
def no_simulated_provider_in_production(
    databases: Iterable[str] | None = None, **kwargs: Any
) -> Iterable[CheckMessage]:
    """A database that was a demonstration must not become production."""
    if not in_production() or not databases:
        return
    from iam.saml.models import IdentityProvider

    rows = IdentityProvider.objects.values_list("entity_id", "sso_post", "origin")
    for entity_id, address, origin in rows:
        if {urlsplit(entity_id).hostname, urlsplit(address).hostname} & LOOPBACK:
            yield Error(
                f"Il gestore di identità {entity_id} è simulato: toglilo prima di partire.",
                id="saml.E003",
            )
        elif origin != "registro":
            yield Error(
                f"Il gestore di identità {entity_id} viene da una cartella e non dal registro: "
                "toglilo prima di partire.",
                id="saml.E006",
            )


@register(Tags.security, deploy=True)
def the_registry_is_pinned(**kwargs: Any) -> Iterable[CheckMessage]:
    """Whoever can change the list of the providers can be anybody. Source: SPID registry."""
    from iam.saml.registry.signers import is_public
    from iam.saml.registry.sources import sources
    from iam.saml.types import Scheme

    if not in_production():
        return
    try:
        told = sources(strict=True)
    except (OSError, ValueError) as fault:
        yield Error(
            f"I certificati di chi firma il registro non si leggono: {fault}", id="saml.E004"
        )
        return
    if not any(source.scheme is Scheme.SPID and source.signers for source in told):
        yield Error(
            "Manca il certificato di chi firma il registro SPID: indicalo con "
            "IAM_SPID_REGISTRY_SIGNERS. Senza, nessun gestore viene preso da solo.",
            id="saml.E004",
        )
    for source in told:
        if urlsplit(source.url).scheme != "https":
            yield Error(f"Il registro {source.scheme} non è su https.", id="saml.E005")
        if any(is_public(certificate) for certificate in source.signers):
            yield Error(
                f"Il registro {source.scheme} si affida a una chiave che chiunque può scaricare "
                "da Internet: toglila.",
                id="saml.E007",
            )


@register(Tags.security, deploy=True)
def level_is_two_or_more(**kwargs: Any) -> Iterable[CheckMessage]:
    """Operators below level 2 are refused. Source: domain, access to GePI since May 2024."""
    if int(str(settings.SAML.get("LEVEL", 2))) < 2:
        yield Warning("Il livello SPID richiesto è inferiore a 2.", id="saml.W001")
