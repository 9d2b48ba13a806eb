# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A PEC provider. SIMULATO: real protocols on this machine, no legal value.

It takes messages by SMTP submission, keeps mailboxes that are read by IMAP, and signs
envelopes and receipts as a provider does. Every address of its domain exists.
"""

DOMAIN = "pec.simulata.example"
PROVIDER = "Gestore PEC SIMULATO"
PROVIDER_ADDRESS = f"posta-certificata@{DOMAIN}"
MINISTRY = f"accreditamento@{DOMAIN}"
PASSWORD = "simulata"
"""The password of every mailbox: none of them holds anything true."""


def address_of_ambito(code: str) -> str:
    """Return the digital domicile of an Ambito, as the demonstration data give it."""
    return f"ambito.{code.lower()}@{DOMAIN}"
