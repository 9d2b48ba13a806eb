# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A PEC receipt proves something only when a certified provider signed it as it is."""

from dataclasses import replace
from email import policy
from email.message import EmailMessage

import pytest

from demo.trust.pki import PEC_ADDRESS
from demo.trust.signing import Form, sign, sign_pec
from iam.signatures.smime.receipts import judge_receipt
from iam.signatures.trust.prepared import PreparedTrust
from iam.signatures.types import Attendance, SmimeVerdict
from tests.signatures.trial import Trial, now


def entity() -> bytes:
    message = EmailMessage()
    message.set_content("Ricevuta di accettazione")
    message.add_attachment(
        b'<?xml version="1.0"?><postacert tipo="accettazione"/>',
        maintype="application",
        subtype="xml",
        filename="daticert.xml",
    )
    return message.as_bytes(policy=policy.SMTP)


def receipt(firma: Trial, sender: str = PEC_ADDRESS) -> bytes:
    headers = f'From: "Gestore PEC" <{sender}>\r\nX-Ricevuta: accettazione\r\n'
    return headers.encode() + sign_pec(entity(), pki=firma.pki)


def judged(firma: Trial, message: bytes, **changes: object) -> SmimeVerdict:
    store = replace(firma.store, **changes)  # type: ignore[arg-type]  # the test names the fields
    return judge_receipt(message, trust=PreparedTrust.of(store, at=now()), at=now())


@pytest.mark.norma("DM 2-11-2005", "regole tecniche, 7", "Le ricevute sono firmate dal gestore")
def test_a_receipt_of_a_known_provider_is_trusted(firma: Trial) -> None:
    found = judged(firma, receipt(firma))

    assert found.attendance is Attendance.VALID
    assert found.signer_address == PEC_ADDRESS
    assert b"daticert.xml" in found.content
    assert found.signed_at is not None


def test_line_ends_changed_on_the_way_do_no_harm(firma: Trial) -> None:
    assert judged(firma, receipt(firma).replace(b"\r\n", b"\n")).trusted


def test_a_changed_receipt_is_told_apart(firma: Trial) -> None:
    changed = receipt(firma).replace(b"accettazione", b"consegna", 2)

    assert judged(firma, changed).attendance is Attendance.ALTERED


def test_the_sender_must_be_who_signed(firma: Trial) -> None:
    found = judged(firma, receipt(firma, "posta-certificata@altro.example"))

    assert found.attendance is Attendance.WRONG_SENDER


def test_the_provider_must_be_of_a_known_authority(firma: Trial) -> None:
    other = firma.pki.certificate("ca").dump()

    assert judged(firma, receipt(firma), pec_authorities=()).attendance is Attendance.UNTRUSTED
    assert judged(firma, receipt(firma), pec_authorities=(other,)).attendance is (
        Attendance.UNTRUSTED
    )


def test_outer_headers_prove_nothing(firma: Trial) -> None:
    """Only the signed entity is given back: a header added outside is not in it."""
    found = judged(firma, b"X-Ricevuta: avvenuta-consegna\r\n" + receipt(firma))

    assert found.trusted
    assert b"avvenuta-consegna" not in found.content


def test_a_part_slipped_before_the_signed_one_is_refused(firma: Trial) -> None:
    message = receipt(firma)
    boundary = message.split(b'boundary="')[1].split(b'"')[0]
    slipped = b"--" + boundary + b"\r\nContent-Type: text/plain\r\n\r\nfalso\r\n"
    at = message.index(b"--" + boundary)

    assert not judged(firma, message[:at] + slipped + message[at:]).trusted


def test_ordinary_mail_is_not_signed(firma: Trial) -> None:
    assert judged(firma, b"From: a@b.it\r\n\r\nciao").attendance is Attendance.UNSIGNED


def test_a_person_signs_no_receipt(firma: Trial) -> None:
    envelope = sign(entity(), "giorgio", Form.CADES, pki=firma.pki)
    head = (
        f"From: <{PEC_ADDRESS}>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n"
        "Content-Transfer-Encoding: binary\r\n\r\n"
    )

    assert judged(firma, head.encode() + envelope).attendance is not Attendance.VALID
