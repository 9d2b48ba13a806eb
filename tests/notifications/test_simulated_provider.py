# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The simulated provider speaks the real protocols, so that the real client is what is tested."""

import imaplib
import re
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from demo.pec import DOMAIN, MINISTRY, PASSWORD, servers
from demo.pec.app import create_app
from demo.pec.certify import ProviderKey
from demo.pec.compose import authorisation_note, send
from demo.pec.servers import Handle
from demo.personas import ANNA
from tests.notifications.post import AT, ENTE


@pytest.fixture
def mail(tmp_path: Path, provider_key: ProviderKey) -> Iterator[Handle]:
    handle = servers.start(tmp_path, 0, 0, key=provider_key, delay_seconds=0)
    yield handle
    handle.stop()


@pytest.fixture
def page(tmp_path: Path, mail: Handle, provider_key: ProviderKey) -> FlaskClient:
    return create_app(tmp_path, smtp_port=mail.smtp_port, key=provider_key).test_client()


@contextmanager
def inbox_of(address: str, handle: Handle) -> Iterator[imaplib.IMAP4]:
    connection = imaplib.IMAP4("127.0.0.1", handle.imap_port)
    try:
        connection.login(address, PASSWORD)
        connection.select("INBOX")
        yield connection
    finally:
        connection.logout()


def letter(*, sender: str = ENTE, to: str = MINISTRY, subject: str = "Prova è") -> EmailMessage:
    written = EmailMessage()
    written["From"], written["To"], written["Subject"] = sender, to, subject
    written["Message-ID"] = "<prova@pec.example>"
    written.set_content("ciao\n.\n..punti\n")
    return written


@pytest.mark.parametrize(
    ("tag", "receipts"),
    [
        ("", ["accettazione", "avvenuta-consegna"]),
        ("+presa", ["accettazione", "presa-in-carico", "avvenuta-consegna"]),
        ("+mancata", ["accettazione", "errore-consegna"]),
        (
            "+preavviso",
            ["accettazione", "preavviso-errore-consegna", "preavviso-errore-consegna"],
        ),
        ("+virus", ["accettazione", "rilevazione-virus"]),
        ("+esterno", ["accettazione"]),
        ("+nonaccettata", ["non-accettazione"]),
    ],
)
def test_the_tag_of_the_recipient_chooses_what_happens(
    mail: Handle, tag: str, receipts: list[str]
) -> None:
    send(letter(to=f"nome{tag}@{DOMAIN}"), smtp_port=mail.smtp_port)
    mail.provider.finish()

    came = [
        message_from_bytes(kept.content) for kept in mail.provider.mailboxes.of(ENTE).messages()
    ]
    assert [message["X-Ricevuta"] for message in came] == receipts
    assert all("SIMULATA" in str(message["From"]) for message in came)


def test_a_mailbox_writes_only_as_itself_and_only_with_its_password(mail: Handle) -> None:
    with smtplib.SMTP("127.0.0.1", mail.smtp_port) as connection:
        with pytest.raises(smtplib.SMTPSenderRefused):
            connection.sendmail(ENTE, [MINISTRY], b"ciao")
        with pytest.raises(smtplib.SMTPAuthenticationError):
            connection.login(ENTE, "sbagliata")
        connection.login(ENTE, PASSWORD)
        with pytest.raises(smtplib.SMTPSenderRefused):
            connection.sendmail(MINISTRY, [ENTE], b"ciao")


def test_a_message_that_claims_another_author_is_not_accepted(mail: Handle) -> None:
    with smtplib.SMTP("127.0.0.1", mail.smtp_port) as connection:
        connection.login(ENTE, PASSWORD)
        connection.sendmail(ENTE, [MINISTRY], letter(sender=MINISTRY).as_bytes())
    mail.provider.finish()

    assert mail.provider.mailboxes.of(MINISTRY).messages() == []


def test_the_carried_message_is_the_very_one_that_was_sent(mail: Handle) -> None:
    sent = letter()
    send(sent, smtp_port=mail.smtp_port)
    mail.provider.finish()

    (kept,) = mail.provider.mailboxes.of(MINISTRY).messages()
    body = sent.as_bytes(policy=sent.policy.clone(linesep="\r\n")).partition(b"\r\n\r\n")[2]
    assert body in kept.content


