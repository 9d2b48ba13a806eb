# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the module tells the service about itself, and its key pair.

python -m demo.modules.patti.registration    writes the file for `client_register`
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gepi_iam.keys import load_or_create, public_jwks
from gepi_iam.service import Module
from joserfc.jwk import ECKey

from demo import modules as _kit_on_the_path  # noqa: F401 - the kit is found through it

CLIENT_ID = "patti"
NAME = "Patti per l’inclusione (SIMULATO)"
DATA_SCOPES = (
    "gepi:nucleo.anagrafica",
    "gepi:caso.completo",
    "gepi:assegnazione.write",
    "gepi:controlli.lista",
    "gepi:controlli.verifica",
    "gepi:controlli.assegna",
)
PERSON_SCOPES = ("openid", "profile", "offline_access", *DATA_SCOPES)


def folder_in(home: Path) -> Path:
    """Return where the module keeps its key and its data, below the home of the service."""
    return home / "demo" / "modules" / "patti"


def key_in(folder: Path) -> ECKey:
    return load_or_create(folder / "key.json")


def module_at(base_url: str, *, issuer: str, key: ECKey) -> Module:
    """Return the module as the kit wants it."""
    return Module(
        issuer=issuer,
        client_id=CLIENT_ID,
        key=key,
        redirect_uri=f"{base_url}/ritorno",
        resource=f"{base_url}/",
        scopes=PERSON_SCOPES,
    )


def metadata(module: Module) -> dict[str, Any]:
    """Return client metadata with the names of RFC 7591."""
    return {
        "client_id": module.client_id,
        "client_name": NAME,
        "redirect_uris": [module.redirect_uri],
        "post_logout_redirect_uris": [module.resource],
        "grant_types": ["authorization_code", "client_credentials"],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": public_jwks(module.key),
        "scope": " ".join((*PERSON_SCOPES, "iam:decide")),
        "resource": module.resource,
        "first_party": True,
    }


def write_registration(home: Path, base_url: str, *, issuer: str) -> Path:
    """Make the key if it is missing and write the metadata; return the file."""
    folder = folder_in(home)
    module = module_at(base_url, issuer=issuer, key=key_in(folder))
    path = folder / "registration.json"
    path.write_text(json.dumps(metadata(module), ensure_ascii=False, indent=2), "utf-8")
    return path


if __name__ == "__main__":
    from config.environment import environment

    written = write_registration(
        environment.home, environment.demo_url(6), issuer=environment.base_url
    )
    print(written)
