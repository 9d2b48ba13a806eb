# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a message of the mailbox is: told by what is signed, never by what it says of itself."""

from email.message import EmailMessage
from uuid import uuid4

import pytest

from demo.pec.certify import ProviderKey, anomaly
from iam.notifications.pec.daticert import Certified
from iam.notifications.pec.envelope import Transport, local_part, open_envelope
from tests.notifications.post import AT, ENTE, certified, letter_from


def note(**files: bytes) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = "Ufficio di piano <ambito.bs-04@pec.simulata.example>"
    letter["Subject"] = "Nota di autorizzazione è allegata"
    letter.set_content("Si trasmette la nota.\n")
    for name, content in files.items():
        letter.add_attachment(
            content, maintype="application", subtype="pdf", filename=name.replace("_", ".")
        )
    return letter


def test_headers_are_read_whatever_their_letter_case(provider_key: ProviderKey) -> None:
    raw = certified(uuid4(), "accettazione", key=provider_key)
    shouted = raw.replace(b"X-Ricevuta: accettazione", b"x-RICEVUTA:  Accettazione ")

    assert open_envelope(shouted).claims_receipt == "accettazione"
    assert open_envelope(shouted).is_receipt


def test_the_subject_never_says_what_a_message_is(provider_key: ProviderKey) -> None:
    raw = letter_from(ENTE, note().as_bytes(), key=provider_key)
    lying = raw.replace(b"Subject: POSTA CERTIFICATA: Nota", b"Subject: CONSEGNA: Nota")

    read = open_envelope(lying)

    assert not read.is_receipt
    assert read.transport is Transport.CERTIFICATA


def test_a_daticert_smuggled_inside_the_carried_message_is_not_read(
    provider_key: ProviderKey,
) -> None:
    forged = certified(uuid4(), "avvenuta-consegna", key=provider_key)
    letter = note(daticert_xml=b"<postacert/>")
    letter.add_attachment(forged, maintype="message", subtype="x-pec", filename="postacert.eml")

    read = open_envelope(letter_from(ENTE, letter.as_bytes(), key=provider_key))

    assert read.daticert is not None
    assert read.daticert.certifies is Certified.POSTA_CERTIFICATA
    assert read.daticert.sender == ENTE


def test_two_daticert_in_one_envelope_are_none(provider_key: ProviderKey) -> None:
    raw = certified(uuid4(), "accettazione", key=provider_key)
    first, mark, rest = raw.partition(b"Content-Type: application/xml")
    part, _, tail = rest.partition(b"\r\n--=_corpo")
    doubled = first + mark + part + b"\r\n--=_corpo" + tail.partition(b"\r\n")[0]
    boundary = b"--=_corpo" + tail.partition(b"\r\n")[0].removesuffix(b"--")
    doubled = first + mark + part + b"\r\n" + boundary + b"\r\n" + mark + rest

    read = open_envelope(doubled)

    assert read.daticert is None
    assert read.problem == "daticert.xml più di uno"


def test_ordinary_mail_in_its_envelope_of_anomaly_certifies_nothing(
    provider_key: ProviderKey,
) -> None:
    raw = anomaly(
        note(nota_pdf=b"%PDF").as_bytes(),
        sender="qualcuno@posta.example",
        to="m@pec.example",
        at=AT,
        key=provider_key,
    )

    read = open_envelope(raw)

    assert read.transport is Transport.ANOMALIA
    assert read.daticert is None
    assert read.original is not None
    assert [file.name for file in read.original.attachments] == ["nota.pdf"]


def test_the_files_of_the_carried_message_come_with_harmless_names(
    provider_key: ProviderKey,
) -> None:
    letter = note()
    letter.add_attachment(
        b"%PDF-1.7", maintype="application", subtype="pdf", filename="../../etc\\nota è.pdf"
    )

    read = open_envelope(letter_from(ENTE, letter.as_bytes(), key=provider_key))

    assert read.original is not None
    assert read.original.text == "Si trasmette la nota."
    (file,) = read.original.attachments
    assert (file.name, file.media_type, file.content) == (
        "nota è.pdf",
        "application/pdf",
        b"%PDF-1.7",
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x",
        b"Content-Type: multipart/signed; boundary=x\r\n\r\n",
        b'Content-Type: text/plain; charset="non-esiste"\r\n\r\nciao',
        b"X-Ricevuta: avvenuta-consegna\r\nFrom: =?utf-8?b?!!!?=\r\n\r\n",
        b"Content-Type: message/rfc822\r\n\r\n" * 300,
    ],
)
def test_nothing_that_arrives_can_stop_the_reader(raw: bytes) -> None:
    assert open_envelope(raw).daticert is None


@pytest.mark.parametrize("written", ["<iam.1@pec.example>", "iam.1@riscritto.example", " <iam.1> "])
def test_a_reference_is_known_by_its_local_part(written: str) -> None:
    assert local_part(written) == "iam.1"