def test_a_mail_program_can_list_search_read_and_mark(mail: Handle) -> None:
    for subject in ("prima", "seconda"):
        send(letter(subject=subject), smtp_port=mail.smtp_port)
    mail.provider.finish()

    with inbox_of(MINISTRY, mail) as connection:
        assert connection.uid("SEARCH", "SUBJECT", '"seconda"')[1] == [b"2"]
        assert connection.search(None, "UNSEEN")[1] == [b"1 2"]
        _, listed = connection.fetch("1:*", "(UID FLAGS RFC822.SIZE ENVELOPE BODYSTRUCTURE)")
        assert len(listed) == 2
        _, headers = connection.fetch("1", "(BODY.PEEK[HEADER.FIELDS (SUBJECT X-TRASPORTO)])")
        assert b"X-Trasporto: posta-certificata" in _literal(headers)
        assert connection.search(None, "SEEN")[1] == [b""]
        _, whole = connection.uid("FETCH", "2", "(RFC822)")
        assert _literal(whole) == mail.provider.mailboxes.of(MINISTRY).messages()[1].content
        assert connection.search(None, "SEEN")[1] == [b"2"]
        assert connection.uid("STORE", "1", "+FLAGS", r"(\Flagged)")[0] == "OK"
        assert connection.status("INBOX", "(MESSAGES UNSEEN)")[1] == [
            b"INBOX (MESSAGES 2 UNSEEN 1)"
        ]


def _literal(answer: list[Any]) -> bytes:
    content = answer[0][1]
    assert isinstance(content, bytes)
    return content


def test_imap_refuses_what_it_should(mail: Handle) -> None:
    connection = imaplib.IMAP4("127.0.0.1", mail.imap_port)
    with pytest.raises(imaplib.IMAP4.error):
        connection.login(MINISTRY, "sbagliata")
    with pytest.raises(imaplib.IMAP4.error):
        connection.login("../../etc@passwd", PASSWORD)
    connection.login(MINISTRY, PASSWORD)
    assert connection.select("Altra")[0] == "NO"
    connection.select("INBOX", readonly=True)
    with pytest.raises(imaplib.IMAP4.error):
        connection.uid("FETCH", "1", "(BODY[)")
    connection.logout()


def test_mail_under_way_survives_a_restart(tmp_path: Path, provider_key: ProviderKey) -> None:
    first = servers.start(tmp_path, 0, 0, key=provider_key, delay_seconds=60)
    send(letter(), smtp_port=first.smtp_port)
    first.stop()

    second = servers.start(tmp_path, 0, 0, key=provider_key)
    second.provider.clock = lambda: AT.timestamp() * 2
    second.provider.finish()
    second.stop()

    assert len(second.provider.mailboxes.of(MINISTRY).messages()) == 1


def test_every_page_says_simulata_and_shows_the_mail(page: FlaskClient, mail: Handle) -> None:
    send(authorisation_note("BS-04", ANNA, on=AT.date()), smtp_port=mail.smtp_port)
    mail.provider.finish()
    addresses = ["/", "/scrivi", f"/caselle/{MINISTRY}", f"/caselle/{MINISTRY}/1", "/assente"]

    for address in addresses:
        answer = page.get(address)
        assert answer.status_code == (404 if address == "/assente" else 200)
        assert "PEC SIMULATA" in answer.text
    message = page.get(f"/caselle/{MINISTRY}/1").text
    assert "documento-identita-anna-colombo.pdf" in message
    first_pdf = re.search(r'href="([^"]+/allegati/\d+)">nota-di-autorizzazione.pdf', message)
    assert first_pdf
    assert page.get(first_pdf.group(1)).data.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("form", "sender", "papers"),
    [
        ({}, ENTE, 3),
        ({"delega": "1"}, ENTE, 4),
        ({"senza": "codice-fiscale"}, ENTE, 2),
        ({"mittente": "altra"}, f"protocollo.altro@{DOMAIN}", 3),
        ({"mittente": "ordinaria"}, "ufficio@posta.example", 3),
    ],
)
def test_a_tester_writes_as_an_ente(
    page: FlaskClient, mail: Handle, form: dict[str, str], sender: str, papers: int
) -> None:
    answer = page.post("/scrivi", data={"ambito": "BS-04", "persona": "anna"} | form)
    assert answer.status_code == 302
    mail.provider.finish()

    (kept,) = mail.provider.mailboxes.of(MINISTRY).messages()
    names = re.findall(rb'filename="([^"]+\.pdf)"', kept.content)
    assert len(names) == papers
    assert sender.encode() in kept.content


def test_a_wrong_form_keeps_what_was_typed_and_sends_nothing(
    page: FlaskClient, mail: Handle
) -> None:
    answer = page.post("/scrivi", data={"ambito": "<b>", "persona": "anna"})

    assert answer.status_code == 422
    assert "&lt;b&gt;" in answer.text
    assert "Scrivi il codice dell" in answer.text
    assert mail.provider.next_due() is None


def test_another_site_cannot_send_for_the_tester(page: FlaskClient) -> None:
    answer = page.post(
        "/scrivi",
        data={"ambito": "BS-04", "persona": "anna"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )

    assert answer.status_code == 403
