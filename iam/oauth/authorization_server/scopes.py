# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which scopes a client may ask for: those of its row, and no scope asked is none."""

from __future__ import annotations

from typing import Any

from oauth2_provider.scopes import BaseScopes

from iam.oauth.configuration import MACHINE_SCOPES, SCOPES

PERSON_SCOPES = frozenset(SCOPES) - frozenset(MACHINE_SCOPES)


class ClientScopes(BaseScopes):  # type: ignore[misc]  # the toolkit has no types
    def get_all_scopes(self) -> dict[str, str]:
        return dict(SCOPES)

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """In its own name a client asks only machine scopes; for a person, never those."""
        if application is None:
            return []
        machine = getattr(request, "grant_type", None) == "client_credentials"
        kind = frozenset(MACHINE_SCOPES) if machine else PERSON_SCOPES
        return [scope for scope in application.allowed_scopes if scope in kind]

    def get_default_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return []
