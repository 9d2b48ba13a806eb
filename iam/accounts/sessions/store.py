# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Django's database sessions, with the person in a column."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

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
