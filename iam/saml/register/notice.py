# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The text of a notice of anomalous use, ready for a PEC.

"I fornitori di servizi, nel caso in cui rilevino un uso anomalo di un'identità digitale,
informano immediatamente l'Agenzia e il gestore dell'identità digitale che l'ha rilasciata."
Source: DPCM 24-10-2014, art. 13, comma 3.

The provider finds the person by the identifiers of the messages: no name is written, so that
the notice itself does not spread personal data. Source: GDPR, art. 5(1)(c).
"""

from __future__ import annotations

from datetime import date, datetime

from iam.kernel.actor import ROME
from iam.saml.federation.service import ServiceProvider
from iam.saml.models import LoginRecord

NORM = "art. 13, comma 3, del DPCM 24 ottobre 2014"


def to_provider(
    record: LoginRecord, *, us: ServiceProvider, what: str, noticed_on: date, at: datetime
) -> str:
    """Return subject and body of the message to the identity provider."""
    return _text(
        f"A: {record.provider} (PEC del gestore dell'identità, dal registro di AgID)",
        f"Oggetto: segnalazione di uso anomalo di un'identità digitale, rif. {record.reference}",
        f"ai sensi dell'{NORM} segnaliamo un uso anomalo di un'identità digitale rilasciata da "
        "voi, riconoscibile dai dati dell'accesso qui sotto.",
        record,
        us,
        what,
        noticed_on,
        "Vi chiediamo di verificare l'identità, di sospenderla se necessario e di farci sapere "
        "l'esito. Richiesta e risposta firmate sono conservate e a disposizione.",
        at,
    )


def to_agency(
    record: LoginRecord, *, us: ServiceProvider, what: str, noticed_on: date, at: datetime
) -> str:
    """Return subject and body of the message to AgID."""
    return _text(
        "A: Agenzia per l'Italia digitale (AgID), PEC istituzionale",
        f"Oggetto: segnalazione di uso anomalo di un'identità digitale, rif. {record.reference}",
        f"ai sensi dell'{NORM} informiamo l'Agenzia di avere rilevato un uso anomalo di "
        f"un'identità digitale rilasciata dal gestore {record.provider}, che abbiamo informato.",
        record,
        us,
        what,
        noticed_on,
        "Richiesta e risposta firmate sono conservate e a disposizione dell'Agenzia.",
        at,
    )


def _text(
    to: str,
    subject: str,
    opening: str,
    record: LoginRecord,
    us: ServiceProvider,
    what: str,
    noticed_on: date,
    closing: str,
    at: datetime,
) -> str:
    return "\n".join(
        (
            to,
            subject,
            "",
            opening,
            "",
            f"Che cosa abbiamo rilevato: {what}",
            f"Rilevato il: {noticed_on:%d/%m/%Y}",
            "",
            "Dati dell'accesso",
            f"- data e ora: {record.at.astimezone(ROME):%d/%m/%Y %H:%M:%S} (ora italiana)",
            f"- esito: {'accesso consentito' if not record.outcome else record.outcome}",
            f"- gestore dell'identità: {record.provider}",
            f"- fornitore del servizio: {us.entity_id}",
            f"- ID della richiesta: {record.request_id}",
            f"- ID della risposta: {record.response_id or 'assente'}",
            f"- ID dell'asserzione: {record.assertion_id or 'assente'}",
            f"- riferimento presso di noi: {record.reference}",
            "",
            closing,
            "",
            f"{us.organisation}, {at.astimezone(ROME):%d/%m/%Y}",
            f"Per risposte: {us.email}, {us.telephone}",
            "",
        )
    )
