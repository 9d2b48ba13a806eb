# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What data protection law asks of the log of accesses."""

import pytest
from django.db import connection

from iam.audit import selectors
from iam.audit.event import PersonalDatumInEvent
from iam.audit.guard.recording import write
from iam.audit.models import AuditEvent
from iam.kernel.errors import Unavailable
from iam.kernel.keyring import Epoch, Keyring, keyring, new_epoch
from tests.audit.readers import CODICE_FISCALE, DataShown, case_manager, rpd, shown

pytestmark = pytest.mark.django_db


@pytest.mark.norma("GDPR", "5(2)", "Nessun dato è mostrato se la traccia non può essere scritta")
def test_what_cannot_be_put_on_record_is_not_shown() -> None:
    number = shown(case_manager())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")
    with pytest.raises(Unavailable):
        selectors.event_visible_to(rpd(), event=number)


@pytest.mark.norma("GDPR", "32(1)(a)", "Nel registro gli interessati sono pseudonimi con chiave")
def test_a_codice_fiscale_never_enters_the_log_in_clear() -> None:
    case = case_manager()
    with pytest.raises(PersonalDatumInEvent):
        write(DataShown(subject="00", practice=f"nucleo {CODICE_FISCALE}"), by=case)
    number = shown(case)
    event = AuditEvent.objects.get(pk=number)
    assert bytes(event.subject or b"") == keyring().pseudonym(CODICE_FISCALE)
    assert CODICE_FISCALE.encode() not in bytes(event.body)


@pytest.mark.norma("GDPR", "15", "La ricerca per interessato attraversa il cambio delle chiavi")
def test_a_person_is_found_by_the_pseudonyms_of_every_epoch() -> None:
    epochs = [
        Epoch(
            number, *(bytes.fromhex(str(new_epoch(number)[k])) for k in ("pseudonym", "encryption"))
        )
        for number in (1, 2)
    ]
    before, after = Keyring(epochs[:1]), Keyring(epochs)
    assert before.pseudonym(CODICE_FISCALE) != after.pseudonym(CODICE_FISCALE)
    assert before.pseudonym(CODICE_FISCALE) in after.pseudonyms(CODICE_FISCALE)


@pytest.mark.norma("GDPR", "5(1)(b)", "Ogni accesso dice la finalità e la pratica")
def test_an_access_says_its_purpose_and_practice() -> None:
    number = shown(case_manager())
    row = selectors.event_visible_to(rpd(), event=number)
    assert row.purpose
    assert row.practice
