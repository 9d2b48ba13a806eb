# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Django's database sessions, with the person in a column."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import InterfaceError, OperationalError

PERSON_KEY = "iam_person"
FACTS_KEY = "iam_facts"


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> Any:
        from iam.accounts.models import BrowserSession

        return BrowserSession

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        session: Any = super().create_model_instance(data)
        session.person = data.get(PERSON_KEY)
        session.entered_at = data.get(FACTS_KEY, {}).get("entered_at")
        return session

    def save(self, must_create: bool = False) -> None:
        """Keep the session. A database that is down is told from a session that is gone.

        Django says `UpdateError` of both. Raises it, `OperationalError` or `InterfaceError`.
        """
        try:
            super().save(must_create)
        except UpdateError as fault:
            if isinstance(fault.__context__, OperationalError | InterfaceError):
                raise fault.__context__ from None
            raise
