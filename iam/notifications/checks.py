# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The setting PEC, checked when the service starts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from iam.notifications.pec.account import Account, PecSettingsError


@register(Tags.security, deploy=True)
def pec_account_is_usable(**_: Any) -> Sequence[CheckMessage]:
    """In production the mailbox must be complete, and never spoken to in clear over a network."""
    try:
        Account.from_settings()
    except PecSettingsError as error:
        hint = "Imposta IAM_PEC_SMTP_URL, IAM_PEC_IMAP_URL, IAM_PEC_ADDRESS e IAM_PEC_PASSWORD."
        return [Error(f"La casella PEC non è utilizzabile: {error}.", hint=hint, id="pec.E001")]
    return []
