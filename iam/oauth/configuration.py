# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the settings must say about django-oauth-toolkit. Imports no model and no Django.

The settings do:

    from iam.oauth.configuration import SWAPPED_MODELS, oauth2_provider
    globals().update(SWAPPED_MODELS)  # or name the five settings one by one
    OAUTH2_PROVIDER = oauth2_provider(BASE_URL, redirect_schemes=["https"])
"""

from collections.abc import Sequence
from typing import Any, Final

APPLICATIONS: Final = ("oauth2_provider", "iam.oauth")

SWAPPED_MODELS: Final = {
    "OAUTH2_PROVIDER_APPLICATION_MODEL": "oauth.Client",
    "OAUTH2_PROVIDER_GRANT_MODEL": "oauth.AuthorizationCode",
    "OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL": "oauth.AccessToken",
    "OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL": "oauth.RefreshToken",
    "OAUTH2_PROVIDER_ID_TOKEN_MODEL": "oauth.IDToken",
}

#: The secret is 128 random characters: a slow hash protects nothing and costs 300 ms a token.
SECRET_HASHER: Final = "iam.oauth.clients.secrets.RandomSecretHasher"

#: SECRET_HASHER must be among PASSWORD_HASHERS, or a stored secret cannot be read again.
PASSWORD_HASHERS: Final = (SECRET_HASHER,)

ACCESS_TOKEN_SECONDS: Final = 600
ID_TOKEN_SECONDS: Final = 600
REFRESH_TOKEN_SECONDS: Final = 8 * 3600
CODE_SECONDS: Final = 60
SIGNING_KEY_DAYS: Final = 90

#: Scopes that concern the person who logs in, not the beneficiaries.
IDENTITY_SCOPES: Final = {
    "openid": "sapere che sei tu",
    "profile": "leggere il tuo nome e il profilo con cui lavori",
    "offline_access": "restare collegato mentre lavori, senza chiederti di nuovo SPID",
}

#: Scopes that concern the beneficiaries. The names are those of the law (iam.kernel.permissions).
BENEFICIARY_SCOPES: Final = {
    "gepi:nucleo.anagrafica": "vedere i dati anagrafici dei nuclei",
    "gepi:caso.completo": "vedere per intero i casi che ti sono assegnati",
    "gepi:assegnazione.write": "assegnare i nuclei ai case manager",
    "gepi:patto.write": "scrivere l'analisi e il patto dei tuoi casi",
    "gepi:controlli.lista": "vedere l'elenco delle persone da verificare",
    "gepi:controlli.verifica": "verificare residenza e soggiorno",
    "gepi:controlli.assegna": "assegnare le verifiche anagrafiche",
    "gepi:puc.catalogo": "gestire il catalogo dei progetti utili alla collettività",
    "gepi:puc.assegna": "assegnare i beneficiari ai progetti utili alla collettività",
}

#: Scopes that a module asks in its own name.
MACHINE_SCOPES: Final = {"iam:decide": "chiedere decisioni al punto di decisione"}

SCOPES: Final = IDENTITY_SCOPES | BENEFICIARY_SCOPES | MACHINE_SCOPES


def oauth2_provider(
    base_url: str, *, redirect_schemes: Sequence[str] = ("https",)
) -> dict[str, Any]:
    """Return OAUTH2_PROVIDER for a service that answers at `base_url` (no final slash)."""
    return {
        "OIDC_ENABLED": True,
        "OIDC_ISS_ENDPOINT": base_url,
        "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
        "OIDC_RP_INITIATED_LOGOUT_ALWAYS_PROMPT": False,
        "OIDC_RP_INITIATED_LOGOUT_STRICT_REDIRECT_URIS": True,
        "OAUTH2_VALIDATOR_CLASS": "iam.oauth.authorization_server.validator.Validator",
        "OAUTH2_SERVER_CLASS": "iam.oauth.authorization_server.server.Server",
        "SCOPES_BACKEND_CLASS": "iam.oauth.authorization_server.scopes.ClientScopes",
        "CLIENT_SECRET_HASHER": "random-secret-sha256",
        "SCOPES": SCOPES,
        "DEFAULT_SCOPES": [],
        "PKCE_REQUIRED": True,
        "ROTATE_REFRESH_TOKEN": True,
        "REFRESH_TOKEN_REUSE_PROTECTION": True,
        "REFRESH_TOKEN_GRACE_PERIOD_SECONDS": 0,
        "AUTHORIZATION_CODE_EXPIRE_SECONDS": CODE_SECONDS,
        "ACCESS_TOKEN_EXPIRE_SECONDS": ACCESS_TOKEN_SECONDS,
        "ID_TOKEN_EXPIRE_SECONDS": ID_TOKEN_SECONDS,
        "REFRESH_TOKEN_EXPIRE_SECONDS": REFRESH_TOKEN_SECONDS,
        "ALLOWED_REDIRECT_URI_SCHEMES": list(redirect_schemes),
        "ALLOW_URI_WILDCARDS": False,
        "ALLOW_LOCALHOST_LOOPBACK": False,
        "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
        "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
        "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
        "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
        "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
        "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
        "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
        "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
        "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
        "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
    }
